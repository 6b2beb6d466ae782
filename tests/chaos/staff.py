"""People of the shop: deliveries, counts, shipping. Each SKU they count or watch has one of them,
so that what the shelf must say is known."""

import asyncio
import random

from client import Client
from goods import COUNTED, SCARCE, WAREHOUSE, WATCHED

THINKING = 0.25


class Staff:
    def __init__(self, name, balancer, book, seed, deadline, token):
        self.client = Client(name, balancer, book.history, seed, deadline)
        self.book, self.random, self.token, self.name = book, random.Random(seed), token, name

    async def ask(self, kind, verb, path, body=None, entity="", *statuses):
        answer = await self.client.ask(kind, verb, path, body, entity=entity, token=self.token)
        if answer and answer.status not in (statuses or (200,)):
            self.book.history.violation(
                "answer", f"{kind} at {answer.node}: {answer.status} {answer.raw[:300]!r}")
            return None
        return answer

    async def level(self, sku):
        answer = await self.ask("read_stock", "GET", f"/v1/admin/stock/{sku}",
                                entity=f"stock/{sku}@{WAREHOUSE}")
        if not answer:
            return None
        return next(i for i in answer.json["items"] if i["warehouse"] == WAREHOUSE)

    async def receive(self, sku, units):
        shelf = self.book.shelves[sku]
        shelf.maybe += units
        path = f"/v1/admin/stock/{sku}/{WAREHOUSE}/receive"
        answer = await self.ask("receive_stock", "POST", path, {"quantity": units},
                                f"stock/{sku}@{WAREHOUSE}")
        if answer:
            shelf.maybe -= units
            shelf.received += units
        return answer

    async def run_deliveries(self, stopping):
        while not stopping.is_set():
            await asyncio.sleep(self.random.expovariate(1 / THINKING))
            await self.receive(self.random.choice(SCARCE), self.random.randint(1, 5))

    async def run_watch(self, stopping):
        """One unit arrives, one looks: never fewer than were acknowledged, nor more than sent."""
        while not stopping.is_set():
            await asyncio.sleep(self.random.expovariate(1 / THINKING))
            sku = self.random.choice(WATCHED)
            shelf = self.book.shelves[sku]
            answer = await self.receive(sku, 1)
            if answer:
                self.check_watched(shelf, answer.json, shelf.received)
            at_least = shelf.received
            level = await self.level(sku)
            if level:
                self.check_watched(shelf, level, at_least)

    def check_watched(self, shelf, level, at_least):
        if not at_least <= level["on_hand"] <= shelf.at_most:
            self.book.history.violation(
                "I5", f"stock/{shelf.sku}: {level['on_hand']} on hand, {at_least} were acknowledged"
                f" and {shelf.at_most} sent")

    async def run_counts(self, stopping):
        possible = {sku: {0} for sku in COUNTED}  # what the shelf may say
        while not stopping.is_set():
            await asyncio.sleep(self.random.expovariate(1 / THINKING))
            sku, units = self.random.choice(COUNTED), self.random.randint(0, 10_000)
            path = f"/v1/admin/stock/{sku}/{WAREHOUSE}"
            answer = await self.ask("count_stock", "PUT", path,
                                    {"on_hand": units, "reason": "count"},
                                    f"stock/{sku}@{WAREHOUSE}")
            if not answer:
                possible[sku].add(units)
                continue
            unclear = possible[sku] if len(possible[sku]) > 1 else set()
            possible[sku] = {units} | unclear  # what was not answered may still arrive
            self.book.history.tell({"kind": "stock_counted", "sku": sku, "warehouse": WAREHOUSE,
                                    "on_hand": units})
            level = await self.level(sku)
            if level and level["on_hand"] not in possible[sku]:
                self.book.history.violation(
                    "I5", f"stock/{sku}: {level['on_hand']} on hand, counted were {possible[sku]}")

    async def run_shipping(self, stopping):
        while not stopping.is_set():
            await asyncio.sleep(self.random.expovariate(1 / THINKING))
            confirmed = [o for o in self.book.orders.values() if o.status == "confirmed"]
            if not confirmed:
                continue
            order = self.random.choice(confirmed)
            answer = await self.ask("ship_order", "POST", f"/v1/admin/orders/{order.id}/ship",
                                    {"tracking": "T-1"}, order.entity, 200, 409)
            if answer and answer.status == 200:
                self.book.order_told(order.cart, answer, "")

    def duties(self):
        return {"deliveries": self.run_deliveries, "watch": self.run_watch,
                "counts": self.run_counts, "shipping": self.run_shipping}
