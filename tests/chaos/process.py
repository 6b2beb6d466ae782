"""One child process: started in its own session, killed by the kernel should we die, paused,
asked to end."""

import asyncio
import os
import signal
import time


class Child:
    def __init__(self, name, command, log, env=None):
        self.name, self.command, self.log = name, command, log
        self.env = env
        self.paused = False
        self.absent = []  # [begin, end or None]: monotonic times at which it could not answer
        self._process = None

    @property
    def alive(self):
        return self._process is not None and self._process.returncode is None

    @property
    def exit_code(self):
        """Negative: the signal that killed it."""
        return self._process.returncode if self._process else None

    async def start(self):
        with open(self.log, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                "setpriv", "--pdeathsig", "KILL", "--", *self.command, stdout=log, stderr=log,
                stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **(self.env or {})})
        self.paused = False

    def send(self, number):
        if self.alive:
            self._process.send_signal(number)

    async def kill(self):
        self.mark_absent()
        self.send(signal.SIGKILL)
        await self.wait(10)

    async def stop(self, patience, number=signal.SIGTERM):
        """Asks it to end and kills it after `patience` seconds: False then."""
        self.resume()
        self.mark_absent()
        self.send(number)
        if await self.wait(patience):
            return True
        await self.kill()
        return False

    def pause(self):
        self.mark_absent()
        self.paused = True
        self.send(signal.SIGSTOP)

    def resume(self):
        if self.paused:
            self.paused = False
            self.send(signal.SIGCONT)
            self.mark_present()

    async def wait(self, patience):
        if not self._process:
            return True
        try:
            await asyncio.wait_for(self._process.wait(), patience)
            return True
        except asyncio.TimeoutError:
            return False

    def mark_absent(self):
        if not self.absent or self.absent[-1][1] is not None:
            self.absent.append([time.monotonic(), None])

    def mark_present(self):
        if self.absent and self.absent[-1][1] is None:
            self.absent[-1][1] = time.monotonic()

    def was_present(self, begin, end):
        return all(end < gone or (back is not None and back <= begin)
                   for gone, back in self.absent)


async def run(command, patience=120, env=None):
    """(exit code, what it said) of a command; kills it after `patience` seconds (code -1)."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, env={**os.environ, **(env or {})})
    try:
        said, _ = await asyncio.wait_for(process.communicate(), patience)
        return process.returncode, said.decode(errors="replace")
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        return -1, f"no end after {patience} s"
