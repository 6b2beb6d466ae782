"""A shopper: fills carts, changes her mind, quotes, pays with cards of every kind, cancels, reads.
She is the only one who writes to her cart, so she knows what has to stand in it."""

import asyncio
import random

from client import Client
from goods import PLENTY, SCARCE

ADDRESS = {"name": "Ada Lovelace", "line1": "Unter den Linden 1", "city": "Berlin",
           "postal_code": "10117", "country": "DE"}
CARDS = [("pm_card_visa", 70), ("pm_card_chargeDeclined", 9), ("pm_card_authenticationRequired", 9),
         ("pm_souk_lost_after", 6), ("pm_souk_lost_before", 6)]
CART_ABANDONED, CANCELLED_AFTER, PLACED_TWICE = 0.2, 0.15, 0.15
THINKING = 0.08  # seconds between two requests, on average


class Cart:
    def __init__(self, id, key):
        self.id, self.order_key = id, key
        self.lines = {}  # line id: (sku, quantity)
        self.unsure = set()  # SKUs changed by a request that was never answered
        self.order = None

    @property
    def entity(self):
        return "cart/" + self.id


class Order:
    """As it was acknowledged, whatever its state."""

    def __init__(self, shown, token, cart):
        self.id, self.token, self.cart = shown["id"], token, cart
        self.total = shown["totals"]["total"]["amount"]
        self.lines = sorted((line["sku"], line["quantity"]) for line in shown["lines"])
        self.last = shown

    @property
    def entity(self):
        return "order/" + self.id

    @property
    def status(self):
        return self.last["status"]


def lines_of(cart):
    return {line["id"]: (line["sku"], line["quantity"]) for line in cart["lines"]}


