"""The shop under test: Postgres, Redis, the payment simulator and the nodes, on free ports, in a
directory of its own. Starts, kills and replaces them; knows nothing of load or faults."""

import asyncio
import random
import secrets
import signal
import socket
from contextlib import contextmanager

from client import is_ready
from postgres import Postgres
from process import Child, run
from proxy import Front, Network

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
LAST_NODES = 2  # names kept for nodes that join during a run


def free_port(taken=set()):
    """Below the ports that outgoing connections get, so that nobody takes it between two lives."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in taken:
            taken.add(port)
            return port


class Node(Child):
    def __init__(self, name, directory):
        super().__init__(name, [], directory / f"{name}.log")
        self.port, self.link_port = free_port(), free_port()
        self.clock = directory / f"{name}.clock"  # libfaketime reads its offset there


class Cluster:
    def __init__(self, program, directory, node_count, *, standby=False, fake_clocks=False,
                 proxies=True, settings=()):
        self.program, self.directory = str(program), directory
        self.settings, self.fake_clocks = list(settings), fake_clocks
        self.standby, self.proxies = standby, proxies and node_count > 1
        self.postgres = Postgres(directory, secrets.token_hex(16))
        self.redis_port, self.psp_port, self.front_port = free_port(), free_port(), free_port()
        self.network = Network()
        names = [f"n{i + 1}" for i in range(node_count + (LAST_NODES if node_count > 1 else 0))]
        self.all_nodes = [Node(name, directory) for name in names]
        self.nodes = self.all_nodes[:node_count]
        self.redis = Child("redis", [
            "redis-server", "--bind", "127.0.0.1", "--port", str(self.redis_port), "--dir",
            str(directory), "--save", "", "--appendonly", "no"], directory / "redis.log")
        self.psp = Child("psp", [
            self.program, "psp", "--port", str(self.psp_port), "--data", str(directory / "psp"),
            "--webhook-url", f"http://127.0.0.1:{self.front_port}/v1/webhooks/stripe",
            "--api-key", "sk_test_chaos", "--webhook-secret", "whsec_chaos"], directory / "psp.log")
        self.secret = secrets.token_hex(32)
        self.admin_key = ""
        self._via_ports = {}
        self._held = set()
        self._keeper = None

    def node(self, name):
        return next(node for node in self.all_nodes if node.name == name)

    @property
    def psp_url(self):
        return f"http://127.0.0.1:{self.psp_port}"

    def flags(self):
        return [f"--postgres.url={self.postgres.url}", f"--node.secret={self.secret}",
                f"--redis.url=redis://127.0.0.1:{self.redis_port}",
                f"--media.directory={self.directory / 'media'}", f"--payments.url={self.psp_url}",
                "--payments.api_key=sk_test_chaos", "--payments.webhook_secret=whsec_chaos",
                f"--http.public_url=http://127.0.0.1:{self.front_port}", *self.settings]

    async def souk(self, *subcommand, patience=120):
        return await run([self.program, *subcommand, *self.flags()], patience)

    async def create(self, choose_port):
        """Everything but the nodes; `choose_port` picks the node that gets a webhook."""
        await self.postgres.create(free_port())
        if self.standby:
            await self.postgres.add_standby(free_port())
        await self.redis.start()
        await self.psp.start()
        await Front(self.front_port, choose_port).listen()
        if self.proxies:
            await self._connect_all()
        code, said = await self.souk("migrate")
        if code != 0:
            raise RuntimeError(f"souk migrate: {said}")
        code, said = await self.souk("admin-key")
        if code != 0:
            raise RuntimeError(f"souk admin-key: {said}")
        self.admin_key = said.strip().splitlines()[-1]

    async def _connect_all(self):
        for a in self.all_nodes:
            for b in self.all_nodes:
                if a is not b:
                    self._via_ports[a.name, b.name] = free_port()
                    await self.network.connect(a.name, b.name, self._via_ports[a.name, b.name],
                                               b.link_port)

    async def start_node(self, node, patience=60):
        """Starts it and, for `patience` seconds, waits until it is ready: False when it is not."""
        node.command = [self.program, "serve", *self.flags(), f"--node.name={node.name}",
                        f"--node.data={self.directory / node.name}", f"--http.port={node.port}"]
        if len(self.all_nodes) > 1:
            node.command.append(f"--cluster.port={node.link_port}")
        if self.proxies:
            via = ",".join(f"{b}=127.0.0.1:{port}" for (a, b), port in self._via_ports.items()
                           if a == node.name)
            node.command.append(f"--cluster.via={via}")
        if self.fake_clocks:
            node.clock.write_text("+0\n")
            # jemalloc asks for the time while libfaketime starts, which it does not survive: so
            # glibc's allocator comes first.
            node.env = {"LD_PRELOAD": f"{FAKETIME} libstdc++.so.6 libc.so.6",
                        "FAKETIME_TIMESTAMP_FILE": str(node.clock),
                        "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1",
                        "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        await self.network.arrive(node.name)
        await node.start()
        ready = await self.until_ready(node, patience)
        if ready:
            node.mark_present()
        return ready

    async def kill_node(self, node):
        await node.kill()
        await self.network.leave(node.name)

    async def stop_node(self, node, patience):
        """As SIGTERM does; False when it had to be killed after `patience` seconds."""
        left = await node.stop(patience)
        await self.network.leave(node.name)
        return left

    async def until_ready(self, node, patience):
        for _ in range(int(patience * 10)):
            if await is_ready(node.port):
                return True
            if not node.alive:
                return False
            await asyncio.sleep(0.1)
        return False

    async def start_nodes(self):
        ready = await asyncio.gather(*(self.start_node(node) for node in self.nodes))
        for node, is_up in zip(self.nodes, ready):
            if not is_up:
                raise RuntimeError(f"{node.name} is not ready: {tail(node.log)}")

    @contextmanager
    def held(self, *nodes):
        """While it lasts the keeper leaves these nodes alone."""
        self._held |= set(nodes)
        try:
            yield
        finally:
            self._held -= set(nodes)

    def keep(self, ended):
        """From now on starts again what ends by itself; `ended(node, exit code)` hears of it."""
        self._keeper = asyncio.create_task(self._keep(ended))

    async def _keep(self, ended):
        while True:
            await asyncio.sleep(0.2)
            gone = [n for n in self.nodes if n not in self._held and not n.alive]
            for node in gone:
                node.mark_absent()
                await self.network.leave(node.name)
                ended(node, node.exit_code)
            await asyncio.gather(*(self.start_node(node) for node in gone))

    async def settle(self):
        """Runs again whatever does not run: processes only, the network is not its own."""
        if not self.postgres.servers[self.postgres.primary].alive:
            await self.postgres.start_again()
        for child in (self.redis, self.psp):
            if not child.alive:
                await child.start()
        for node in self.nodes:
            node.resume()
            await self.until_ready(node, 60)

    async def stop(self):
        if self._keeper:
            self._keeper.cancel()
        await asyncio.gather(*(node.stop(20) for node in self.all_nodes))
        await self.psp.stop(5)
        await self.redis.stop(5)
        await self.postgres.stop()

    async def kill(self):
        """At the end of a run whose processes do not matter any more."""
        if self._keeper:
            self._keeper.cancel()
        for child in (*self.all_nodes, self.psp, self.redis, *self.postgres.servers.values()):
            child.send(signal.SIGKILL)
            await child.wait(5)


def tail(file, lines=8):
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "no log"
