"""The network between nodes as something that can be cut: one TCP proxy for each ordered pair, and
a gate for each direction.

A silent gate holds bytes back, as a cut cable does to TCP: they arrive when it heals, if the
connection lives that long. A shut one resets what is open and refuses what is new.
"""

import asyncio
import struct
from socket import SO_LINGER, SOL_SOCKET

OPEN, SILENT, SHUT = "open", "silent", "shut"
CHUNK = 64 * 1024
CHUNKS_UNDER_WAY = 64


class Gate:
    """Bytes from one node to another: passed on after `delay` seconds while it is open."""

    def __init__(self):
        self.mode = OPEN
        self.delay = 0.0
        self._changed = asyncio.Event()

    def set(self, mode=OPEN, delay=0.0):
        self.mode, self.delay = mode, delay
        self._changed.set()
        self._changed = asyncio.Event()

    async def passable(self):
        while self.mode == SILENT:
            await self._changed.wait()


class LinkProxy:
    """Where node `a` finds node `b`."""

    def __init__(self, port, target_port, forth, back):
        self.port, self.target_port = port, target_port
        self.forth, self.back = forth, back
        self._server = None
        self._open = set()

    async def listen(self):
        if not self._server:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def shut(self):
        """Resets all connections and listens no more."""
        server, self._server = self._server, None
        if server:
            server.close()
        for writer in list(self._open):
            reset(writer)

    async def _serve(self, reader, writer):
        try:
            await self.forth.passable()
            there = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            reset(writer)
            return
        ends = {writer, there[1]}
        self._open |= ends
        pumps = [asyncio.create_task(pump(reader, there[1], self.forth)),
                 asyncio.create_task(pump(there[0], writer, self.back))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for task in pumps:
            task.cancel()
        self._open -= ends
        for end in ends:
            reset(end)


def reset(writer):
    """Closes with RST, so that the other side learns at once that nobody is there."""
    sock = writer.get_extra_info("socket")
    if sock and sock.fileno() >= 0:
        sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def pump(reader, writer, gate):
    """Until one side ends. What is delayed waits in a queue, so that delay costs no throughput."""
    clock = asyncio.get_running_loop().time
    waiting = asyncio.Queue(CHUNKS_UNDER_WAY)

    async def write():
        while True:
            due, data = await waiting.get()
            if due > clock():
                await asyncio.sleep(due - clock())
            await gate.passable()
            writer.write(data)
            await writer.drain()

    writing = asyncio.create_task(write())
    try:
        while data := await reader.read(CHUNK):
            await waiting.put((clock() + gate.delay, data))
    except OSError:
        pass
    finally:
        writing.cancel()


class Network:
    """All gates and proxies of a cluster."""

    def __init__(self):
        self.gates = {}
        self.proxies = {}
        self.gone = set()  # nodes nobody listens for

    async def leave(self, b):
        """`b` ended: who dials it is refused, as it would be without proxies."""
        self.gone.add(b)
        for (_, to), proxy in self.proxies.items():
            if to == b:
                await proxy.shut()

    async def arrive(self, b):
        self.gone.discard(b)
        for (a, to), proxy in self.proxies.items():
            if to == b and self.gate(a, to).mode != SHUT:
                await proxy.listen()

    def gate(self, a, b):
        return self.gates.setdefault((a, b), Gate())

    async def connect(self, a, b, port, target_port):
        """Lets `a` reach `b`'s `target_port` at `port`."""
        proxy = LinkProxy(port, target_port, self.gate(a, b), self.gate(b, a))
        self.proxies[a, b] = proxy
        await proxy.listen()

    def silence(self, pairs):
        for a, b in pairs:
            self.gate(a, b).set(SILENT)

    def slow(self, pairs, seconds):
        for a, b in pairs:
            self.gate(a, b).set(OPEN, seconds)

    async def refuse(self, pairs):
        for pair in pairs:
            if pair in self.proxies:
                self.gates[pair].set(SHUT)
                await self.proxies[pair].shut()

    async def heal(self):
        for gate in self.gates.values():
            gate.set()
        for (_, to), proxy in self.proxies.items():
            if to not in self.gone:
                await proxy.listen()


class Front:
    """What a load balancer is to the payment provider: each connection goes to some ready node."""

    def __init__(self, port, choose):
        self.port, self._choose = port, choose

    async def listen(self):
        await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _serve(self, reader, writer):
        target = self._choose()
        try:
            if target is None:
                raise ConnectionRefusedError
            there = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            reset(writer)
            return
        gate = Gate()
        pumps = [asyncio.create_task(pump(reader, there[1], gate)),
                 asyncio.create_task(pump(there[0], writer, gate))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for task in pumps:
            task.cancel()
        for end in (writer, there[1]):
            end.close()
