"""./dev chaos: a real cluster under load while nodes are killed, paused and cut off; then
everything is healed and held to what was acknowledged. Exit 0: nothing was broken. 1: something
was. 77: this machine lacks what it takes."""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from check import Checks  # noqa: E402
from cluster import FAKETIME  # noqa: E402
from history import History  # noqa: E402
from load import Book, Load  # noqa: E402
from nemesis import KINDS, Nemesis, calm_psp, draw  # noqa: E402
from postgres import programs  # noqa: E402
from report import Report  # noqa: E402
from scratch import run, running  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SERVER_DEADLINE = 5.0  # seconds: limits.request_milliseconds
HOLD = 20  # seconds an order keeps units while it is paid
SETTLING = 90.0  # seconds until every order rests and the audit is clean


def options():
    p = argparse.ArgumentParser(prog="./dev chaos", description=__doc__)
    p.add_argument("--program", default=ROOT / "build/release/app/souk", type=Path)
    p.add_argument("--minutes", type=float, default=3.0)
    p.add_argument("--seed", type=int, default=None, help="repeats a run's faults and choices")
    p.add_argument("--nodes", type=int, default=3)
    p.add_argument("--shoppers", type=int, default=16)
    p.add_argument("--faults", default="all", help="of: " + " ".join(KINDS) + "; or all, or none")
    p.add_argument("--keep", action="store_true", help="keep var/chaos/SEED of a clean run, too")
    out = p.parse_args()
    out.kinds = sorted(KINDS) if out.faults == "all" else \
        [] if out.faults == "none" else out.faults.split(",")
    unknown = set(out.kinds) - set(KINDS)
    if unknown or out.nodes < 1 or out.minutes <= 0:
        p.error(f"no such fault: {' '.join(unknown)}" if unknown else "--nodes, --minutes: too few")
    if out.seed is None:
        out.seed = random.SystemRandom().randrange(1, 1_000_000)
    return out


def leave_out_impossible(chosen):
    """What this machine cannot do is left out, and said."""
    lacking = {"clock": not Path(FAKETIME).exists() and "faketime is not installed"}
    for kind, why in lacking.items():
        if why and kind in chosen.kinds:
            print(f"left out: {kind}, {why}")
            chosen.kinds.remove(kind)
    for tool in ("redis-server", "setpriv", "psql", "curl"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            sys.exit(77)
    try:
        programs()
    except FileNotFoundError as e:
        print(f"skipped: {e}")
        sys.exit(77)
    if not os.access(chosen.program, os.X_OK):
        print(f"skipped: there is no program {chosen.program}")
        sys.exit(77)


class Run:
    def __init__(self, chosen):
        self.chosen, self.seconds = chosen, chosen.minutes * 60
        self.directory = ROOT / "var/chaos" / str(chosen.seed)
        self.history = self.book = None

    def start(self):
        """The cluster of this run, as `scratch.running` makes it."""
        kinds = self.chosen.kinds
        return running(
            self.chosen.program, self.directory, self.chosen.nodes, self.node_ended,
            standby="failover" in kinds, fake_clocks="clock" in kinds,
            settings=[f"--limits.request_milliseconds={int(SERVER_DEADLINE * 1000)}",
                      f"--shop.hold_seconds={HOLD}", "--limits.passivate_after_seconds=10"])

    def node_ended(self, node, code):
        self.history.event(f"{node.name} ended by itself, exit code {code}")
        if code is not None and code < 0:
            self.history.violation("crash", f"{node.name} died of signal {-code} ({node.log})")

    async def faults_and_load(self, cluster, balancer):
        seed = self.chosen.seed
        names = [node.name for node in cluster.nodes]
        schedule = draw(seed, self.seconds, self.chosen.kinds, names)
        print(f"schedule of seed {seed}:")
        for fault in schedule:
            print("  ", fault)
        load = Load(self.book, balancer, self.chosen.shoppers, seed, SERVER_DEADLINE,
                    cluster.admin_key)
        nemesis = Nemesis(cluster, self.history, schedule, seed)
        began = asyncio.get_running_loop().time()
        load.start()
        faults = asyncio.create_task(nemesis.run(began, began + self.seconds))
        done, _ = await asyncio.wait([faults, *load.tasks], timeout=self.seconds,
                                     return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()  # a mistake of this program ends the run
        await faults
        await asyncio.sleep(max(0.0, began + self.seconds - asyncio.get_running_loop().time()))
        await cluster.network.heal()
        await calm_psp(cluster)
        await cluster.settle()
        hanging = await load.stop(60)
        if hanging:
            self.history.violation("load", f"{hanging} clients did not come to an end")
        return load, nemesis

    async def all(self):
        async with self.start() as (cluster, balancer):
            self.history = History(self.directory, f"chaos{self.chosen.seed}", SERVER_DEADLINE)
            self.history.event(f"{self.chosen.nodes} nodes ready in {self.directory}")
            self.book = Book(self.history)
            load, nemesis = await self.faults_and_load(cluster, balancer)
            said = await Checks(cluster, self.book, load.staff["watch"], SETTLING).run()
            await cluster.stop()
        return self.tell(nemesis, said)

    def tell(self, nemesis, audit):
        report = Report(self.history, nemesis.periods, self.seconds)
        print("\n" + "\n".join(report.lines()))
        orders = self.book.orders.values()
        print(f"\n{len(self.book.carts)} carts, {len(orders)} orders; audit:\n{audit.rstrip()}\n")
        violations = self.history.violations
        for law, text in violations:
            print(f"VIOLATION {law} {text}")
        report.summary |= {"seed": self.chosen.seed, "nodes": self.chosen.nodes,
                           "seconds": self.seconds, "orders": len(orders),
                           "violations": len(violations)}
        print("json " + json.dumps(report.summary))
        c = self.chosen
        print(f"repeat with: ./dev chaos --minutes {c.minutes:g} --seed {c.seed} --nodes {c.nodes}"
              f" --shoppers {c.shoppers} --faults {c.faults}")
        self.history.flush()
        if violations or self.chosen.keep:
            print(f"logs and history: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
        print("FAILED" if violations else "clean")
        return 1 if violations else 0


def main():
    chosen = options()
    leave_out_impossible(chosen)
    sys.exit(run(Run(chosen).all()))


if __name__ == "__main__":
    main()
