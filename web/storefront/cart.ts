// The number beside the cart, also on a page that was gone back to. The cart's own page is loaded again
// when another tab or device put something in or out meanwhile.
async function refresh(badge: HTMLElement): Promise<void> {
  const answer = await fetch("/cart/count", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { units } = (await answer.json()) as { units: number };
  if (location.pathname === "/cart" && Number(badge.textContent) !== units) return location.reload();
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
