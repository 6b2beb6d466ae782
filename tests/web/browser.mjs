// Browsers and what shoppers do in them, in the words tests use.
import { chromium } from "playwright-core";
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
/** Every journey in each of these. */
export const kinds = [
  { name: "phone", viewport: sizes.phone, javaScriptEnabled: true },
  { name: "desktop", viewport: sizes.desktop, javaScriptEnabled: true },
  { name: "desktop without JavaScript", viewport: sizes.desktop, javaScriptEnabled: false },
];
const shots = process.env.SOUK_SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.SOUK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** A visitor with cookies of their own; `complaints` is what the browser did not like. */
export async function visitor(browser, shop, kind) {
  const { name, ...options } = kind;
  const context = await browser.newContext({ locale: "en-GB", baseURL: shop.url, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, context, complaints, kind: name };
}

export async function shot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name.replaceAll(" ", "-")}.png`, fullPage: true });
}

export async function put(page, handle, { sku, quantity = 1 } = {}) {
  await page.goto(`/p/${handle}`);
  if (sku) await page.check(`input[name=sku][value="${sku}"]`);
  await page.fill(".add input[name=quantity]", String(quantity));
  await page.click(".add button.main");
  await page.waitForURL("**/cart?added=1");
}

export async function fillAddress(page, email = "ada@example.org") {
  await page.goto("/checkout");
  for (const [field, value] of Object.entries({
    email, name: "Ada Lovelace", line1: "Unter den Linden 1", postal_code: "10117", city: "Berlin",
  })) await page.fill(`#${field}`, value);
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL("**/checkout/review");
}

export const cards = {
  works: "pm_card_visa", declined: "pm_card_chargeDeclined",
  authentication: "pm_card_authenticationRequired",
};

/** From the review page to wherever that leads. */
export async function pay(page, card = cards.works) {
  await page.check(`input[name=card][value="${card}"]`);
  await page.click("form[action='/checkout/review'] button.main");
  await page.waitForURL(/\/orders\/|was=/);
}

/** Whether it shows within a second; a page without JavaScript has to be loaded again. */
export const comes = (locator) => locator.waitFor({ timeout: 1_000 }).then(() => true, () => false);

/** The order page, once the order is in this state. */
export async function inState(page, status) {
  const there = page.locator(`[data-order][data-status="${status}"]`);
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    if (await comes(there)) return;
    await page.reload().catch(() => undefined);
  }
  throw new Error(`the order is not ${status} but ${await page.locator("[data-order]").getAttribute("data-status")}`);
}

/** Nothing serious keeps anybody from using this page. */
export async function checkAccess(page, what) {
  await page.evaluate(axe); // by the debugger: the page itself lets no such script in
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  await shot(page, what);
  assert.deepEqual(serious.map((one) => `${what}: ${one.id} ${one.nodes[0].html}`), []);
}
