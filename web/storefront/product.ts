// The product page: live availability of each variant, and the price of the one that is chosen.
import { follow } from "./live";

function show(place: Element, form: HTMLElement, bucket: string, units: unknown): void {
  const stock = place.querySelector<HTMLElement>(".stock");
  if (!stock || stock.dataset.status === bucket && bucket !== "few_left") return;
  const text = form.dataset[`text-${bucket}`] ?? form.getAttribute(`data-text-${bucket}`) ?? "";
  stock.textContent = text.replace("{units}", String(units ?? ""));
  stock.className = `stock ${bucket}`;
  stock.dataset.status = bucket;
  const radio = place.querySelector<HTMLInputElement>("input[type=radio]");
  if (radio) radio.disabled = bucket === "sold_out";
  place.classList.toggle("gone", Boolean(radio) && bucket === "sold_out");
  guardButton(form);
}

/** What was chosen may sell out while the page is open: the button must not send something else. */
function guardButton(form: HTMLElement): void {
  const chosen = form.querySelector("input[name=sku]:checked, input[name=sku][type=hidden]");
  const stock = chosen?.closest("[data-sku]")?.querySelector<HTMLElement>(".stock");
  const button = form.querySelector<HTMLButtonElement>("button.main");
  if (button) button.disabled = stock?.dataset.status === "sold_out";
}

function showPrice(choice: HTMLElement): void {
  const price = document.querySelector("[data-price] b");
  if (price && choice.dataset.price) price.textContent = choice.dataset.price;
  const before = document.querySelector("[data-price] s");
  if (before) (before as HTMLElement).hidden = !choice.dataset.original;
  if (before?.lastChild && choice.dataset.original) before.lastChild.textContent = ` ${choice.dataset.original}`;
}

export function followProduct(): void {
  const form = document.querySelector<HTMLElement>("form[data-product]");
  form?.querySelectorAll<HTMLElement>("[data-sku]").forEach((place) => {
    follow(`sku:${place.dataset.sku}`, (data) => show(place, form, String(data.bucket), data.units));
  });
  form?.addEventListener("change", (event) => {
    const choice = (event.target as HTMLElement).closest<HTMLElement>(".choice");
    if (choice) showPrice(choice);
    guardButton(form);
  });
}
