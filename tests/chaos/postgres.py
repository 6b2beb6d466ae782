"""A private Postgres, with a synchronous standby where failover is among the faults."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path

from process import Child, run

OPTIONS = """fsync=on synchronous_commit=on wal_level=logical max_replication_slots=8
  max_wal_senders=10 max_connections=300 shared_buffers=128MB max_wal_size=1GB
  listen_addresses=127.0.0.1 password_encryption=scram-sha-256 log_checkpoints=off""".split()


def programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not found:
        raise FileNotFoundError("postgresql is not installed")
    return found[-1]


class Postgres:
    """initdb and postgres refuse to run as root: there they are user postgres' and lie in a
    directory that user reaches."""

    def __init__(self, directory, password):
        self.directory, self.password = Path(directory), password
        self.as_owner, self.home = [], self.directory / "postgres"
        if os.getuid() == 0:
            self.as_owner = ["setpriv", "--reuid", "postgres", "--regid", "postgres",
                             "--init-groups", "--pdeathsig", "INT", "--"]
            self.home = Path(tempfile.mkdtemp(prefix="souk-chaos-", dir="/var/tmp"))
            owner = pwd.getpwnam("postgres")
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        else:
            self.home.mkdir()
        self.env = {"PGPASSWORD": password, "LC_ALL": "C.UTF-8"}
        self.servers = {}  # port: Child
        self.primary = None
        self.standby = None

    async def _run(self, *command, patience=120):
        code, said = await run([*self.as_owner, *map(str, command)], patience, self.env)
        if code != 0:
            raise RuntimeError(f"{command[0]}: {said}")

    async def create(self, port):
        word = self.home / "password"
        word.write_text(self.password)
        os.chmod(word, 0o644)
        await self._run(programs() / "initdb", "-D", self.home / "1", "-U", "souk", "-E", "UTF8",
                        "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={word}",
                        "--data-checksums")
        word.unlink()
        self.primary = port
        await self._start(port, self.home / "1")
        await self.sql("create database souk", "postgres")

    async def add_standby(self, port):
        """A commit is acknowledged when the standby has it on disk, too."""
        data = self.home / "2"
        primary = f"host=127.0.0.1 port={self.primary} user=souk application_name=standby"
        await self._run(programs() / "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c",
                        "fast", "-d", primary)
        await self._start(port, data)
        self.standby = port
        await self.sql("alter system set synchronous_standby_names = 'standby'")
        await self.sql("select pg_reload_conf()")

    async def _start(self, port, data):
        options = [word for option in OPTIONS for word in ("-c", option)]
        command = [*self.as_owner, str(programs() / "postgres"), "-D", str(data), "-p", str(port),
                   "-k", str(self.home), *options]
        name = f"postgres-{data.name}"
        child = Child(name, command, self.directory / f"{name}.log")
        self.servers[port] = child
        await child.start()
        await self._answering(port)

    async def _answering(self, port, patience=60):
        for _ in range(patience * 10):
            code, _ = await run([str(programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p",
                                 str(port)])
            if code == 0:
                return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"Postgres on port {port} does not answer after {patience} s")

    async def sql(self, text, database="souk"):
        code, said = await run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
                                str(self.primary), "-U", "souk", "-d", database, "-c", text],
                               30, self.env)
        if code != 0:
            raise RuntimeError(f"psql: {said}")
        return said

    @property
    def url(self):
        places = ",".join(f"127.0.0.1:{port}" for port in self.servers)
        several = "?target_session_attrs=read-write" if len(self.servers) > 1 else ""
        return f"postgresql://souk:{self.password}@{places}/souk{several}"

    async def crash(self):
        """As `pg_ctl stop -m immediate`: no checkpoint, recovery at the next start."""
        child = self.servers[self.primary]
        if not await child.stop(20, signal.SIGQUIT):
            raise RuntimeError("Postgres did not stop at once")

    async def start_again(self):
        await self.servers[self.primary].start()
        await self._answering(self.primary)

    async def fail_over(self):
        """The primary is killed and stays dead, the standby takes its place."""
        await self.servers[self.primary].kill()
        await self._run(programs() / "pg_ctl", "promote", "-D", self.home / "2", "-w", "-t", "60")
        self.primary, self.standby = self.standby, None

    async def stop(self):
        for child in self.servers.values():
            await child.stop(30, signal.SIGINT)

    def remove(self):
        shutil.rmtree(self.home, ignore_errors=True)
