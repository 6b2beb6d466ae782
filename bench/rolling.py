"""./dev bench rolling: requests lost while every node of three is replaced, one after the other, by
SIGTERM and a new process, under load. The clients do what a load balancer does: new requests go to
nodes whose /readyz says so, and a connection that was closed between two requests is opened anew,
somewhere. Every request that is not answered, or with 5xx, counts; the goal is none.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/chaos"))

from history import History  # noqa: E402
from load import Book, Load  # noqa: E402
from report import percentile  # noqa: E402
from scratch import run, running  # noqa: E402

SERVER_DEADLINE = 10.0
WARM_UP = 3.0
BETWEEN = 2.0


async def measure(chosen):
    directory = ROOT / "var/bench/rolling"

    def ended(node, code):
        print(f"  {node.name} ended by itself, exit code {code}", flush=True)

    async with running(chosen.program, directory, 3, ended, proxies=False) as (cluster, balancer):
        history = History(directory, "rolling", SERVER_DEADLINE)
        load = Load(Book(history), balancer, chosen.shoppers, 1, SERVER_DEADLINE, cluster.admin_key)
        load.start()
        await asyncio.sleep(WARM_UP)
        print(f"  warming up: {failures(history)} requests failed, which do not count", flush=True)
        history.attempts.clear()
        took = []
        for turn in range(chosen.rounds):
            for node in cluster.nodes:
                began, before = time.monotonic(), failures(history)
                await replace(cluster, node)
                took.append(time.monotonic() - began)
                await asyncio.sleep(BETWEEN)
                print(f"  round {turn + 1}, {node.name}: replaced in {took[-1]:.1f} s,"
                      f" {failures(history) - before} requests failed", flush=True)
        await load.stop(30)
        await cluster.stop()
    tell(history, took)


async def replace(cluster, node):
    with cluster.held(node):
        if not await cluster.stop_node(node, 60):
            print(f"  {node.name} had to be killed", flush=True)
        if not await cluster.start_node(node):
            raise RuntimeError(f"{node.name} does not come back ({node.log})")


def failures(history):
    return sum(not a.answered for a in history.attempts)


def tell(history, took):
    attempts = history.attempts
    failed = [a for a in attempts if not a.answered]
    waits = [(a.end - a.begin) * 1000 for a in attempts if a.answered]
    for a in failed[:20]:
        print(f"  failed: {a.kind} at {a.node}, second {a.begin - history.origin:.2f}:"
              f" {a.status or ''} {a.code} {a.wrong}")
    reasons = Counter(a.code or a.wrong.split(":")[0] or str(a.status) for a in failed)
    print(f"\nnodes replaced          {len(took)}, each in {percentile(took, 0.5):.1f} s"
          f" (longest {max(took):.1f} s)")
    print(f"requests                {len(attempts)}")
    print(f"failed                  {len(failed)}   {dict(reasons) or ''}")
    print(f"wrong answers           {len(history.violations)}")
    p50, p99, most = (percentile(waits, share) for share in (0.5, 0.99, 1.0))
    print(f"milliseconds            p50 {p50:.1f}, p99 {p99:.1f}, max {most:.1f}")
    print(json.dumps({"bench": "rolling", "replaced": len(took), "requests": len(attempts),
                      "failed": len(failed), "why": dict(reasons),
                      "violations": len(history.violations),
                      "ms": [round(p50, 2), round(p99, 2), round(most, 2)]}))


def main():
    p = argparse.ArgumentParser(prog="./dev bench rolling")
    p.add_argument("--program", default=ROOT / "build/release/app/souk", type=Path)
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--shoppers", type=int, default=16)
    sys.exit(run(measure(p.parse_args())))


if __name__ == "__main__":
    main()
