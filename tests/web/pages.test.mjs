// Pages by themselves: who may see what, what no title can do, and that everybody can use them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAccess, fillAddress, inState, openBrowser, pay, put, shot, sizes, visitor } from "./browser.mjs";
import { linkTo, longTitle, nastyTitle, openShop } from "./shop.mjs";

const desktop = { name: "desktop", viewport: sizes.desktop };
const phone = { name: "phone", viewport: sizes.phone };

let shop, browser;
before(async () => { shop = await openShop(); browser = await openBrowser(); });
after(async () => { await browser?.close(); await shop?.close(); });

async function visiting(kind, live) {
  const who = await visitor(browser, shop, kind);
  try { await live(who); } finally { await who.context.close(); }
}

test("a nasty title is text everywhere", () => visiting(desktop, async ({ page, complaints }) => {
  for (const path of ["/", "/c/kitchen", "/search?q=mug", "/p/nasty-mug"]) {
    await page.goto(path);
    assert.equal(await page.evaluate(() => window.broken), undefined, path);
  }
  assert.equal(await page.locator("h1").innerText(), nastyTitle);
  const data = JSON.parse(await page.locator("script[type='application/ld+json']").textContent());
  assert.equal(data["@graph"][0].name, nastyTitle);
  assert.equal(data["@graph"][0].offers[0].price, "12.90");
  await put(page, "nasty-mug");
  assert.equal(await page.locator(".line .name").innerText(), nastyTitle);
  assert.deepEqual(complaints, []);
}));

test("a form needs this visitor's token and this site's origin", () => visiting(desktop, async ({ page, context }) => {
  await put(page, "blue-mug");
  await page.goto("/checkout");
  const token = await page.locator("form[action='/checkout'] input[name=token]").inputValue();
  const post = (form, headers) => page.request.post("/checkout", { form, headers, maxRedirects: 0 });
  const origin = shop.url;
  assert.equal((await post({ token, email: "x" }, { origin })).status(), 303);
  assert.equal((await post({ token: "wrong", email: "x" }, { origin })).status(), 403);
  assert.equal((await post({ email: "x" }, { origin })).status(), 403);
  assert.equal((await post({ token, email: "x" }, { origin: "https://evil.example" })).status(), 403);
  assert.equal((await post({ token, email: "x" }, {})).status(), 403);
  for (const cookie of await context.cookies())
    assert.ok(cookie.httpOnly && cookie.sameSite === "Lax", cookie.name);
}));

test("an order is its buyer's alone, and its token leaves the address", () => visiting(desktop, async ({ page, context }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page);
  await inState(page, "confirmed");
  const order = new URL(page.url()).pathname;
  const token = (await context.cookies()).find((one) => one.name.startsWith("souk_order_")).value;
  await visiting(phone, async (stranger) => {
    assert.equal((await stranger.page.goto(order)).status(), 404);
    await stranger.page.goto(`${order}?token=${token}`);
    assert.equal(new URL(stranger.page.url()).search, "");
    await inState(stranger.page, "confirmed");
  });
  await page.click("form[action$='/cancel'] button");
  await inState(page, "cancelled");
}));

test("country and language change prices and words, and take the cart along", () => visiting(phone, async ({ page }) => {
  await put(page, "blue-mug", { quantity: 2 });
  await page.selectOption("select[name=market]", "GB-GBP");
  await page.selectOption("select[name=locale]", "de");
  await page.click(".market button");
  await page.goto("/cart");
  assert.match(await page.locator(".sum").innerText(), /22,44\s£/);
  assert.equal(await page.locator("h1").innerText(), "Warenkorb");
  assert.equal(await page.getAttribute("html", "lang"), "de");
}));

