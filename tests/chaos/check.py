"""What must hold once everything is healed: nothing acknowledged is lost, nothing oversold, one
charge an order, no read went back in time. `souk audit` then looks at the same shop from inside."""

import asyncio
import bisect
import time
from collections import defaultdict

from client import get
from goods import PLENTY, SCARCE, WATCHED
from shopper import Order, lines_of

RESTING = {"confirmed", "shipped", "delivered", "rejected", "cancelled", "refunded"}
SOLD = {"confirmed", "shipped", "delivered"}
ENDED = {"rejected", "cancelled"}
UNCLEAR = {"pending_payment", "payment_failed", "action_required", "cancelling"}


class Checks:
    def __init__(self, cluster, book, staff, settling):
        self.cluster, self.book, self.history = cluster, book, book.history
        self.staff, self.settling = staff, settling
        self.before_operators = set()

    async def run(self):
        self.history.event("checking")
        await self.read_back_carts()
        await self.orders_settle()
        self.one_living_order_a_cart()
        await self.stock_adds_up()
        await self.money_adds_up()
        self.reads_are_monotone()
        return await self.audit()

    def fault(self, law, text):
        self.history.violation(law, text)

    async def orders_settle(self):
        """I4: every order ends, rests confirmed, or stands before the operators."""
        end = time.monotonic() + self.settling
        waiting = list(self.book.orders.values())
        while waiting and time.monotonic() < end:
            waiting = [o for o in waiting if not await self.rests(o)]
            if waiting:
                await asyncio.sleep(0.5)
        queue = await self.staff.ask("operators_queue", "GET", "/v1/admin/operators-queue")
        self.before_operators = {e["entity"] for e in queue.json["items"]} if queue else set()
        for order in waiting:
            if order.entity not in self.before_operators:
                self.fault("I4", f"{order.entity} is {order.status}, after {self.settling:.0f} s")
            else:
                self.history.event(f"{order.entity} waits for the operators as {order.status}")

    async def rests(self, order):
        answer = await self.staff.client.ask("final_order", "GET", f"/v1/orders/{order.id}",
                                             entity=order.entity, token=order.token)
        if answer is None:
            return False
        if answer.status != 200:
            self.fault("I5", f"{order.entity} was acknowledged, reading it answers {answer.status}")
            return True
        shown = sorted((line["sku"], line["quantity"]) for line in answer.json["lines"])
        if shown != order.lines:
            self.fault("I5", f"{order.entity} has {shown}, acknowledged were {order.lines}")
        self.book.order_told(order.cart, answer, "")
        return order.status in RESTING

    async def read_back_carts(self):
        for cart in self.book.carts:
            answer = await self.staff.client.ask("final_cart", "GET", f"/v1/carts/{cart.id}",
                                                 entity=cart.entity)
            if answer is None or answer.status != 200:
                self.fault("I5", f"{cart.entity} was acknowledged, reading it answers"
                           f" {answer.status if answer else 'nothing'}")
                continue
            self.book.compare_cart(cart, lines_of(answer.json), "at the end it")
            if answer.json.get("order_id", "") not in ("", *self.book.orders):
                await self.untold_order(cart, answer.json["order_id"])

    async def untold_order(self, cart, order_id):
        """Placed, but its answer never arrived: it counts like the others."""
        answer = await self.staff.ask("final_order", "GET", f"/v1/orders/{order_id}")
        if answer:
            self.book.orders[order_id] = Order(answer.json, self.staff.token, cart)

    def one_living_order_a_cart(self):
        living = defaultdict(list)
        for order in self.book.orders.values():
            if order.status not in ENDED:
                living[order.cart.id].append(order.id)
        for cart, orders in living.items():
            if len(orders) > 1:
                self.fault("law3", f"cart/{cart} has the orders {orders}")

    def units(self, sku, statuses):
        return sum(quantity for order in self.book.orders.values() if order.status in statuses
                   for name, quantity in order.lines if name == sku)

    async def stock_adds_up(self):
        """I1, from the outside."""
        for sku in PLENTY + SCARCE + WATCHED:
            level = await self.staff.level(sku)
            if level is None:
                self.fault("I1", f"stock/{sku}: no answer")
                continue
            shelf = self.book.shelves[sku]
            sold = self.units(sku, SOLD)
            shipped = self.units(sku, {"shipped", "delivered"})
            on_hand, reserved = level["on_hand"], level["reserved"]
            if sold > shelf.at_most:
                self.fault("I1", f"stock/{sku}: {sold} sold of {shelf.at_most}")
            if not shelf.received <= on_hand + shipped <= shelf.at_most:
                self.fault("I1", f"stock/{sku}: {on_hand} on hand and {shipped} shipped, but"
                           f" {shelf.received} to {shelf.at_most} were there")
            if min(on_hand, reserved, level["available"]) < 0 or reserved > on_hand:
                self.fault("I1", f"stock/{sku}: {level}")
            held = sold - shipped
            unclear = self.units(sku, UNCLEAR)
            if not held <= reserved <= held + unclear:
                self.fault("I1", f"stock/{sku}: {reserved} reserved, orders hold {held}, and those"
                           f" that do not rest at most {unclear}")

    async def money_adds_up(self):
        answer = await get(self.cluster.psp_port, "/_souk/intents", 30)
        by_order = defaultdict(list)
        for intent in answer.json["data"]:
            by_order[intent["metadata"].get("order_id")].append(intent)
        for order in self.book.orders.values():
            held = [i["amount_capturable"] + i["amount_received"] - refunded(i)
                    for i in by_order.get(order.id, []) if i["status"] != "canceled"]
            held = [amount for amount in held if amount]
            wanted = [order.total] if order.status in SOLD else []
            if order.status in RESTING and held != wanted:
                self.fault("I3", f"{order.entity} is {order.status} with a total of {order.total},"
                           f" the provider holds {held}")
            if order.entity in self.before_operators:
                continue
            captured = sum(i["amount_received"] for i in by_order.get(order.id, []))
            if order.status in {"shipped", "delivered"} and captured != order.total:
                self.fault("I3", f"{order.entity} was shipped, captured are {captured} of"
                           f" {order.total}")

    def reads_are_monotone(self):
        """What is begun after an answer with version v sees v or later, whoever asked."""
        by_key = defaultdict(list)
        for a in self.history.attempts:
            if a.entity and a.version is not None and 200 <= a.status < 300:
                by_key[a.entity].append(a)
        for key, answers in by_key.items():
            ends, newest, high = [], [], 0
            for a in sorted(answers, key=lambda a: a.end):
                high = max(high, a.version)
                ends.append(a.end)
                newest.append(high)
            for a in answers:
                before = bisect.bisect_left(ends, a.begin)
                if before and a.version < newest[before - 1]:
                    self.fault("reads", f"{key}: version {a.version} at {a.node}, second"
                               f" {a.begin - self.history.origin:.3f}, after {newest[before - 1]}")

    async def audit(self):
        """Tries until it is clean or `settling` is over: projections may lag behind."""
        self.history.flush()
        end = time.monotonic() + self.settling
        while True:
            code, said = await self.cluster.souk(
                "audit", "--settled", "--psp", self.cluster.psp_url, "--history",
                str(self.history.audit_file), patience=300)
            if code == 0 or time.monotonic() > end:
                break
            await asyncio.sleep(2)
        for line in said.splitlines():
            if line.startswith("VIOLATION"):
                _, law, text = line.split(" ", 2)
                self.fault("audit " + law, text)
        if code != 0 and "VIOLATION" not in said:
            self.fault("audit", f"exit code {code}: {said[-500:]}")
        return said


def refunded(intent):
    charge = intent.get("latest_charge")
    return charge.get("amount_refunded", 0) if isinstance(charge, dict) else 0

