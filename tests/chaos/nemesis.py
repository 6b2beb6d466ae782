"""Faults. A schedule is drawn from a seed before the run, so that it can be printed and repeated;
each fault is a coroutine that breaks something, waits and mends it.

    warm-up ► fault ► quiet ► fault ► … at least a quarter of the time is quiet ► healed
"""

import asyncio
import random
from typing import NamedTuple

from process import run as run_command

WARM_UP = 4.0
QUIET_SHARE = 0.35  # of a fault's time, at least, follows it without a fault
QUIET_LEAST = 2.5


class Fault(NamedTuple):
    at: float
    kind: str
    seconds: float
    node: str  # "" where no node is meant
    detail: object

    def __str__(self):
        words = [self.kind, self.node, f"{self.seconds:.1f} s"]
        if self.detail is not None:
            words.append(str(self.detail))
        return f"{self.at:6.1f}s  " + " ".join(w for w in words if w)


class Kind(NamedTuple):
    weight: int
    shortest: float
    longest: float
    nodes_needed: int
    details: tuple  # one of these is drawn


KINDS = {
    "kill": Kind(6, 0.2, 5.0, 1, (None,)),
    "kill_all": Kind(1, 0.2, 3.0, 1, (None,)),
    "pause": Kind(5, 1.0, 10.0, 1, (None,)),
    "drain": Kind(4, 0.2, 2.0, 1, (None,)),
    "add": Kind(2, 5.0, 12.0, 2, (None,)),
    "cut": Kind(4, 3.0, 12.0, 2, ("both ways", "to it", "from it")),
    "cut_pair": Kind(3, 3.0, 12.0, 3, ("both ways", "one way")),
    "reset": Kind(3, 2.0, 8.0, 2, (None,)),
    "slow": Kind(3, 4.0, 10.0, 2, (20, 100, 400, 1500)),  # milliseconds
    "postgres": Kind(3, 0.2, 4.0, 1, (None,)),
    "failover": Kind(0, 1.0, 2.0, 1, (None,)),  # once, there is one standby
    "redis": Kind(2, 0.2, 5.0, 1, (None,)),
    "psp": Kind(4, 3.0, 10.0, 1, ("lose_after", "lose_before", "error", "delay", "duplicate")),
    "clock": Kind(3, 4.0, 10.0, 1, (-3600, -30, 30, 3600)),  # seconds
}


def draw(seed, seconds, kinds, names):
    """The faults of a run of `seconds` with these nodes, in order of time. What takes longer to
    mend than drawn puts off the rest."""
    chance = random.Random(seed)
    usable = [k for k in kinds if KINDS[k].weight and KINDS[k].nodes_needed <= len(names)]
    out, at, failover_left = [], WARM_UP, "failover" in kinds
    while usable:
        kind = chance.choices(usable, [KINDS[k].weight for k in usable])[0]
        if failover_left and at > seconds / 2:
            kind, failover_left = "failover", False
        rule = KINDS[kind]
        length = chance.uniform(rule.shortest, rule.longest)
        quiet = max(QUIET_LEAST, length * chance.uniform(QUIET_SHARE, 1.0))
        if at + length + QUIET_LEAST > seconds:
            break
        out.append(Fault(round(at, 1), kind, round(length, 1), chance.choice(names),
                         chance.choice(rule.details)))
        at += length + quiet
    return out


