// One shopper on several devices, and what a device still knows of who has left it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cards, fillAddress, inState, kinds, openBrowser, pay, put, shot, visitor } from "./browser.mjs";
import { openShop } from "./shop.mjs";

let shop, browser;
before(async () => { shop = await openShop(); browser = await openBrowser(); });
after(async () => { await browser?.close(); await shop?.close(); });

const desktop = kinds[1];
const password = "correct horse";
const main = (page) => page.locator("main").innerText();

async function register({ page }, email) {
  await page.goto("/account/register");
  await page.fill("#name", "Grace Hopper");
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
}

async function logIn({ page }, email) {
  await page.goto("/account/login");
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
}

/** `live` with so many browsers of their own. */
function devices(name, count, live) {
  test(name, async () => {
    const all = [];
    for (let i = 0; i < count; ++i) all.push(await visitor(browser, shop, desktop));
    try {
      await live(...all);
    } finally {
      for (const { context } of all) await context.close();
    }
  });
}

devices("a country chosen on one device holds for the cart on all", 2, async (one, other) => {
  await register(one, "market@example.org");
  await put(one.page, "blue-mug");
  await logIn(other, "market@example.org");
  await other.page.goto("/cart");
  assert.match(await main(other.page), /€/);
  await one.page.selectOption("footer select[name=market]", "GB-GBP");
  await one.page.click("footer form button");
  await one.page.goto("/cart");
  const here = await main(one.page);
  assert.match(here, /£/);
  await other.page.goto("/cart");
  assert.equal(await main(other.page), here);
  await other.page.goto("/p/blue-mug");
  assert.match(await other.page.locator("[data-price]").innerText(), /£/);
});

devices("what was ordered on one device is in no cart of the other", 2, async (one, other) => {
  await register(one, "twice@example.org");
  await put(one.page, "blue-mug");
  await logIn(other, "twice@example.org");
  await fillAddress(other.page, "twice@example.org");
  await pay(other.page);
  await inState(other.page, "confirmed");
  await one.page.goto("/cart");
  assert.match(await main(one.page), /empty/);
});

devices("logging out takes the orders along", 1, async ({ page }) => {
  await register({ page }, "leaves@example.org");
  await put(page, "blue-mug");
  await fillAddress(page, "leaves@example.org");
  await pay(page);
  await inState(page, "confirmed");
  const order = page.url();
  await page.goto("/account");
  await page.click("form[action='/account/logout'] button");
  await page.waitForURL(`${shop.url}/`);
  assert.equal((await page.goto(order)).status(), 404);
});

devices("who was logged out elsewhere leaves nothing on the device", 2, async (lost, other) => {
  await register(lost, "lost@example.org");
  await put(lost.page, "blue-mug");
  await fillAddress(lost.page, "lost@example.org");
  await logIn(other, "lost@example.org");
  await other.page.goto("/account/security");
  await other.page.click("form[action='/account/security/sessions/end-others'] button");
  await other.page.waitForURL(/note=/);
  await lost.page.goto("/checkout");
  assert.doesNotMatch(await lost.page.content(), /lost@example\.org|Unter den Linden/);
  await lost.page.goto("/cart");
  assert.match(await main(lost.page), /empty/);
});

devices("numbers typed in the cart go along to the checkout", 1, async ({ page }) => {
  await put(page, "blue-mug");
  await page.fill(".line input[name=quantity]", "3");
  await page.click("a[href='/checkout']");
  await page.waitForURL("**/checkout");
  await page.goto("/cart");
  assert.equal(await page.inputValue(".line input[name=quantity]"), "3");
});

devices("a name that is too long keeps the rest of the form", 1, async ({ page }) => {
  await put(page, "blue-mug");
  await page.goto("/checkout");
  const name = "Ж".repeat(120);
  for (const [field, value] of Object.entries({
    email: "ada@example.org", name, line1: "Unter den Linden 1", postal_code: "10117", city: "Berlin",
  })) await page.fill(`#${field}`, value);
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL(/check=1/);
  assert.equal(await page.inputValue("#city"), "Berlin");
  assert.match(await page.inputValue("#name"), /^Ж{100,}$/);
  assert.equal(await page.locator("[aria-invalid=true]").count(), 1);
});

devices("a saved address leaves the rest of the form", 1, async ({ page }) => {
  await register({ page }, "saved@example.org");
  await page.goto("/account/addresses");
  for (const [field, value] of Object.entries({
    name: "Grace Hopper", line1: "Hauptstr. 2", postal_code: "80331", city: "Munich",
  })) await page.fill(`#${field}`, value);
  await page.click("form[action='/account/addresses'] button");
  await page.waitForURL(/note=address_done/);
  await put(page, "blue-mug");
  await page.goto("/checkout");
  await page.fill("#email", "office@example.org");
  await page.fill("#city", "Berlin");
  await page.click(".saved button");
  await page.waitForURL(/address=/);
  await shot(page, "checkout with a saved address");
  assert.equal(await page.inputValue("#city"), "Munich");
  assert.equal(await page.inputValue("#email"), "office@example.org");
  await page.fill("#city", "Potsdam");
  await page.press("#city", "Enter");
  await page.waitForURL("**/checkout/review");
  assert.match(await main(page), /Potsdam/);
});

devices("a bank is waited for no longer than the order waits", 1, async ({ page }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.works);
  await inState(page, "confirmed");
  await page.goto(`${page.url().split("?")[0]}?bank_open=1`);
  assert.doesNotMatch(await main(page), /bank has not/);
});

devices("what sells out while it is looked at cannot be put in the cart", 1, async ({ page }) => {
  await page.goto("/");
  await page.click(".card a:has-text('Linen Shirt')");
  await page.check("input[value=SHIRT-M]");
  await shop.count("SHIRT-M", 0);
  const button = page.locator(".add button.main");
  await page.locator(".add button.main:disabled").waitFor();
  await page.check("input[value=SHIRT-S]");
  assert.equal(await button.isDisabled(), false);
});

devices("categories are named in the page's language", 1, async ({ page, context }) => {
  shop.sql("insert into category_translation (category, locale, name) select handle, 'de', 'Auf Deutsch' from category");
  await context.addCookies([{ name: "souk_locale", value: "de", url: shop.url }]);
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    await page.goto("/");
    if (/Auf Deutsch/.test(await main(page))) return;
  }
  assert.fail("no category has its German name");
});
