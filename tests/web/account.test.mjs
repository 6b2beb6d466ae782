// A person's account from its first day to its last: codes, sessions, passwords, addresses, the end.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { checkAccess, fillAddress, inState, kinds, openBrowser, pay, put, shot, sizes, visitor } from "./browser.mjs";
import { linkTo, openShop } from "./shop.mjs";

let shop, browser;
before(async () => { shop = await openShop(); browser = await openBrowser(); });
after(async () => { await browser?.close(); await shop?.close(); });

const go = "form.sheet button[type=submit]";
const main = (page) => page.locator("main").innerText();
const note = (page) => page.locator(".notice[role=status]").first().innerText();
const press = (page, form, note) =>
  Promise.all([page.waitForURL(note), page.click(`form[action='${form}'] button[type=submit]`)]);

async function register(page, name, email, password) {
  await page.goto("/account/register");
  for (const [field, value] of Object.entries({ name, email, password })) await page.fill(`#${field}`, value);
  await page.click(go);
  await page.waitForURL("**/account");
}

async function logIn(page, email, password, arrives) {
  await page.goto("/account/login");
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click(go);
  await page.waitForURL(arrives);
}

async function logOut(page) {
  await page.goto("/account");
  await page.click("form[action='/account/logout'] button");
  await page.waitForURL(`${shop.url}/`);
}

/**
 * The app on somebody's phone: each code is of a later step than the one before, as the shop wants it, and of one
 * that the shop still takes when it arrives a moment later.
 */
function authenticator(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const onItsWay = 8_000;
  const present = (later = 0) => Math.floor((Date.now() + later) / 30_000);
  let last = 0;
  return async () => {
    last = Math.max(last + 1, present(onItsWay) - 1);
    while (last > present() + 1) await new Promise((resolve) => setTimeout(resolve, 500));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(last));
    const mac = createHmac("sha1", key).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
  };
}

/** Turns codes on; answers the app and the recovery codes. */
async function enrol(page, password, kind) {
  await page.goto("/account/security");
  await page.click("text=Set up codes");
  await page.fill("#password", "not this one");
  await press(page, "/account/codes/enrol", /note=password_wrong/);
  await page.fill("#password", password);
  await press(page, "/account/codes/enrol", /codes$/);
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  assert.ok((await page.locator("a[href^='otpauth:']").getAttribute("href")).includes(`secret=${secret}&issuer=`));
  const picture = await page.request.get("/account/codes/qr.svg");
  assert.deepEqual([picture.headers()["content-type"], picture.headers()["cache-control"]], ["image/svg+xml", "no-store"]);
  await shot(page, `enrol ${kind}`);
  await page.fill("#code", "000000");
  await press(page, "/account/codes/confirm", /note=code_refused/);
  const code = authenticator(secret);
  await page.fill("#code", await code());
  await press(page, "/account/codes/confirm", /codes$/);
  await page.reload();
  const recovery = await page.locator(".keys code").allInnerTexts();
  assert.equal(recovery.length, 10);
  await shot(page, `recovery codes ${kind}`);
  await page.click("text=I have kept them");
  await page.waitForURL(/codes$/);
  assert.equal(await page.locator(".keys").count(), 0);
  assert.match(await main(page), /left: 10/);
  return { code, recovery };
}

