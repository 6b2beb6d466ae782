// The shop in German, and what it says to those who fill in forms oddly, in both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cards, checkAccess, fillAddress, inState, openBrowser, pay, put, shot, sizes, visitor } from "./browser.mjs";
import { openShop, until } from "./shop.mjs";

let shop, browser;
before(async () => { shop = await openShop(); browser = await openBrowser(); });
after(async () => { await browser?.close(); await shop?.close(); });

const kinds = [
  { name: "german phone", viewport: sizes.phone, locale: "de-DE" },
  { name: "german desktop", viewport: sizes.desktop, locale: "de-DE" },
  { name: "english phone", viewport: sizes.phone, locale: "en-GB" },
];
const said = (kind, german, english) => (kind.includes("german") ? german : english);

function each(name, live) {
  for (const kind of kinds)
    test(`${name} (${kind.name})`, async () => {
      const who = await visitor(browser, shop, kind);
      try {
        await live(who);
      } catch (error) {
        await shot(who.page, `failed ${name} ${kind.name}`);
        throw error;
      } finally {
        await who.context.close();
      }
    });
}

/** As the server sees a form whose browser checks nothing. */
const uncheck = (page) => page.evaluate(() => document.querySelectorAll("form").forEach((one) => { one.noValidate = true; }));
/** What a screen reader says of a field besides its name. */
const described = async (page, field) => {
  const ids = (await page.getAttribute(`#${field}`, "aria-describedby")) ?? "";
  return (await Promise.all(ids.split(" ").filter(Boolean).map((id) => page.locator(`#${id}`).innerText()))).join(" ");
};
const text = (page) => page.locator("main").innerText();

each("titles are in the shopper's language from the cart to the mail", async ({ page, kind }) => {
  const title = said(kind, "Blauer Becher", "Blue Mug");
  await put(page, "blue-mug");
  assert.equal(await page.locator(".line .name").innerText(), title);
  await checkAccess(page, `cart ${kind}`);
  await fillAddress(page);
  assert.match(await text(page), new RegExp(title));
  await pay(page);
  await inState(page, "confirmed");
  assert.match(await text(page), new RegExp(title));
  await shot(page, `order ${kind}`);
  const number = (await page.locator("h1").innerText()).match(/S\d+/)[0];
  let mail;
  await until("the mail", async () => {
    const read = async (place) => (await fetch(`${shop.url}/dev/mail${place}?format=json`)).json();
    const one = (await read("")).items.find(({ subject }) => subject.includes(number));
    mail = one && (await read(`/${one.id}`));
    return mail;
  });
  assert.match(mail.text, new RegExp(title));
  assert.match(mail.html, new RegExp(`lang="${said(kind, "de", "en")}"`));
});

each("a search finds titles and categories of every language", async ({ page, kind }) => {
  await shop.admin("PATCH", "/v1/admin/categories/kitchen", { translations: { de: { name: "Küche" } } });
  for (const words of ["Becher", "Küche", "mug", "kitchen"]) {
    await page.goto(`/search?q=${encodeURIComponent(words)}`);
    assert.ok(await page.locator(".card a[href='/p/blue-mug']").count(), words);
  }
  await shot(page, `search ${kind}`);
});

each("odd quantities are refused in words", async ({ page, kind }) => {
  await put(page, "blue-mug");
  for (const odd of ["0", "-1", "abc", "1e9", "", "10000"]) {
    await page.goto("/p/blue-mug");
    await uncheck(page);
    await page.evaluate((value) => {
      const field = document.querySelector(".add input[name=quantity]");
      field.type = "text";
      field.value = value;
    }, odd);
    await page.click(".add button.main");
    await page.waitForURL("**/cart?odd_quantity=1");
    assert.match(await page.locator("[role=alert]").innerText(), said(kind, /ganze Zahl/, /whole number/));
    assert.equal(await page.inputValue(".line input[type=number]"), "1", odd);
  }
  await shot(page, `odd quantity ${kind}`);
});

each("a registration names what is wrong beside each field", async ({ page, kind }) => {
  await page.goto("/account/register");
  await uncheck(page);
  await page.fill("#email", "nobody@");
  await page.fill("#password", "short");
  await page.click("form.sheet button.main");
  assert.match(await described(page, "name"), said(kind, /ausfüllen/, /fill this in/));
  assert.match(await described(page, "email"), said(kind, /vollständige E-Mail-Adresse/, /whole e-mail address/));
  assert.match(await described(page, "password"), said(kind, /8 bis 256 Zeichen/, /8 to 256 characters/));
  assert.equal(await page.inputValue("#email"), "nobody@");
  assert.equal(await page.inputValue("#password"), "");
  await checkAccess(page, `registration ${kind}`);
});

each("an address is held to its country", async ({ page, kind }) => {
  await put(page, "blue-mug");
  await page.goto("/checkout");
  assert.equal(await page.locator("#state").isVisible(), false);
  await page.fill("#email", "ada@example.org");
  for (const [field, value] of Object.entries({ name: "Ada", line1: "Weg 1", postal_code: "1011", city: "Berlin" }))
    await page.fill(`#${field}`, value);
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL("**/checkout?check=1");
  assert.match(await described(page, "postal_code"), /10115/);
  await checkAccess(page, `wrong address ${kind}`);
  await page.selectOption("#country", "US");
  await page.fill("#postal_code", "10001");
  assert.equal(await page.locator("#state").isVisible(), true);
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL("**/checkout?check=1");
  assert.match(await described(page, "state"), said(kind, /ausfüllen/, /fill this in/));
  await shot(page, `state ${kind}`);
  await page.selectOption("#country", "CA");
  await page.fill("#postal_code", "K1A 0B1");
  await page.fill("#state", "NY");
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL("**/checkout?check=1");
  assert.match(await described(page, "state"), said(kind, /Provinz dieses Landes.* ON/, /province of that country.* ON/));
  await checkAccess(page, `wrong province ${kind}`);
  await shot(page, `province ${kind}`);
  await page.fill("#state", "Ontario");
  await page.click("form[action='/checkout'] button.main");
  await page.waitForURL("**/checkout/review");
});

each("a bank step that is not done says so", async ({ page, kind }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.authentication);
  await inState(page, "action_required");
  await page.click("button[name=continue]");
  await page.waitForURL(/bank_open=1/);
  assert.match(await page.locator("[role=alert]").innerText(), said(kind, /noch nicht bestätigt/, /not confirmed/));
  await shot(page, `bank open ${kind}`);
});

test("a bank step that came too late says so", async () => {
  const hasty = await openShop({ "shop.hold_seconds": 5 });
  const { page, context } = await visitor(browser, hasty, kinds[0]);
  try {
    await until("the mug on its page", async () => {
      await page.goto("/p/blue-mug");
      return page.locator(".add button.main").count();
    });
    await put(page, "blue-mug");
    await fillAddress(page);
    await pay(page, cards.authentication);
    await inState(page, "rejected");
    assert.match(await page.locator("[role=alert]").innerText(), /nicht rechtzeitig bestätigt/);
    await shot(page, "bank too late");
  } finally {
    await context.close();
    await hasty.close();
  }
});

each("times name their zone", async ({ page, kind }) => {
  await page.goto("/account/register");
  await page.fill("#name", "Grace Hopper");
  await page.fill("#email", `${kind.replaceAll(" ", ".")}@example.org`);
  await page.fill("#password", "correct horse");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
  await page.goto("/account/security");
  assert.match(await text(page), said(kind, /\d\d:\d\d MES?Z/, /\d\d:\d\d (CET|CEST)/));
  await shot(page, `security ${kind}`);
});
