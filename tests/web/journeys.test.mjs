// What shoppers live through, on a phone, on a desktop, and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cards, comes, fillAddress, inState, kinds, openBrowser, pay, put, shot, visitor } from "./browser.mjs";
import { openShop, until } from "./shop.mjs";

let shop, browser;
before(async () => { shop = await openShop(); browser = await openBrowser(); });
after(async () => { await browser?.close(); await shop?.close(); });

/** One test for each kind of browser. */
function journey(name, live) {
  for (const kind of kinds)
    test(`${name} (${kind.name})`, async () => {
      const who = await visitor(browser, shop, kind);
      try {
        await live(who);
        assert.deepEqual(who.complaints, []);
      } catch (error) {
        await shot(who.page, `failed ${name} ${kind.name}`);
        throw error;
      } finally {
        await who.context.close();
      }
    });
}

const total = (page) => page.locator("dd.grand").innerText();
const orders = () => Number(shop.sql("select count(*) from order_summary"));

journey("a guest looks around and buys", async ({ page, kind }) => {
  await page.goto("/");
  await shot(page, `home ${kind}`);
  await page.click(".tiles a >> text=Home");
  await page.click(".pills a >> text=Kitchen");
  await page.click(".card a:has-text('Linen Shirt')");
  await shot(page, `product ${kind}`);
  assert.equal(await page.locator("input[value=SHIRT-L]").isDisabled(), true);
  assert.match(await page.locator("[data-sku=SHIRT-M]").innerText(), /Only 3 left/);
  await page.check("input[value=SHIRT-S]");
  await page.click(".add button.main");
  await page.waitForURL("**/cart?added=1");
  await put(page, "blue-mug", { quantity: 2 });
  await shot(page, `cart ${kind}`);
  assert.match(await page.locator(".sum").innerText(), /€74\.80/);
  await fillAddress(page);
  await shot(page, `review ${kind}`);
  assert.equal(await total(page), "€74.80");
  await pay(page);
  await inState(page, "confirmed");
  await shot(page, `order ${kind}`);
  assert.match(await page.locator("main").innerText(), /Ada Lovelace[\s\S]*ada@example\.org/);
  assert.match(await page.locator(".plainlines").first().innerText(), /Linen Shirt\s+S/);
  await page.goto("/cart");
  assert.match(await page.locator("main").innerText(), /empty/);
});

test("the cart shows what another tab put in, but not under the visitor's hands", async () => {
  const { page, context } = await visitor(browser, shop, kinds[0]);
  await put(page, "blue-mug");
  const amount = page.locator("input[name=quantity]");
  await amount.fill("7");
  await put(await context.newPage(), "nasty-mug");
  await page.bringToFront();
  await page.locator("[data-cart-count]", { hasText: "2" }).waitFor({ timeout: 20_000 });
  assert.equal(await amount.inputValue(), "7");
  await amount.fill("1");
  await page.locator(".line").nth(1).waitFor({ timeout: 20_000 });
  await context.close();
});

journey("a full guest cart survives the login", async ({ page, kind }) => {
  const email = `${kind.replaceAll(" ", ".").toLowerCase()}@example.org`;
  await put(page, "blue-mug");
  await page.goto("/account/register?next=/checkout");
  await page.fill("#name", "Grace Hopper");
  await page.fill("#email", email);
  await page.fill("#password", "correct horse");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/checkout");
  assert.equal(await page.inputValue("#email"), email);
  await page.goto("/account");
  await page.click("form[action='/account/logout'] button");
  await page.waitForURL(`${shop.url}/`);
  await put(page, "nasty-mug", { quantity: 3 });
  await page.goto("/account/login");
  await page.fill("#email", email);
  await page.fill("#password", "wrong horse");
  await page.click("form.sheet button.main");
  assert.match(await page.locator(".notice").innerText(), /not right/);
  await page.fill("#email", email);
  await page.fill("#password", "correct horse");
  await page.click("form.sheet button.main");
  await page.waitForURL("**/account");
  await page.goto("/cart");
  const lines = await page.locator(".line .name").allInnerTexts();
  assert.equal(lines.length, 2, lines.join());
  await shot(page, `merged ${kind}`);
});

journey("a declined card, then another", async ({ page, kind }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.declined);
  await inState(page, "payment_failed");
  await shot(page, `declined ${kind}`);
  assert.match(await page.locator("[role=alert]").innerText(), /declined/);
  await page.check(`input[name=card][value=${cards.works}]`);
  await page.click("form[action$='/payments'] button.main");
  await inState(page, "confirmed");
});

journey("a bank that wants to be asked", async ({ page, context, kind }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.authentication);
  await inState(page, "action_required");
  await shot(page, `bank ${kind}`);
  const [bank] = await Promise.all([context.waitForEvent("page"), page.click("a[target=_blank]")]);
  await bank.waitForLoadState();
  assert.match(await bank.locator("body").innerText(), /authenticated/);
  await bank.close();
  const go = page.locator("button[name=continue]");
  if (await go.isVisible()) await go.click({ timeout: 5_000 }).catch(() => undefined);
  await inState(page, "confirmed");
});

