"""The parts of chaos that can be wrong without a shop: the schedule, the proxies, the figures."""

import asyncio
import sys
import unittest
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from client import Cut, get  # noqa: E402
from history import Attempt  # noqa: E402
from nemesis import KINDS, draw  # noqa: E402
from proxy import Network  # noqa: E402
from report import Report, gaps  # noqa: E402
from shards import owners, shard_of, siphash  # noqa: E402

NODES = ["n1", "n2", "n3"]


def attempt(begin, end, status):
    return Attempt("s", "read_cart", "cart/a", "n1", begin, end, status, "", None, False, "", True)


class Schedules(unittest.TestCase):
    def test_the_same_seed_draws_the_same_faults(self):
        self.assertEqual(draw(7, 300, sorted(KINDS), NODES), draw(7, 300, sorted(KINDS), NODES))
        self.assertNotEqual(draw(7, 300, sorted(KINDS), NODES), draw(8, 300, sorted(KINDS), NODES))

    def test_a_quarter_of_the_time_is_quiet(self):
        for seed in range(50):
            faults = draw(seed, 300, sorted(KINDS), NODES)
            self.assertLess(sum(f.seconds for f in faults), 225, f"seed {seed}")

    def test_one_node_is_not_cut_from_others(self):
        drawn = {f.kind for seed in range(50) for f in draw(seed, 300, sorted(KINDS), ["n1"])}
        self.assertFalse(drawn & {"cut", "cut_pair", "reset", "slow", "add"})


class Shards(unittest.TestCase):
    def test_names_hash_as_in_the_shop(self):
        # Of the paper, under the zero key: libsodium's crypto_shorthash says the same.
        self.assertEqual(siphash(b""), 0x1E924B9D737700D7)
        self.assertEqual(shard_of(""), 0x1E924B9D737700D7 % 1024)

    def test_every_node_owns_about_a_third(self):
        of = owners(NODES)
        self.assertTrue(all(300 < of.count(node) < 380 for node in NODES))


class Gaps(unittest.TestCase):
    def longest(self, *attempts):
        return gaps(attempts, lambda a: a.entity)[0][0]

    def test_a_gap_lasts_from_the_first_failure_to_the_next_answer(self):
        self.assertEqual(self.longest(attempt(1, 2, 503), attempt(2, 3, 0), attempt(3, 4, 200)), 3)

    def test_an_answer_meanwhile_ends_it(self):
        self.assertEqual(self.longest(attempt(1, 5, 503), attempt(2, 4.5, 200),
                                      attempt(5, 5.5, 200)), 2.5)

    def test_nobody_asking_is_no_gap(self):
        self.assertEqual(self.longest(attempt(1, 2, 503), attempt(60, 61, 200)), 1)


class GapsByFault(unittest.TestCase):
    def test_each_fault_is_charged_with_what_happened_during_it(self):
        history = SimpleNamespace(operations=[], origin=0.0, attempts=[
            attempt(1, 1.1, 200), attempt(9.5, 12, 503), attempt(12, 12.6, 200),
            attempt(15, 16, 200), attempt(20, 20.1, 200), attempt(40, 49, 200)])
        periods = [(10, 11, "cut"), (20, 21, "kill")]
        found = dict(Report(history, periods, 60).gaps_by_fault())
        self.assertAlmostEqual(found["cut"][0], 2.5)
        self.assertAlmostEqual(found["kill"][0], 0.1)


class Proxies(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        async def serve(reader, writer):
            with suppress(OSError):
                while line := await reader.readline():
                    if line == b"\r\n":
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            writer.transport.abort()

        self.server = await asyncio.start_server(serve, "127.0.0.1", 0)
        target = self.server.sockets[0].getsockname()[1]
        with_port = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = with_port.sockets[0].getsockname()[1]
        with_port.close()
        await with_port.wait_closed()
        self.network = Network()
        await self.network.connect("a", "b", self.port, target)

    async def asyncTearDown(self):
        await self.network.refuse([("a", "b")])
        self.server.close()
        await asyncio.sleep(0.1)  # for both ends to notice

    async def answers(self, patience=0.5):
        return await get(self.port, "/", patience) is not None

    async def test_pass_silence_slow_refuse_and_heal(self):
        self.assertTrue(await self.answers())
        for cut in ([("a", "b")], [("b", "a")]):
            self.network.silence(cut)
            self.assertFalse(await self.answers())
            await self.network.heal()
            self.assertTrue(await self.answers())
        self.network.slow([("a", "b")], 0.3)
        self.assertFalse(await self.answers(0.2))
        self.assertTrue(await self.answers(2))
        await self.network.refuse([("a", "b")])
        with self.assertRaises((ConnectionError, Cut)):
            await asyncio.open_connection("127.0.0.1", self.port)
        await self.network.heal()
        self.assertTrue(await self.answers())


if __name__ == "__main__":
    unittest.main()
