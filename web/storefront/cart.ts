// The number beside the cart, also on a page that was gone back to. The cart's own page looks every
// few seconds while somebody looks at it, and is loaded again when another tab or device changed the
// cart: but not while a number stands there that was typed and not sent. The way to the checkout
// sends such numbers first.
const lookAgain = 5_000;

const typed = () => [...document.querySelectorAll<HTMLInputElement>("form.amount input[name=quantity]")]
  .filter((input) => input.value !== input.defaultValue);

async function refresh(badge: HTMLElement, page: HTMLElement | null): Promise<void> {
  const answer = await fetch("/cart/count", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const { units, version } = (await answer.json()) as { units: number; version: number };
  badge.textContent = String(units);
  badge.hidden = units === 0;
  if (page && Number(page.dataset.cartVersion) !== version && typed().length === 0) location.replace("/cart");
}

/** Whether the shop took them. */
async function sendTyped(): Promise<boolean> {
  for (const { form } of typed()) {
    if (!form) continue;
    const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    if (!(await fetch(form.action, { method: "post", body: fields })).ok) return false;
  }
  return true;
}

function keepTyped(way: HTMLAnchorElement): void {
  way.addEventListener("click", (event) => {
    const wrong = typed().find((input) => !input.reportValidity());
    if (!wrong && typed().length === 0) return;
    event.preventDefault();
    if (!wrong) void sendTyped().catch(() => false).then((taken) => location.assign(taken ? way.href : "/cart"));
  });
}

export function keepCartCount(): void {
  const badge = document.querySelector<HTMLElement>("[data-cart-count]");
  if (!badge) return;
  const page = document.querySelector<HTMLElement>("[data-cart-version]");
  const look = () => void refresh(badge, page).catch(() => undefined);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  if (!page) return;
  setInterval(() => { if (!document.hidden) look(); }, lookAgain);
  document.querySelectorAll<HTMLAnchorElement>("a[href='/checkout']").forEach(keepTyped);
}