test("long titles break no page", () => visiting(phone, async ({ page }) => {
  await put(page, "long-pitcher");
  await fillAddress(page);
  for (const path of ["/", "/c/kitchen", "/p/long-pitcher", "/cart", "/checkout/review"]) {
    await page.goto(path);
    await shot(page, `long ${path.replaceAll("/", "_")}`);
    assert.ok((await page.locator("main").innerText()).includes(longTitle.slice(0, 30)), path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
  }
}));

test("letters confirm an address and set a new password", () => visiting(phone, async ({ page, complaints }) => {
  const email = "letters@example.org";
  await page.goto("/account/register");
  await page.fill("#name", "Letters");
  await page.fill("#email", email);
  await page.fill("#password", "first password");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
  assert.match(await page.locator("main").innerText(), /confirm your e-mail address/);
  await page.goto(await linkTo(shop, email, "/account/confirm"));
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account?note=confirmation_done");
  assert.doesNotMatch(await page.locator("main").innerText(), /confirm your e-mail address/);
  await page.goto("/account/addresses");
  for (const [field, value] of Object.entries({ name: "Letters", line1: "Weg 2", postal_code: "10115", city: "Berlin" }))
    await page.fill(`#${field}`, value);
  await page.click("form[action='/account/addresses'] button");
  await page.waitForURL(/note=address_done/);
  await page.goto("/account");
  await shot(page, "account");
  await page.click("form[action='/account/logout'] button");
  await page.waitForURL(`${shop.url}/`);
  await page.goto("/account/reset");
  await page.fill("#email", email);
  await page.click("form.sheet button.main");
  await page.waitForURL(/note=reset_sent_done/);
  await page.goto(await linkTo(shop, email, "/account/reset"));
  await page.fill("#password", "second password");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account/login?note=password_done");
  await page.fill("#email", email);
  await page.fill("#password", "second password");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
  assert.deepEqual(complaints, []);
}));

test("a refused form keeps what was typed, but no password", () => visiting(desktop, async ({ page }) => {
  for (const [path, fields] of [["register", ["name", "email"]], ["login", ["email"]]]) {
    await page.goto(`/account/${path}`);
    await page.evaluate(() => { document.querySelector("form.sheet").noValidate = true; });
    for (const field of fields) await page.fill(`#${field}`, `my "${field}`);
    await page.fill("#password", "short");
    await page.click("form.sheet button.main");
    await page.waitForFunction(() => document.querySelector("#password").value === ""); // it is the next page
    for (const field of fields) assert.equal(await page.inputValue(`#${field}`), `my "${field}`);
  }
}));

test("every picture of a product is a click away", () => visiting(desktop, async ({ page }) => {
  const { id } = await (await fetch(`${shop.url}/v1/products/moody-bowl`)).json();
  await shop.admin("PATCH", `/v1/admin/products/${id}`,
    { images: ["a", "b"].map((name) => ({ url: `/media/demo/bowl-1.${name}.svg`, alt: name })) });
  await page.goto("/p/blue-mug");
  assert.equal(await page.locator(".thumbs").count(), 0);
  await page.goto("/p/moody-bowl");
  await page.click(".thumbs a >> nth=1");
  await page.waitForFunction(() => document.querySelector(".gallery").scrollLeft > 100);
}));

test("caught mail shows as the receiver sees it", () => visiting(desktop, async ({ page, complaints }) => {
  await shop.admin("POST", "/v1/users", { name: "Catch", email: "catch@example.org", password: "first password" });
  await linkTo(shop, "catch@example.org", "/account/confirm");
  await page.goto("/dev/mail");
  await page.click("tr:has-text('catch@example.org') a");
  await page.frameLocator("iframe").locator("h1").waitFor();
  assert.deepEqual(complaints, []);
}));

test("the models of pages are the API's too", async () => {
  const read = async (path) => (await fetch(shop.url + path)).json();
  const product = await read("/v1/pages/product/shirt?currency=EUR&country=DE");
  assert.deepEqual(product.choices.map((one) => one.availability.status), ["in_stock", "few_left", "sold_out"]);
  assert.equal(product.path.at(-1).handle, "kitchen");
  assert.ok((await read("/v1/pages/home")).newest.length > 3);
  assert.equal((await read("/v1/pages/category/kitchen?limit=2")).items.length, 2);
  assert.equal((await read("/v1/pages/category/nothing")).code, "not_found");
});

for (const scheme of ["light", "dark"])
  test(`everybody can use every page (${scheme})`, () => visiting({ ...phone, colorScheme: scheme }, async ({ page }) => {
    const check = (what) => checkAccess(page, `${scheme} ${what}`);
    for (const path of ["/", "/c/kitchen", "/search?q=mug", "/search", "/p/shirt", "/p/gone-vase", "/cart",
                        "/account/login", "/account/register", "/account/reset", "/nowhere"]) {
      await page.goto(path);
      await check(path.replaceAll("/", "_"));
    }
    await put(page, "shirt", { sku: "SHIRT-S" });
    await check("cart");
    await page.goto("/checkout?check=1");
    await check("checkout");
    await fillAddress(page);
    await check("review");
    await pay(page, "pm_card_chargeDeclined");
    await inState(page, "payment_failed");
    await check("declined");
  }));
