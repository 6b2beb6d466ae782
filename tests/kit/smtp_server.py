#!/usr/bin/env python3
"""A mail server for tests: keeps what it takes as files 1.eml, 2.eml, … in a directory, with its
envelope in front. Usage: smtp_server.py DIRECTORY [soft N | hard]: refuses the first N with 451, or
every receiver with 550. Writes its port to DIRECTORY/port."""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, directory, refuse, times):
        self.directory, self.refuse, self.times, self.taken = directory, refuse, times, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse == "hard":
            return f"550 5.1.1 <{address}> is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse == "soft" and self.times > 0:
            self.times -= 1
            return "451 4.3.0 come back later"
        self.taken += 1
        head = f"X-From: {envelope.mail_from}\r\nX-To: {','.join(envelope.rcpt_tos)}\r\n"
        whole = self.directory / f"{self.taken}.part"
        whole.write_bytes(head.encode() + envelope.original_content)
        whole.rename(self.directory / f"{self.taken}.eml")
        return "250 OK"


async def serve(directory, keeper):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", 0)
    (directory / "port.part").write_text(str(server.sockets[0].getsockname()[1]))
    (directory / "port.part").rename(directory / "port")
    await server.serve_forever()


def main():
    directory = Path(sys.argv[1])
    refuse = sys.argv[2] if len(sys.argv) > 2 else ""
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    asyncio.run(serve(directory, Keeper(directory, refuse, times)))


if __name__ == "__main__":
    main()
