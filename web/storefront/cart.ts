// The number beside the cart, also on a page that was gone back to. The cart's own page looks every
// few seconds while somebody looks at it, and is loaded again when another tab or device changed the
// cart: but not under the hands of who is typing a number.
const lookAgain = 5_000;

const isTyping = () =>
  document.activeElement instanceof HTMLInputElement && document.activeElement.value !== document.activeElement.defaultValue;

async function refresh(badge: HTMLElement, page: HTMLElement | null): Promise<void> {
  const answer = await fetch("/cart/count", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { units, version } = (await answer.json()) as { units: number; version: number };
  badge.textContent = String(units);
  badge.hidden = units === 0;
  if (page && Number(page.dataset.cartVersion) !== version && !isTyping()) location.replace("/cart");
}

export function keepCartCount(): void {
  const badge = document.querySelector<HTMLElement>("[data-cart-count]");
  if (!badge) return;
  const page = document.querySelector<HTMLElement>("[data-cart-version]");
  const look = () => void refresh(badge, page).catch(() => undefined);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  if (page) setInterval(() => { if (!document.hidden) look(); }, lookAgain);
}
