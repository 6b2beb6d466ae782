"""./dev bench failover: how long the keys of a node that is lost give no answer.

Three nodes; one cart in each of the 1,024 shards. A node is killed (SIGKILL), hung (SIGSTOP for
10 s) or cut off from the other nodes for 10 s (its links are silent, Postgres and clients still
reach it); at that moment every cart it owned is asked for at the two others, every second one with
a write, again and again until it answers. A round counts what its slowest key took. Between rounds
the node comes back and takes its shards again.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/chaos"))

from client import Connection, Cut  # noqa: E402
from report import percentile  # noqa: E402
from scratch import run, running  # noqa: E402
from shards import SHARDS, owners, shard_of  # noqa: E402

NODES = ["n1", "n2", "n3"]
HUNG = 10.0
CUT = 10.0
CUT_KEYS = 64
ROUND_MOST = 60.0
OPENERS = 32
REFERENCES = [  # what their documentation says, not measured here
    ("Orleans, defaults", "about 15 s"),
    ("Akka and Pekko, defaults", "about 45 s (tuned 25 s, at least 10 s)"),
]


class Key:
    """One cart, asked on a connection of its own."""

    def __init__(self, cart, line, writes):
        self.path, self.line, self.writes = f"/v1/carts/{cart}", line, writes
        self.connection, self.port, self.round = None, None, 0

    async def ask(self, port):
        """True when it was answered."""
        try:
            if self.connection is None or self.port != port or not self.connection.usable:
                self.close()
                self.connection, self.port = await Connection.open(port), port
            if not self.writes:
                return (await self.connection.exchange("GET", self.path, {}, None)).status == 200
            self.round += 1
            answer = await self.connection.exchange(
                "PATCH", f"{self.path}/lines/{self.line}", {}, {"quantity": self.round % 9 + 1})
            return answer.status == 200
        except (OSError, Cut):
            self.close()
            return False

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    async def time_to_answer(self, ports, began):
        """Seconds from `began` to the first answer, asking the nodes at `ports` in turn."""
        tries = 0
        while time.monotonic() - began < ROUND_MOST:
            port = ports[(hash(self.path) + tries) % len(ports)]
            if await self.ask(port):
                return time.monotonic() - began
            tries += 1
            await asyncio.sleep(0.01)
        raise RuntimeError(f"{self.path} did not answer within {ROUND_MOST} s")


async def open_keys(ports):
    """One cart for each shard: carts are opened until every shard has one."""
    keys = {}

    async def opener(port):
        connection = await Connection.open(port)
        while len(keys) < SHARDS:
            cart = (await connection.exchange(
                "POST", "/v1/carts", {}, {"currency": "EUR", "country": "DE"})).json["id"]
            shard = shard_of("cart/" + cart)
            if shard in keys:
                continue
            keys[shard] = None  # nobody else fills it
            answer = await connection.exchange("POST", f"/v1/carts/{cart}/lines", {},
                                               {"sku": "PLENTY-0", "quantity": 1})
            keys[shard] = Key(cart, answer.json["lines"][0]["id"], writes=shard % 2 == 0)
        connection.close()

    await asyncio.gather(*(opener(ports[i % len(ports)]) for i in range(OPENERS)))
    return keys


async def sweep(keys, ports, began):
    return await asyncio.gather(*(key.time_to_answer(ports, began) for key in keys))


async def lose(cluster, keys, node, how):
    """One round: the seconds each of the node's keys gave no answer."""
    ports = [n.port for n in cluster.nodes if n is not node]
    await sweep(keys, ports, time.monotonic())  # connections are open, entities in memory
    with cluster.held(node):
        began = time.monotonic()
        if how == "kill":
            await cluster.kill_node(node)
        elif how == "hang":
            node.pause()
        elif how == "cut":
            others = [other.name for other in cluster.nodes if other is not node]
            cluster.network.silence([(node.name, other) for other in others]
                                    + [(other, node.name) for other in others])
        took = await sweep(keys, ports, began)
        if how == "hang":
            await asyncio.sleep(max(0.0, began + HUNG - time.monotonic()))
            node.resume()
        elif how == "kill":
            await cluster.start_node(node)
        elif how == "cut":
            await asyncio.sleep(max(0.0, began + CUT - time.monotonic()))
            await cluster.network.heal()
    return took