class Nemesis:
    def __init__(self, cluster, history, schedule, seed):
        self.cluster, self.history, self.schedule = cluster, history, schedule
        self.random = random.Random(seed)
        self.periods = []  # (begin, end, kind) as they really were

    async def run(self, began, until):
        clock = asyncio.get_running_loop().time
        late = 0.0
        for before, fault in zip([None, *self.schedule], self.schedule):
            if before:
                late = max(late, clock() - began - before.at - before.seconds)
            if began + fault.at + late + fault.seconds > until:
                self.history.event(f"no time left for {fault.kind} and what follows it")
                return
            await asyncio.sleep(max(0.0, began + fault.at + late - clock()))
            self.history.event(f"fault {fault}".replace(f"{fault.at:6.1f}s  ", ""))
            begin = clock()
            try:
                await getattr(self, fault.kind)(fault)
            finally:
                self.periods.append((begin, clock(), fault.kind))
            self.history.event(f"healed {fault.kind} {fault.node}")

    def others(self, name):
        return [n.name for n in self.cluster.all_nodes if n.name != name]

    def pairs(self, name, way):
        to = [(other, name) for other in self.others(name)]
        out = [(name, other) for other in self.others(name)]
        return {"to it": to, "from it": out}.get(way, to + out)

    # -- processes

    async def kill(self, fault):
        node = self.cluster.node(fault.node)
        with self.cluster.held(node):
            await self.cluster.kill_node(node)
            await asyncio.sleep(fault.seconds)
            await self.restart(node)

    async def kill_all(self, fault):
        nodes = list(self.cluster.nodes)
        with self.cluster.held(*nodes):
            await asyncio.gather(*(self.cluster.kill_node(node) for node in nodes))
            await asyncio.sleep(fault.seconds)
            await asyncio.gather(*(self.restart(node) for node in nodes))

    async def pause(self, fault):
        node = self.cluster.node(fault.node)
        node.pause()
        await asyncio.sleep(fault.seconds)
        node.resume()

    async def drain(self, fault):
        """As a step of a rolling restart: it leaves politely, a new process takes its name."""
        node = self.cluster.node(fault.node)
        with self.cluster.held(node):
            await self.leave(node)
            await asyncio.sleep(fault.seconds)
            await self.restart(node)

    async def add(self, fault):
        """One more node for a while; then it leaves politely."""
        node = next(n for n in self.cluster.all_nodes if n not in self.cluster.nodes)
        with self.cluster.held(node):
            await self.restart(node)
            self.cluster.nodes.append(node)
            await asyncio.sleep(fault.seconds)
            await self.leave(node)
            self.cluster.nodes.remove(node)

    async def leave(self, node):
        if not await self.cluster.stop_node(node, 40):
            self.history.violation("drain", f"{node.name} did not leave within 40 s of SIGTERM")

    async def restart(self, node):
        if not await self.cluster.start_node(node):
            self.history.violation("start", f"{node.name} was not ready within 60 s")

    # -- links

    async def cut(self, fault):
        self.cluster.network.silence(self.pairs(fault.node, fault.detail))
        await asyncio.sleep(fault.seconds)
        await self.cluster.network.heal()

    async def cut_pair(self, fault):
        other = self.random.choice([n.name for n in self.cluster.nodes if n.name != fault.node])
        pairs = [(fault.node, other), (other, fault.node)][:2 if fault.detail == "both ways" else 1]
        self.cluster.network.silence(pairs)
        await asyncio.sleep(fault.seconds)
        await self.cluster.network.heal()

    async def reset(self, fault):
        await self.cluster.network.refuse(self.pairs(fault.node, "both ways"))
        await asyncio.sleep(fault.seconds)
        await self.cluster.network.heal()

    async def slow(self, fault):
        self.cluster.network.slow(self.pairs(fault.node, "both ways"), fault.detail / 1000)
        await asyncio.sleep(fault.seconds)
        await self.cluster.network.heal()

    # -- what the nodes use

    async def postgres(self, fault):
        await self.cluster.postgres.crash()
        await asyncio.sleep(fault.seconds)
        await self.cluster.postgres.start_again()

    async def failover(self, fault):
        await self.cluster.postgres.fail_over()
        await asyncio.sleep(fault.seconds)

    async def redis(self, fault):
        await self.cluster.redis.kill()
        await asyncio.sleep(fault.seconds)
        await self.cluster.redis.start()

    async def psp(self, fault):
        most = {"delay": "delay_min_ms=50&delay_max_ms=3000",
                "duplicate": "duplicate_ppm=500000&reorder_ppm=300000"}
        form = most.get(fault.detail, f"{fault.detail}_ppm=300000")
        await set_knobs(self.cluster, form + f"&seed={self.random.randrange(1, 1 << 30)}")
        await asyncio.sleep(fault.seconds)
        await calm_psp(self.cluster)

    async def clock(self, fault):
        """The node's wall clock jumps and jumps back; libfaketime looks once a second."""
        clock = self.cluster.node(fault.node).clock
        clock.write_text(f"{fault.detail:+d}\n")
        await asyncio.sleep(fault.seconds)
        clock.write_text("+0\n")


async def set_knobs(cluster, form):
    code, said = await run_command(["curl", "-sS", "-m", "10", "-f", "-d", form,
                                    cluster.psp_url + "/_souk/knobs"])
    if code != 0:
        raise RuntimeError(f"the payment simulator's knobs: {said}")


async def calm_psp(cluster):
    await set_knobs(cluster, "delay_min_ms=0&delay_max_ms=0&lose_before_ppm=0&lose_after_ppm=0"
                             "&error_ppm=0&duplicate_ppm=0&reorder_ppm=0")
