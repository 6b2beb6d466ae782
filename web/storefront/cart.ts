// The number beside the cart, also on a page that was gone back to.
async function refresh(badge: HTMLElement): Promise<void> {
  const answer = await fetch("/cart/count", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { units } = (await answer.json()) as { units: number };
  badge.textContent = String(units);
  badge.hidden = units === 0;
}

export function keepCartCount(): void {
  const badge = document.querySelector<HTMLElement>("[data-cart-count]");
  if (!badge) return;
  const look = () => void refresh(badge).catch(() => undefined);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
