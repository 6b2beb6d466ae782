"""What the shop sells during a run, and what the clients did to its stock.

PLENTY  never runs out            SCARCE  a few units, more are delivered now and then
COUNTED only staff count it       WATCHED only staff receive it, one unit at a time
"""

import json

WAREHOUSE = "berlin"
PLENTY = [f"PLENTY-{i}" for i in range(12)]
SCARCE = [f"SCARCE-{i}" for i in range(8)]
COUNTED = [f"COUNTED-{i}" for i in range(4)]
WATCHED = [f"WATCHED-{i}" for i in range(16)]
PLENTY_UNITS, SCARCE_UNITS = 1_000_000, 25


def opening_units(sku):
    return PLENTY_UNITS if sku in PLENTY else SCARCE_UNITS if sku in SCARCE else 0


def catalogue():
    """JSON Lines for `souk import`."""
    lines = []
    for number, sku in enumerate(PLENTY + SCARCE + COUNTED + WATCHED):
        price = {"amount": 500 + 137 * number, "currency": "EUR"}
        lines.append(json.dumps({
            "title": f"Article {sku}", "handle": sku.lower(), "category_path": ["things"],
            "variants": [{"sku": sku, "price": price, "stock": {WAREHOUSE: opening_units(sku)}}]}))
    return "\n".join(lines) + "\n"


class Shelf:
    """Deliveries to one SKU: those that were acknowledged, and those that may have happened."""

    def __init__(self, sku):
        self.sku = sku
        self.received = opening_units(sku)
        self.maybe = 0

    @property
    def at_most(self):
        return self.received + self.maybe
