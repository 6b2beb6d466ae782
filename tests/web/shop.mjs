// A whole shop for these tests: a database of its own on the server that SOUK_TEST_POSTGRES names, the
// payment simulator and a node of the built program, with goods that every test can count on.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

const program = process.env.SOUK_PROGRAM ?? "build/ci/app/souk";
const patience = 60_000;

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** Polls for a fact. */
export async function until(what, test) {
  for (const end = Date.now() + patience; Date.now() < end;) {
    if (await test().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

const price = (euro) => ({
  price: { amount: euro, currency: "EUR" },
  prices: [{ amount: Math.round(euro * 0.87), currency: "GBP" }],
});
const things = (handle, title, variants, more = {}) => ({
  handle, title, description: "Made with care, meant for use.", brand: "Isola",
  category_path: [{ handle: "home", name: "Home" }, { handle: "kitchen", name: "Kitchen" }],
  attributes: { material: "stoneware", dishwasher_safe: true }, ...more, variants,
});
const single = (sku, units, cents = 1290) => [{ sku, stock: { berlin: units }, ...price(cents) }];

export const longTitle =
  "Extraordinarily Long-Named Hand-Thrown Stoneware Pitcher with Donaudampfschifffahrtsgesellschaftskapitän " +
  "Motif, Two Handles and a Lid";
export const nastyTitle = 'Mug <script>window.broken = 1</script> "\'&';

const goods = [
  things("blue-mug", "Blue Mug", single("MUG", 500), { translations: { de: { title: "Blauer Becher" } } }),
  things("last-lamp", "Last Lamp", single("LAMP", 1, 8900)),
  things("moody-bowl", "Moody Bowl", single("BOWL", 500, 2000)),
  things("long-pitcher", longTitle, single("PITCHER", 4, 5400)),
  things("nasty-mug", nastyTitle, single("NASTY", 500)),
  things("gone-vase", "Gone Vase", single("VASE", 0, 3000)),
  things("shirt", "Linen Shirt", ["S", "M", "L"].map((size, i) => ({
    sku: `SHIRT-${size}`, options: { size }, stock: { berlin: [50, 3, 0][i] }, ...price(4900 + 500 * i),
    original_price: { amount: 6900, currency: "EUR" },
  })), { options: ["size"] }),
];

/** `more`: settings of the node. */
export async function openShop(more = {}) {
  const server = process.env.SOUK_TEST_POSTGRES;
  const name = `souk_web_${randomBytes(5).toString("hex")}`;
  const sql = (text) => spawnSync("psql", ["-qAt", server, "-c", text], { encoding: "utf8" });
  sql(`create database ${name}`);
  const database = new URL(server.replace(/^postgresql:/, "http:"));
  database.pathname = `/${name}`;
  const directory = mkdtempSync(join(tmpdir(), "souk-web-"));
  const [port, pspPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    "postgres.url": String(database).replace(/^http:/, "postgresql:"), "redis.url": "",
    "node.secret": randomBytes(32).toString("hex"), "node.data": join(directory, "node"),
    "http.port": port, "payments.url": `http://127.0.0.1:${pspPort}`,
    "payments.api_key": "sk_test_souk", "payments.webhook_secret": "whsec_souk", ...more,
  };
  const flags = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
  const run = (...command) => {
    const done = spawnSync(program, [...command, ...flags], { encoding: "utf8", timeout: patience });
    if (done.status !== 0) throw new Error(`souk ${command[0]}: ${done.stderr}`);
    return done.stdout.trim();
  };
  const log = join(directory, "log");
  const start = (...command) =>
    spawn(program, [...command, ...flags], { stdio: ["ignore", openSync(log, "a"), openSync(log, "a")] });

  run("migrate");
  const file = join(directory, "goods.jsonl");
  writeFileSync(file, goods.map((one) => JSON.stringify(one)).join("\n"));
  run("import", file);
  const key = run("admin-key").split("\n").at(-1);
  const children = [
    start("psp", "--port", String(pspPort), "--webhook-url", `${url}/v1/webhooks/stripe`),
    start("serve"),
  ];
  const admin = async (method, path, body) => {
    const answer = await fetch(url + path, {
      method, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await until("the shop", async () => (await fetch(`${url}/readyz`)).ok).catch((error) => {
    throw new Error(`${error.message}\n${readFileSync(log, "utf8").slice(-3000)}`);
  });
  await until("the stock", async () => {
    const { items } = await admin("GET", "/v1/admin/stock/MUG");
    return items.some((one) => one.available > 0);
  });
  return {
    url, admin, sql: (text) => spawnSync("psql", ["-qAt", settings["postgres.url"], "-c", text], { encoding: "utf8" }).stdout.trim(),
    /** Units of a SKU on the shelf. */
    count: (sku, units) => admin("PUT", `/v1/admin/stock/${sku}/berlin`, { on_hand: units, reason: "count" }),
    /** How many units of a SKU its orders hold. */
    reserved: async (sku) =>
      (await admin("GET", `/v1/admin/stock/${sku}`)).items.reduce((sum, one) => sum + one.reserved, 0),
    reprice: async (handle, sku, cents) => {
      const product = await (await fetch(`${url}/v1/products/${handle}`)).json();
      return admin("PATCH", `/v1/admin/products/${product.id}`,
        { variants: [{ sku, price: { amount: cents, currency: "EUR" } }] });
    },
    close: async () => {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map((child) => new Promise((resolve) =>
        child.exitCode !== null || child.signalCode ? resolve() : child.once("exit", resolve))));
      sql(`select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '${name}' and not active`);
      sql(`drop database if exists ${name} with (force)`);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The link in the newest mail to this address whose text has one that begins so. */
export async function linkTo(shop, email, path) {
  const read = async (place) => (await fetch(`${shop.url}/dev/mail${place}?format=json`)).json();
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    for (const { id, to } of (await read("")).items) {
      const found = to.includes(email) && JSON.stringify(await read(`/${id}`)).match(`${path}[?]token=[^"\\\\<& ]+`);
      if (found) return found[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no mail to ${email} leads to ${path}`);
}