for (const kind of kinds)
  test(`codes, sessions, a new password and the end (${kind.name})`, async () => {
    const who = await visitor(browser, shop, kind);
    const other = await visitor(browser, shop, { ...kind, name: "other" });
    const { page, complaints, context } = who;
    const urls = [];
    page.on("request", (request) => urls.push(request.url()));
    const email = `codes.${kind.name.replaceAll(" ", ".").toLowerCase()}@example.org`;
    try {
      await register(page, "Mary Codes", email, "first password");
      const { code, recovery } = await enrol(page, "first password", kind.name);
      await logOut(page);

      await logIn(page, email, "first password", "**/account/login/code");
      await shot(page, `code ${kind.name}`);
      assert.ok(!(await page.content()).includes("first password"));
      await page.fill("#code", "123456");
      await press(page, "/account/login/code", /note=code_refused/);
      await page.fill("#code", await code());
      const body = await page.locator("form[action='/account/login/code'] input").evaluateAll(
        (all) => Object.fromEntries(all.slice(0, 3).map((one) => [one.name, one.value])));
      const again = { form: body, headers: { origin: shop.url }, maxRedirects: 0 };
      const half = (await context.cookies()).find((one) => one.name === "souk_login");
      const first = await page.request.post("/account/login/code", again);
      const places = [first.headers().location];
      const session = (await context.cookies()).find((one) => one.name === "souk_session");
      for (const now of [[half, session], [half]]) { // a second press after the answer, and before
        await context.clearCookies({ name: "souk_session" });
        await context.addCookies(now);
        places.push((await page.request.post("/account/login/code", again)).headers().location);
      }
      assert.deepEqual(places, ["/account", "/account", "/account"]);
      await page.goto("/account");

      await logIn(other.page, email, "first password", "**/account/login/code");
      await other.page.click("summary");
      await other.page.fill("#recovery", recovery[0].toUpperCase());
      await other.page.click("details button");
      await other.page.waitForURL("**/account");

      await page.goto("/account/security");
      const devices = page.locator(".rows li");
      const before = await devices.count();
      assert.equal(await page.locator(".rows .badge").innerText(), "This one");
      assert.match(await devices.first().innerText(), /Chrome on Linux[\s\S]*Last seen/);
      await shot(page, `security ${kind.name}`);
      await Promise.all([page.waitForURL(/note=session_done/), page.locator(".rows button").first().click()]);
      assert.equal(await devices.count(), before - 1);
      for (const end = Date.now() + 5_000; Date.now() < end && !other.page.url().includes("/login");)
        await other.page.goto("/account/profile");
      assert.match(other.page.url(), /login\?next=%2Faccount%2Fprofile/);

      await page.fill("#before", "first password");
      await page.fill("#password", "second password");
      await press(page, "/account/security/password", /note=password_done/);
      await logIn(other.page, email, "first password", /note=login_refused/);

      await page.goto("/account/codes");
      await page.click("summary:has-text('New recovery codes')");
      await page.fill("#renew-password", "second password");
      await page.fill("#renew-code", recovery[1]);
      await press(page, "/account/codes/renew", /codes$/);
      const fresh = await page.locator(".keys code").allInnerTexts();
      assert.equal(fresh.length, 10);

      await page.goto("/account/privacy");
      await shot(page, `privacy ${kind.name}`);
      await page.fill("#erase-password", "second password");
      await page.fill("#erase-code", recovery[2]);
      await press(page, "/account/privacy/erase", /note=code_refused/);
      await page.fill("#erase-password", "second password");
      await page.fill("#erase-code", fresh[0]);
      await press(page, "/account/privacy/erase", /goodbye$/);
      await shot(page, `goodbye ${kind.name}`);
      await page.goto("/account");
      assert.match(page.url(), /account\/login/);
      await logIn(page, email, "second password", /note=login_refused/);
      assert.deepEqual(complaints, []);
      const seen = decodeURIComponent(urls.join(" ").replaceAll("+", " "));
      for (const secret of ["first password", "second password", recovery[0], fresh[0], "otpauth:"])
        assert.ok(!seen.includes(secret), secret);
    } catch (error) {
      await shot(page, `failed codes ${kind.name}`);
      throw error;
    } finally {
      await who.context.close();
      await other.context.close();
    }
  });

async function visiting(kind, live) {
  const who = await visitor(browser, shop, kind);
  try {
    await live(who);
  } catch (error) {
    await shot(who.page, `failed account ${kind.name}`);
    throw error;
  } finally {
    await who.context.close();
  }
}
const phone = { name: "phone", viewport: sizes.phone };
const plain = { ...phone, name: "phone without JavaScript", javaScriptEnabled: false };

test("too many codes are refused, and so is a stale half of a login", () => visiting(plain, async ({ page, context }) => {
  const email = "throttled@example.org";
  await register(page, "Thea", email, "first password");
  await enrol(page, "first password", "throttled");
  await logOut(page);
  await page.goto("/account/login/code");
  assert.match(page.url(), /note=login_over/);
  await logIn(page, email, "first password", "**/account/login/code");
  for (let i = 0; i < 12 && !page.url().includes("codes_too_often"); ++i) {
    await page.fill("#code", "000000");
    await page.click("form.sheet button");
    await page.waitForURL(/note=code/);
  }
  assert.match(await note(page), /Too many codes/);
  await context.addCookies([{ name: "souk_login", value: "forged", url: shop.url }]);
  await page.goto("/account/login/code");
  assert.match(page.url(), /note=login_over/);
}));

