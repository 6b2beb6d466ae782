// The order page: when the order moves on, the page is loaded again, because the server knows best
// what to offer then.
import { follow } from "./live";

const lookAgain = 3_000;
const looks = 10;

export function followOrder(): void {
  const page = document.querySelector<HTMLElement>("[data-order]");
  if (!page) return;
  follow(`order:${page.dataset.order}`, (data) => {
    if (typeof data.status === "string" && data.status !== page.dataset.status) location.reload();
  });
  // Also where no live connection gets through, but not for ever.
  const key = `looked:${page.dataset.order}:${page.dataset.status}`;
  const looked = Number(sessionStorage.getItem(key) ?? 0);
  if (page.dataset.status === "pending_payment" && looked < looks) {
    sessionStorage.setItem(key, String(looked + 1));
    setTimeout(() => location.reload(), lookAgain);
  }
}
