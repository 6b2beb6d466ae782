"""What clients did and were told, with monotonic times: kept in memory for the checks, written to
history.jsonl for people and, what `souk audit --history` reads, to audit.jsonl."""

import json
import time
from typing import NamedTuple


class Attempt(NamedTuple):
    """One request at one node: `status` 0 when there was no answer, `wrong` then says why."""
    client: str
    kind: str
    entity: str
    node: str
    begin: float
    end: float
    status: int
    code: str
    version: object
    writes: bool
    wrong: str
    present: bool  # the node was neither paused nor dead meanwhile

    @property
    def answered(self):
        return 0 < self.status < 500


class Operation(NamedTuple):
    """A request with its repeats, as its sender sees it: status 0 when patience ended."""
    client: str
    kind: str
    entity: str
    begin: float
    end: float
    status: int


class History:
    def __init__(self, directory, run, server_deadline):
        self.run, self.server_deadline = run, server_deadline
        self.origin = time.monotonic()
        self.attempts, self.operations, self.violations, self.events = [], [], [], []
        self._log = open(directory / "history.jsonl", "w", encoding="utf-8")
        self._audit = open(directory / "audit.jsonl", "w", encoding="utf-8")
        self.audit_file = directory / "audit.jsonl"

    def attempt(self, client, kind, verb, path, entity, node, begin, end, answer, wrong):
        # An order's ETag is not its cart's.
        version = answer.version if answer and kind != "place_order" else None
        one = Attempt(client, kind, entity, node.name, begin, end, answer.status if answer else 0,
                      answer.code if answer else "", version,
                      verb != "GET", wrong, node.was_present(begin, end))
        self.attempts.append(one)
        self._write({"t": begin, "end": end, "client": client, "kind": kind, "verb": verb,
                     "path": path, "node": node.name, "status": one.status, "code": one.code,
                     "version": one.version, "wrong": wrong,
                     "said": answer.raw.decode(errors="replace")[:400]
                     if answer and answer.status >= 400 else ""})
        if not one.present:
            return
        deadline_ms = int(self.server_deadline * 1000) + 2000
        request = f"{kind} at {node.name} by {client}, second {begin - self.origin:.2f}"
        if answer:
            self.tell({"kind": "request_answered", "request": request,
                       "took_ms": int((end - begin) * 1000), "deadline_ms": deadline_ms})
        elif wrong == "timeout":
            self.tell({"kind": "request_unanswered", "request": request,
                       "deadline_ms": deadline_ms})

    def operation(self, client, kind, entity, begin, end, answer):
        self.operations.append(
            Operation(client, kind, entity, begin, end, answer.status if answer else 0))

    def tell(self, line):
        """A line for `souk audit --history`."""
        self._audit.write(json.dumps(line) + "\n")

    def event(self, text):
        now = time.monotonic()
        self.events.append((now, text))
        self._write({"t": now, "event": text})
        print(f"{now - self.origin:7.1f}s  {text}", flush=True)

    def violation(self, law, text):
        self.violations.append((law, text))
        self._write({"t": time.monotonic(), "violation": law, "what": text})
        print(f"VIOLATION {law} {text}", flush=True)

    def _write(self, line):
        for name in ("t", "end"):
            if name in line:
                line[name] = round(line[name] - self.origin, 4)
        self._log.write(json.dumps(line) + "\n")

    def flush(self):
        self._log.flush()
        self._audit.flush()