test("profile, addresses, another e-mail address and one's data", () => visiting(phone, async ({ page, complaints }) => {
  await register(page, "Ann Old", "ann.old@example.org", "first password");
  assert.match(await main(page), /confirm your e-mail address/);
  await page.click("text=Send the letter again");
  await page.waitForURL(/note=letter_sent_done/);
  await page.goto("/account/profile");
  await page.fill("#name", "Ann <New>");
  await page.selectOption("#letters", "de");
  await press(page, "/account/profile", /note=profile_done/);
  assert.equal(await page.locator("h1").innerText(), "Hello, Ann <New>");
  assert.equal(await page.inputValue("#letters"), "de");

  await page.goto("/account/addresses");
  await shot(page, "addresses phone");
  for (const [field, value] of Object.entries({ line1: "Weg 2", postal_code: "10115", city: "Berlin" }))
    await page.fill(`#${field}`, value);
  await press(page, "/account/addresses", /note=address_done/);
  await page.click("text=Edit");
  await page.evaluate(() => document.querySelectorAll("[required]").forEach((one) => one.removeAttribute("required")));
  await page.fill("#city", "");
  await page.click("form.sheet button, section form button.main");
  await page.waitForSelector("#city[aria-invalid]");
  assert.match(complaints.pop(), /422/);
  await page.fill("#city", "Potsdam");
  await page.click("section form button.main");
  await page.waitForURL(/note=address_done/);
  assert.match(await page.locator(".address").innerText(), /Weg 2[\s\S]*Potsdam/);
  await page.click(".rows button");
  await page.waitForURL(/addresses$/);
  assert.equal(await page.locator(".address").count(), 0);

  await page.goto("/account/security");
  await page.fill("#new-email", "ann.new@example.org");
  await page.fill("#email-password", "first password");
  await press(page, "/account/security/email", /note=email_sent_done/);
  await page.goto(await linkTo(shop, "ann.new@example.org", "/account/confirm"));
  await page.click(go);
  await page.waitForURL(/note=confirmation_done/);
  await page.goto("/account/security");
  assert.match(await page.locator("#email").innerText(), /ann\.new@example\.org/);

  await page.goto("/account/privacy");
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Download my data")]);
  assert.equal(JSON.parse(readFileSync(await file.path())).account.email, "ann.new@example.org");
  assert.deepEqual(complaints, []);
}));

test("orders in pages, and an account that waits for one is given up by hand", () => visiting(phone, async ({ page }) => {
  await register(page, "Otto", "otto@example.org", "first password");
  for (let i = 0; i < 11; ++i) {
    await put(page, "blue-mug");
    await fillAddress(page, "otto@example.org");
    await pay(page);
  }
  await inState(page, "confirmed");
  await page.click("text=Your orders");
  for (const end = Date.now() + 10_000; Date.now() < end && !(await page.locator("a[rel=next]").count());)
    await page.reload();
  assert.equal(await page.locator(".rows li").count(), 10);
  assert.match(await page.locator(".rows li").last().innerText(), /S1[\s\S]*€[\s\S]*(Confirmed|In progress)/);
  await page.click("a[rel=next]");
  await page.waitForURL(/cursor=/);
  assert.equal(await page.locator(".rows li").count(), 1);
  await page.goto("/account/privacy");
  await shot(page, "privacy with orders");
  await page.evaluate(() => document.querySelector("[name=despite_orders]").removeAttribute("required"));
  await page.fill("#erase-password", "first password");
  await press(page, "/account/privacy/erase", /note=orders_waiting/);
  await page.check("[name=despite_orders]");
  await page.fill("#erase-password", "first password");
  await press(page, "/account/privacy/erase", /goodbye$/);
}));

test("browsers see a page where the edge refuses, programs see a problem", async () => {
  const ask = (path, accept, init = {}) =>
    fetch(shop.url + path, { ...init, headers: { accept, "accept-language": "de", ...init.headers } });
  const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const posted = (bytes) => ({ method: "POST", body: "x".repeat(bytes),
    headers: { "content-type": "application/x-www-form-urlencoded", origin: shop.url } });
  for (const [path, init, status] of [["/nowhere/at/all", {}, 404], ["/account/login", posted(20_000), 413],
                                      ["/nowhere", posted(10), 405]]) {
    const page = await ask(path, browserAccept, init);
    assert.deepEqual([page.status, page.headers.get("content-type")], [status, "text/html; charset=utf-8"], path);
    assert.match(await page.text(), /<html lang="de">/);
  }
  assert.equal((await ask("/account/login", "*/*", posted(20_000))).headers.get("content-type"), "application/problem+json");
  assert.equal((await ask("/v1/nowhere", browserAccept)).headers.get("content-type"), "application/problem+json");
  let refused;
  for (let i = 0; i < 40 && refused?.status !== 429; ++i)
    refused = await ask("/account/reset", browserAccept, posted(10));
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.match(await refused.text(), /etwas schnell/);
});

for (const scheme of ["light", "dark"])
  test(`everybody can use the account (${scheme})`, () => visiting({ ...phone, colorScheme: scheme }, async ({ page }) => {
    await register(page, "Axel With Quite A Long Name",
      `axe.whose-address-is-long-and-hardly-breaks.${scheme}@example.org`, "first password");
    for (const path of ["", "/profile", "/addresses", "/security", "/codes", "/privacy"]) {
      await page.goto(`/account${path}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
      await checkAccess(page, `${scheme} account${path.replace("/", "_")}`);
    }
    await page.goto("/account/goodbye");
    await page.goto("/account/codes");
    await page.fill("#password", "first password");
    await press(page, "/account/codes/enrol", /codes$/);
    await checkAccess(page, `${scheme} enrolling`);
  }));
