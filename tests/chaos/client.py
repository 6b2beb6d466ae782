"""A client of the shop as browsers and tills are: connections kept alive, and a failed request
tried again at another node with the same Idempotency-Key until the client's own patience ends."""

import asyncio
import json
import random
import time

ATTEMPT_SLACK = 2.0  # seconds beyond the server's own deadline: this machine is busy, too
PAUSE_FIRST, PAUSE_MOST = 0.05, 0.8


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.raw = status, headers, body
        self.json = {}
        if body and "json" in headers.get("content-type", ""):
            self.json = json.loads(body)
        self.begin = self.end = 0.0
        self.node = ""

    @property
    def code(self):
        return self.json.get("code", "") if isinstance(self.json, dict) else ""

    @property
    def version(self):
        tag = self.headers.get("etag", "").strip('"')
        return int(tag) if tag.isdigit() else None


class Cut(Exception):
    """The connection ended before the answer."""


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port):
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @property
    def usable(self):
        return not self.reader.at_eof() and not self.writer.is_closing()

    def close(self):
        self.writer.transport.abort()

    async def exchange(self, verb, path, headers, body):
        data = json.dumps(body).encode() if body is not None else b""
        head = [f"{verb} {path} HTTP/1.1", "Host: 127.0.0.1",
                *(f"{name}: {value}" for name, value in headers.items())]
        if body is not None:
            head.append("Content-Type: application/json")
        if body is not None or verb != "GET":
            head.append(f"Content-Length: {len(data)}")
        try:
            self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + data)
            return await self._answer()
        except (asyncio.IncompleteReadError, OSError) as e:
            raise Cut(str(e) or type(e).__name__) from e

    async def _answer(self):
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip()
                   for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), headers, body)


class Client:
    """One shopper's browser. Not for two requests at once; make two clients for that."""

    def __init__(self, name, balancer, history, seed, server_deadline=5.0, patience=20.0):
        self.name, self.balancer, self.history = name, balancer, history
        self.random = random.Random(seed)
        self.server_deadline, self.patience = server_deadline, patience
        self.connections = {}
        self.keys = 0

    def next_key(self):
        self.keys += 1
        return f"{self.history.run}-{self.name}-{self.keys}"

    async def ask(self, kind, verb, path, body=None, *, entity="", token=None, key=None):
        """The first answer that says what happened, None when patience ended. Writes carry keys."""
        headers = {}
        if verb != "GET":
            headers["Idempotency-Key"] = key or self.next_key()
        if token:
            headers["Authorization"] = "Bearer " + token
        begin, pause, last = time.monotonic(), PAUSE_FIRST, None
        answer = None
        while time.monotonic() - begin < self.patience:
            node = self.balancer.choose(self.random, avoid=last)
            last = node.name
            answer = await self._attempt(kind, node, verb, path, headers, body, entity)
            if answer is not None and answer.status < 500 and answer.status != 429:
                break
            answer = None
            await asyncio.sleep(pause * self.random.uniform(0.5, 1.0))
            pause = min(pause * 2, PAUSE_MOST)
        self.history.operation(self.name, kind, entity, begin, time.monotonic(), answer)
        return answer

    async def _attempt(self, kind, node, verb, path, headers, body, entity):
        begin, answer, wrong = time.monotonic(), None, ""
        try:
            answer = await asyncio.wait_for(self._exchange(node, verb, path, headers, body),
                                            self.server_deadline + ATTEMPT_SLACK)
            answer.begin, answer.end, answer.node = begin, time.monotonic(), node.name
        except asyncio.TimeoutError:
            wrong = "timeout"
        except ConnectionError:
            wrong = "refused"
        except Cut as e:
            wrong = f"cut: {e}"
        if wrong and node.name in self.connections:
            self.connections.pop(node.name).close()
        self.history.attempt(self.name, kind, verb, path, entity, node, begin, time.monotonic(),
                             answer, wrong)
        return answer

    async def _exchange(self, node, verb, path, headers, body):
        known = self.connections.pop(node.name, None)
        if known is not None and (known.port != node.port or not known.usable):
            known.close()
            known = None
        if known is None:
            known = await Connection.open(node.port)
            known.port = node.port
        self.connections[node.name] = known
        return await known.exchange(verb, path, headers, body)

    def close(self):
        for one in self.connections.values():
            one.close()
        self.connections.clear()


class Balancer:
    """Sends new requests to nodes that say they are ready, as /readyz is meant to be used. With
    none ready it guesses."""

    def __init__(self, cluster, every=0.3):
        self.cluster, self.every = cluster, every
        self.ready = set()
        self._task = None

    def start(self):
        self._task = asyncio.create_task(self._watch())

    def stop(self):
        if self._task:
            self._task.cancel()

    def choose(self, chance, avoid=None):
        nodes = [n for n in self.cluster.nodes if n.name in self.ready] or self.cluster.nodes
        others = [n for n in nodes if n.name != avoid]
        return chance.choice(others or nodes)

    def choose_port(self):
        ready = [n.port for n in self.cluster.nodes if n.name in self.ready]
        return random.choice(ready) if ready else None

    async def _watch(self):
        while True:
            await asyncio.gather(*(self._look(node) for node in list(self.cluster.nodes)))
            await asyncio.sleep(self.every)

    async def _look(self, node):
        if await is_ready(node.port):
            self.ready.add(node.name)
        else:
            self.ready.discard(node.name)


async def get(port, path, patience=1.0, headers=None):
    """The answer to one GET on a connection of its own, None when there is none in time."""
    connection = None

    async def talk():
        nonlocal connection
        connection = await Connection.open(port)
        return await connection.exchange("GET", path, headers or {}, None)

    try:
        return await asyncio.wait_for(talk(), patience)
    except (OSError, Cut, asyncio.TimeoutError):
        return None
    finally:
        if connection:
            connection.close()


async def is_ready(port):
    answer = await get(port, "/readyz")
    return answer is not None and answer.status == 200
