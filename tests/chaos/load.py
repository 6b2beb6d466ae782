"""All clients of a run and the book of what they were told."""

import asyncio
import urllib.request

from goods import COUNTED, PLENTY, SCARCE, WATCHED, Shelf
from shopper import Order, Shopper
from staff import Staff


class Book:
    """What was acknowledged to anybody: the checks at the end hold the shop to it."""

    def __init__(self, history):
        self.history = history
        self.carts = []
        self.orders = {}  # by id
        self.shelves = {sku: Shelf(sku) for sku in PLENTY + SCARCE + COUNTED + WATCHED}

    def compare_cart(self, cart, shown, where):
        """Lines of SKUs whose last change was never answered are not compared."""
        def sure(lines):
            return {i: line for i, line in lines.items() if line[0] not in cart.unsure}

        if sure(shown) != sure(cart.lines):
            self.history.violation("I5", f"{cart.entity}: {where} shows {sure(shown)}, acknowledged"
                                   f" were {sure(cart.lines)}")

    def order_told(self, cart, answer, key):
        """An answer that shows an order: 409 and 402 carry it beside the problem."""
        shown = answer.json if "totals" in answer.json else answer.json.get("order")
        if not shown:
            return
        known = self.orders.get(shown["id"])
        if known is None:
            known = Order(shown, shown.get("access_token"), cart)
            self.orders[known.id] = cart.order = known  # a rejected one made room
            self.compare_order(known)
        elif shown["totals"]["total"]["amount"] != known.total:
            self.history.violation("I5", f"{known.entity} costs {shown['totals']['total']}, it was"
                                   f" acknowledged with {known.total}")
        known.last = shown
        self.history.tell({"kind": "order_acknowledged", "order_id": known.id,
                           "total": known.total, "status": shown["status"],
                           **({"key": key} if key else {})})

    def compare_order(self, order):
        def sure(lines):
            return sorted(line for line in lines if line[0] not in order.cart.unsure)

        if sure(order.lines) != sure(order.cart.lines.values()):
            self.history.violation("I5", f"{order.entity} has {order.lines}, its cart"
                                   f" {sorted(order.cart.lines.values())}")

    async def authenticate(self, url):
        """The buyer at her bank's page."""
        def visit():
            try:
                urllib.request.urlopen(url, timeout=5).read()
            except OSError:
                pass  # the simulator may be losing answers: she tries to pay all the same

        await asyncio.get_running_loop().run_in_executor(None, visit)


class Load:
    def __init__(self, book, balancer, shoppers, seed, deadline, token):
        self.stopping = asyncio.Event()
        self.shoppers = [Shopper(f"s{i}", balancer, book, seed * 1000 + i * 2, deadline)
                         for i in range(shoppers)]
        names = ("deliveries", "watch", "counts", "shipping")
        self.staff = {name: Staff(name, balancer, book, seed * 1000 - i - 1, deadline, token)
                      for i, name in enumerate(names)}
        self.tasks = []

    def start(self):
        work = [shopper.run(self.stopping) for shopper in self.shoppers]
        work += [one.duties()[name](self.stopping) for name, one in self.staff.items()]
        self.tasks = [asyncio.create_task(one) for one in work]

    async def stop(self, patience):
        """Everybody finishes the request at hand."""
        self.stopping.set()
        _, pending = await asyncio.wait(self.tasks, timeout=patience)
        for task in pending:
            task.cancel()
        for task in self.tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise task.exception()
        return len(pending)
