"""A running cluster in a directory of its own, for as long as a `with` lasts."""

import asyncio
import shutil
import signal
from contextlib import asynccontextmanager

import goods
from client import Balancer
from cluster import Cluster


def run(main):
    """As asyncio.run, and SIGTERM ends it as Ctrl-C does: what was started is stopped."""
    async def ending():
        task = asyncio.current_task()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await main

    try:
        return asyncio.run(ending())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


@asynccontextmanager
async def running(program, directory, nodes, ended, *, patience=60, **how):
    """(cluster, balancer), all nodes ready, selling goods.catalogue(). What ends by itself is
    started again; `ended(node, exit code)` hears of it. The processes and Postgres' data are gone
    afterwards, logs stay in `directory`."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    cluster = Cluster(program, directory, nodes, **how)
    balancer = Balancer(cluster)
    try:
        await cluster.create(balancer.choose_port)
        file = directory / "goods.jsonl"
        file.write_text(goods.catalogue())
        code, said = await cluster.souk("import", str(file))
        if code != 0:
            raise RuntimeError(f"souk import: {said}")
        await cluster.start_nodes()
        cluster.keep(ended)
        balancer.start()
        yield cluster, balancer
    finally:
        balancer.stop()
        await cluster.kill()
        cluster.postgres.remove()
