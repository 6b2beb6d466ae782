// The order page: when the order moves on, the page is loaded again, because the server knows best
// what to offer then.
import { follow } from "./live";

const lookAgain = 3_000;
const looks = 10;
const longestAnswer = 30_000;

export function followOrder(): void {
  const page = document.querySelector<HTMLElement>("[data-order]");
  if (!page) return;
  // What was pressed here is answered with the next page: loading this one again would take that away.
  let pressed = false;
  page.addEventListener("submit", () => (pressed = true));
  const reload = () => void setTimeout(() => location.reload(), pressed ? longestAnswer : 0);
  follow(`order:${page.dataset.order}`, (data) => {
    if (typeof data.status === "string" && data.status !== page.dataset.status) reload();
  });
  // Also where no live connection gets through, but not for ever.
  const key = `looked:${page.dataset.order}:${page.dataset.status}`;
  const looked = Number(sessionStorage.getItem(key) ?? 0);
  if (page.dataset.status === "pending_payment" && looked < looks) {
    sessionStorage.setItem(key, String(looked + 1));
    setTimeout(reload, lookAgain);
  }
}