class Shopper:
    def __init__(self, name, balancer, book, seed, deadline):
        self.client = Client(name, balancer, book.history, seed, deadline)
        self.second = Client(name + "b", balancer, book.history, seed + 1, deadline)
        self.book, self.random, self.name = book, random.Random(seed), name

    async def run(self, stopping):
        while not stopping.is_set():
            await self.visit(stopping)
        self.client.close()
        self.second.close()

    async def visit(self, stopping):
        opened = await self.ask("open_cart", "POST", "/v1/carts",
                                {"currency": "EUR", "country": "DE"})
        if not opened or not self.expect(opened, "open_cart", 201):
            return
        cart = Cart(opened.json["id"], self.client.next_key())
        self.book.carts.append(cart)
        for _ in range(self.random.randint(1, 3)):
            await self.add(cart)
        while not stopping.is_set() and self.random.random() < 0.5:
            await self.change_mind(cart)
        if cart.lines and not stopping.is_set() and self.random.random() > CART_ABANDONED:
            await self.buy(cart)

    async def ask(self, kind, verb, path, body=None, **how):
        await asyncio.sleep(self.random.expovariate(1 / THINKING))
        return await self.client.ask(kind, verb, path, body, **how)

    def expect(self, answer, kind, *statuses):
        if answer.status in statuses:
            return True
        self.book.history.violation("answer", f"{kind} by {self.name} at {answer.node}:"
                                    f" {answer.status} {answer.raw[:300]!r}")
        return False

    # -- the cart

    async def add(self, cart):
        sku = self.random.choice(SCARCE if self.random.random() < 0.3 else PLENTY)
        before = sum(q for s, q in cart.lines.values() if s == sku)
        quantity = self.random.randint(1, 2)
        answer = await self.ask("add_line", "POST", f"/v1/carts/{cart.id}/lines",
                                {"sku": sku, "quantity": quantity}, entity=cart.entity)
        self.learn(cart, "add_line", answer, 201, sku, before + quantity)

    async def change_mind(self, cart):
        act = self.random.random()
        path = f"/v1/carts/{cart.id}"
        if act < 0.3 or not cart.lines:
            answer = await self.ask("read_cart", "GET", path, entity=cart.entity)
            if answer and self.expect(answer, "read_cart", 200):
                self.compare(cart, "read_cart", lines_of(answer.json))
            return
        if act < 0.5:
            answer = await self.ask("quote", "POST", path + "/quote", {
                "shipping_address": ADDRESS, "shipping_option": "standard"}, entity=cart.entity)
            if answer:
                self.expect(answer, "quote", 200)
            return
        line = self.random.choice(sorted(cart.lines))
        sku = cart.lines[line][0]
        if act < 0.8:
            quantity = self.random.randint(1, 3)
            answer = await self.ask("change_line", "PATCH", f"{path}/lines/{line}",
                                    {"quantity": quantity}, entity=cart.entity)
            self.learn(cart, "change_line", answer, 200, sku, quantity)
        else:
            answer = await self.ask("remove_line", "DELETE", f"{path}/lines/{line}",
                                    entity=cart.entity)
            self.learn(cart, "remove_line", answer, 200, sku, 0)

    def learn(self, cart, kind, answer, status, sku, units):
        """`answer` must show `units` of `sku`, and everything else as it was."""
        if not answer:
            cart.unsure.add(sku)
            return
        if not self.expect(answer, kind, status):
            cart.unsure.add(sku)
            return
        shown = lines_of(answer.json)
        expected = {i: line for i, line in cart.lines.items() if line[0] != sku}
        mine = {i: line for i, line in shown.items() if line[0] == sku}
        cart.lines = {**expected, **mine}
        if sku not in cart.unsure and sum(q for _, q in mine.values()) != units:
            self.book.history.violation(
                "I5", f"{cart.entity}: {kind} should show {units} of {sku}, it shows {mine}")
        self.compare(cart, kind, shown)
        for line, (_, quantity) in mine.items():
            self.book.history.tell({"kind": "cart_line_acknowledged", "cart_id": cart.id,
                                    "line": line, "quantity": quantity})

    def compare(self, cart, kind, shown):
        self.book.compare_cart(cart, shown, kind)

    # -- the order

    async def buy(self, cart):
        card = self.random.choices([c for c, _ in CARDS], [w for _, w in CARDS])[0]
        body = {"cart_id": cart.id, "email": "ada@example.org", "shipping_address": ADDRESS,
                "shipping_option": "standard",
                "payment": {"provider": "stripe", "payment_method": card}}
        first = self.ask("place_order", "POST", "/v1/orders", body, entity=cart.entity,
                         key=cart.order_key)
        if self.random.random() < PLACED_TWICE:
            # A double click, or two tabs: the same order, whatever the key.
            key = cart.order_key if self.random.random() < 0.5 else self.second.next_key()
            answers = await asyncio.gather(first, self.second.ask(
                "place_order", "POST", "/v1/orders", body, entity=cart.entity, key=key))
        else:
            answers = [await first]
        for answer in answers:
            if answer and self.expect(answer, "place_order", 201, 202, 402, 409):
                self.book.order_told(cart, answer, cart.order_key if answer is answers[0] else "")
        if cart.order:
            await self.after(cart.order)

    async def after(self, order):
        if order.status == "action_required":
            await self.authenticate(order)
        elif order.status == "payment_failed" and self.random.random() < 0.7:
            await self.pay(order, {"provider": "stripe", "payment_method": "pm_card_visa"})
        if self.random.random() < CANCELLED_AFTER:
            await self.order_request(order, "cancel_order", "POST", "/cancel", None, 200, 202, 409)
        for _ in range(self.random.randint(0, 2)):
            await self.order_request(order, "read_order", "GET", "", None, 200)

    async def authenticate(self, order):
        action = (order.last["payment"] or {}).get("next_action") or {}
        if action.get("url"):
            await self.book.authenticate(action["url"])
            await self.pay(order, {"provider": "stripe"})

    async def pay(self, order, payment):
        await self.order_request(order, "pay_order", "POST", "/payments", {"payment": payment},
                                 200, 202, 402, 409)

    async def order_request(self, order, kind, verb, path, body, *statuses):
        answer = await self.ask(kind, verb, f"/v1/orders/{order.id}{path}", body,
                                entity=order.entity, token=order.token)
        if answer and self.expect(answer, kind, *statuses):
            self.book.order_told(order.cart, answer, "")