async def until_whole(cluster, all_keys):
    """Every node is ready and serves; what it lost, it owns again."""
    for node in cluster.nodes:
        await asyncio.sleep(1.0)
        if not await cluster.until_ready(node, 60):
            raise RuntimeError(f"{node.name} does not come back ({node.log})")
    quick = 0
    while quick < 2:
        began = time.monotonic()
        took = await sweep(all_keys, [n.port for n in cluster.nodes], began)
        quick = quick + 1 if max(took) < 2.0 else 0
        await asyncio.sleep(0.5)


def line(name, samples):
    figures = [percentile(samples, share) for share in (0.5, 0.9, 0.99, 1.0)]
    return f"{name:34}" + "".join(f"{f:9.3f}" for f in figures), [round(f, 4) for f in figures]


async def measure(chosen):
    rounds = {how: [] for how in ("none", "kill", "hang", "cut")}
    every_key = {how: [] for how in rounds}
    plan = [("none", 3), ("kill", chosen.kills), ("hang", chosen.hangs)]
    await measure_some(chosen, plan, False, rounds, every_key)
    if chosen.cuts:  # only a cluster with proxies between its nodes can be cut
        await measure_some(chosen, [("cut", chosen.cuts)], True, rounds, every_key)
    tell(rounds, every_key)


async def measure_some(chosen, plan, proxies, rounds, every_key):
    directory = ROOT / "var/bench/failover"

    def ended(node, code):
        print(f"  {node.name} ended, exit code {code}; it is started again", flush=True)

    shop = running(chosen.program, directory, len(NODES), ended, proxies=proxies)
    async with shop as (cluster, _):
        by_shard = await open_keys([n.port for n in cluster.nodes])
        keys = list(by_shard.values())
        owner = owners(NODES)
        for how, count in plan:
            for i in range(count):
                node = cluster.nodes[i % len(cluster.nodes)]
                mine = [key for shard, key in by_shard.items() if owner[shard] == node.name]
                if how == "cut":  # this program is also what its nodes talk through
                    mine = mine[:CUT_KEYS]
                took = await lose(cluster, mine, node, how)
                rounds[how].append(max(took))
                every_key[how] += took
                print(f"  {how} {i + 1} of {count}: {node.name}, {len(mine)} keys, all answer after"
                      f" {max(took):.3f} s", flush=True)
                await until_whole(cluster, keys)
        await cluster.stop()


def tell(rounds, every_key):
    names = {"none": "nothing lost", "kill": "kill -9", "hang": "SIGSTOP", "cut": "links cut"}
    print(f"\n{'seconds without an answer':34}" + "".join(f"{n:>9}" for n in
                                                          ("p50", "p90", "p99", "max")))
    out = {}
    for how, samples in rounds.items():
        if not samples:
            continue
        for what, values in (("all keys", samples), ("each key", every_key[how])):
            text, figures = line(f"{names[how]}, {what} ({len(values)})", values)
            out[f"{how} {what}"] = figures
            print(text)
    for name, said in REFERENCES:
        print(f"{name:34}   {said}")
    print(json.dumps({"bench": "failover", "seconds": ["p50", "p90", "p99", "max"], **out,
                      "orleans_s": 15, "akka_s": 45}))


def main():
    p = argparse.ArgumentParser(prog="./dev bench failover")
    p.add_argument("--program", default=ROOT / "build/release/app/souk", type=Path)
    p.add_argument("--kills", type=int, default=20)
    p.add_argument("--hangs", type=int, default=20)
    p.add_argument("--cuts", type=int, default=20)
    sys.exit(run(measure(p.parse_args())))


if __name__ == "__main__":
    main()