test("news of an order do not take a press on its page away", async () => {
  const { page, context } = await visitor(browser, shop, kinds[1]);
  const heard = new Promise((resolve) => page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => String(payload).includes("confirmed") && resolve())));
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.authentication);
  await inState(page, "action_required");
  const bank = await page.locator("a[target=_blank]").getAttribute("href");
  const pressed = new Promise((resolve) => page.route("**/payments", resolve));
  const [held] = await Promise.all([pressed, page.click("button[name=continue]", { noWaitAfter: true })]);
  await fetch(bank);
  await heard;
  await Promise.all([page.waitForURL(/pay_over=1/), held.continue()]);
  await context.close();
});

journey("a buyer who does not pass the bank's check", async ({ page, kind }) => {
  await put(page, "blue-mug");
  await fillAddress(page);
  await pay(page, cards.authentication);
  await inState(page, "action_required");
  const bank = await page.locator("a[target=_blank]").getAttribute("href");
  assert.match(await (await fetch(`${bank}?outcome=failed`)).text(), /not authenticated/);
  await inState(page, "payment_failed");
  await shot(page, `refused at the bank ${kind}`);
  assert.match(await page.locator("[role=alert]").innerText(), /could not confirm that it is you/);
  await page.check(`input[name=card][value=${cards.works}]`);
  await page.click("form[action$='/payments'] button.main");
  await inState(page, "confirmed");
});

journey("the last one is gone meanwhile", async ({ page, kind }) => {
  await shop.count("LAMP", 1 + (await shop.reserved("LAMP")));
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    await page.goto("/p/last-lamp");
    if (await comes(page.locator(".add button.main"))) break;
  }
  await put(page, "last-lamp");
  await fillAddress(page);
  await shop.count("LAMP", await shop.reserved("LAMP"));
  await pay(page);
  await inState(page, "rejected");
  await shot(page, `sold out ${kind}`);
  assert.match(await page.locator("[role=alert]").innerText(), /Last Lamp[\s\S]*sold out[\s\S]*not charged/);
  assert.match(await page.locator("[role=alert]").innerText(), /Your cart is open again/);
  const cookies = await page.context().cookies();
  await page.context().clearCookies({ name: /cart/ }); // as if another cart had been begun since
  await page.reload();
  assert.match(await page.locator("[role=alert]").innerText(), /put the items into your cart once more/);
  await shot(page, `sold out, another cart ${kind}`);
  await page.context().addCookies(cookies);
  await page.click("text=Go to the cart");
  await page.waitForURL("**/cart");
  for (const end = Date.now() + 10_000; Date.now() < end && !(await page.locator(".line").count());)
    await page.reload();
  assert.match(await page.locator(".line").innerText(), /sold out/);
  await page.click("text=Remove");
  await page.waitForURL("**/cart");
  assert.match(await page.locator("main").innerText(), /empty/);
});

journey("the price changes meanwhile", async ({ page, kind }) => {
  await shop.reprice("moody-bowl", "BOWL", 2000);
  await put(page, "moody-bowl");
  await fillAddress(page);
  assert.equal(await total(page), "€24.90");
  await shop.reprice("moody-bowl", "BOWL", 2600);
  await pay(page);
  await shot(page, `price changed ${kind}`);
  assert.match(page.url(), /was=2490/);
  assert.match(await page.locator("[role=alert]").innerText(), /€24\.90[\s\S]*€30\.90/);
  await pay(page);
  await inState(page, "confirmed");
  assert.equal(await total(page), "€30.90");
  assert.match(await page.locator("aside.sum").innerText(), /Shipping[^€]*€4\.90/);
});

journey("back, reload and double submit make one order", async ({ page, kind }) => {
  await put(page, "blue-mug");
  await page.reload();
  assert.equal(await page.inputValue("input[name=quantity]"), "1");
  await fillAddress(page);
  const before = orders();
  await page.check(`input[name=card][value=${cards.works}]`);
  const body = new URLSearchParams(await page.locator("form[action='/checkout/review'] input").evaluateAll(
    (all) => all.filter((one) => one.type !== "radio" || one.checked).map((one) => [one.name, one.value])));
  const send = () => page.request.post("/checkout/review", {
    headers: { origin: shop.url, "content-type": "application/x-www-form-urlencoded" },
    data: String(body), maxRedirects: 0,
  });
  const answers = await Promise.all([send(), send(), send()]);
  const places = new Set(answers.map((one) => one.headers().location));
  assert.deepEqual(answers.map((one) => one.status()), [303, 303, 303]);
  assert.equal(places.size, 1, [...places].join());
  await page.goto([...places][0]);
  await inState(page, "confirmed");
  assert.equal((await send()).headers().location, [...places][0]);
  await page.reload();
  await page.goBack();
  await page.goto([...places][0]);
  await until("the order among the orders", async () => orders() > before);
  assert.equal(orders(), before + 1, kind);
});
