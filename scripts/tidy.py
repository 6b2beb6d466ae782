#!/usr/bin/env python3
"""The habits of the code as a failing test: what may include what, who may touch the outside world,
and how long a file, a function and a line may get. Judges the files git knows and prints
file:line: what, why. A rule that gives way somewhere says where and why in its table here."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

# -- The arrow
# A room may include rooms of a lower rank and itself; http and adapters do not know each other.
RANK = {"base": 0, "persistence": 1, "supervision": 2, "cluster": 3, "actors": 4, "http": 5,
        "adapters": 5, "app": 6}
KNOW_PROTO = {"persistence", "supervision", "cluster", "actors", "adapters", "app"}
HIDDEN_FROM_HTTP = {"store.hpp", "codec.hpp", "projection.hpp", "model.hpp", "entity.hpp"}


# -- Who may touch what
class Ban(NamedTuple):
    pattern: str
    what: str
    why: str
    allowed: dict = {}  # glob: the reason it may
    tests: bool = True  # whether tests and benchmarks may


OUTSIDE = {"app/*": "wires the program", "adapters/*": "is the outside world"}
IO = OUTSIDE | {
    "persistence/pg_*": "plain threads drive libpq",
    "persistence/journal_writer*": "a writer is a thread that waits for its commits",
    "persistence/redis_*": "plain threads drive hiredis",
    "persistence/feed*": "a plain thread reads the replication stream",
    "http/server/*": "owns the sockets and their threads",
}
SPEAKS_ACTOR = {room + "/*": "lives on actors"
                for room in ("cluster", "actors", "http", "adapters", "app")}
HANDED = "the simulation must run the real code: it is handed in"
INCLUDE = r"#\s*include\s*<"

BANS = [
    Ban(r"\bstd::(jthread|thread|async)\b|\bpthread_create\b", "starts a thread", HANDED, IO),
    Ban(r"\bsleep_(for|until)\b", "sleeps", "waits are deadlines on a clock handed in", IO),
    Ban(r"_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\btime\((NULL|nullptr|0)\)",
        "reads a clock", HANDED, IO | {"base/log.cpp": "a log line's own time stamp"}),
    Ban(r"\brandom_device\b|\bgetrandom\b|\brandombytes\w*|\bRAND_bytes\b|\bcrypto_\w+_keygen\b",
        "draws entropy", HANDED, OUTSIDE),
    Ban(INCLUDE + r"(sys/socket|netinet/|arpa/|netdb|sys/un|sys/epoll|poll)",
        "opens sockets", HANDED, IO),
    Ban(INCLUDE + "boost/asio", "includes Asio", "I/O belongs to its rooms",
        OUTSIDE | {"http/*": "serves with it"}),
    Ban(INCLUDE + "boost/beast", "includes Beast", "14 s of compile time each, and HTTP is http's",
        {"http/*": "serves with it", "adapters/*": "calls out with it",
         "app/psp*": "the payment simulator is a server of its own"}),
    Ban(INCLUDE + "libpq", "includes libpq", "rows are reached through persistence/sql.hpp",
        {"persistence/*": "wraps it", "app/*": "migrates and audits"}),
    Ban(INCLUDE + "hiredis", "includes hiredis", "Redis is persistence's",
        {"persistence/*": "wraps it"}),
    Ban(INCLUDE + "curl", "includes libcurl", "outgoing calls are adapters'", OUTSIDE),
    Ban(INCLUDE + "spdlog", "includes spdlog", "log through base/log.hpp",
        {"base/log.cpp": "wraps it"}, tests=False),
    Ban(INCLUDE + r"caf/all\.hpp>", "includes caf/all.hpp", "seconds in each file", tests=False),
    Ban(INCLUDE + "caf/", "includes CAF", "rooms below cluster know no actors", SPEAKS_ACTOR),
    Ban(r"\bcaf::infinite\b|(?<![\w:])infinite\s*,", "waits for ever",
        "law 4: every wait has a named deadline"),
]
NO_FLOAT = ("base/money*", "actors/pricing/*", "actors/order/*", "actors/payment/*",
            "actors/cart/*")

# -- Sizes and names
FILE_LINES, FUNCTION_LINES, COLUMNS = 400, 70, 100
VAGUE = {"util", "utils", "helper", "helpers", "manager", "impl"}
CODE = (".cpp", ".hpp", ".py", ".sh")
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")


class Source(NamedTuple):
    path: str
    text: str

    @property
    def room(self):
        return self.path.split("/")[0]

    @property
    def is_cpp(self):
        return self.path.endswith((".cpp", ".hpp"))


def newlines(match):
    return "\n" * match.group().count("\n")


def without_words(text):
    """C++ with comments and literals blanked, every line where it was."""
    pattern = (r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
               r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'")
    return re.sub(pattern, newlines, text, flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_includes(source, known):
    if source.room not in RANK or not source.is_cpp:
        return
    for match in re.finditer(r'^\s*#\s*include\s+"([^"]+)"', source.text, re.M):
        target, line = match.group(1), line_of(source.text, match.start(1))
        room, name = target.split("/")[0], target.split("/")[-1]
        if room == "tests":
            yield line, f'includes "{target}"', "nothing includes tests"
        elif room == "proto":
            if source.room not in KNOW_PROTO:
                yield line, f'includes "{target}"', f"{source.room} knows no stored bytes"
        elif room not in RANK:
            yield line, f'includes "{target}"', "paths start at the root"
        elif room != source.room and RANK[room] >= RANK[source.room]:
            yield line, f'includes "{target}"', f"{source.room} may not know {room}"
        elif source.room == "http" and (room == "persistence" or room == "actors" and (
                name in HIDDEN_FROM_HTTP or "actors/entity/model.hpp" in known.get(target, ""))):
            yield line, f'includes "{target}"', "http sees messages and services only"


def check_bans(source, _):
    if not source.is_cpp:
        return
    is_test = source.room in ("tests", "bench")
    code = without_words(source.text)
    for ban in BANS:
        if (is_test and ban.tests) or any(fnmatch(source.path, glob) for glob in ban.allowed):
            continue
        for match in re.finditer(ban.pattern, code):
            yield line_of(code, match.start()), ban.what, ban.why
    if any(fnmatch(source.path, glob) for glob in NO_FLOAT):
        for match in re.finditer(r"\b(double|float)\b", code):
            yield line_of(code, match.start()), f"uses {match.group()}", "law 6: money is whole"


def check_layout(source, _):
    lines = source.text.splitlines()
    if VAGUE & set(re.split(r"[_.\-]", source.path.split("/")[-1].lower())):
        yield 1, "has a name that says nothing", f"name what it is, not {', '.join(sorted(VAGUE))}"
    if not source.path.endswith(CODE):
        return
    if len(lines) > FILE_LINES:
        yield FILE_LINES, f"has {len(lines)} lines", f"over {FILE_LINES} is more than one idea"
    opens = source.text.startswith("//") and "#pragma once" in source.text
    if source.path.endswith(".hpp") and not opens:
        yield 1, "does not say what it owns before #pragma once", "a header is read from its top"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            yield number, f"has {len(line)} columns", f"at most {COLUMNS}"
        if "\t" in line:
            yield number, "has a tab", "spaces look the same everywhere"
        if LATER.search(line):
            yield number, "puts work off", "do it, or open an issue"


def cpp_functions(text):
    """(first line, last line) of function bodies: blocks directly in a namespace or class."""
    code = re.sub(r"^\s*#(?:\\\n|[^\n])*", newlines, without_words(text), flags=re.M)
    holder = re.compile(r"\b(namespace|class|struct|union|enum|extern|concept)\b(?![^{]*\))")
    open_blocks, head_start = [], 0
    for match in re.finditer(r"[{};]", code):
        head = code[head_start:match.start()].strip()
        head_start = match.end()
        if match.group() == "{":
            in_function = any(kind != "holder" for kind, _ in open_blocks)
            is_holder = not in_function and bool(holder.search(head))
            is_value = head.endswith(("=", ",", "(", "return"))
            kind = "holder" if is_holder else "inner" if in_function or is_value else "function"
            open_blocks.append((kind, line_of(code, match.start())))
        elif match.group() == "}" and open_blocks:
            kind, first = open_blocks.pop()
            if kind == "function":
                yield first, line_of(code, match.start())


def functions(source):
    if source.is_cpp:
        yield from cpp_functions(source.text)
    elif source.path.endswith(".py"):
        for node in ast.walk(ast.parse(source.text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno
    elif source.path.endswith(".sh"):
        for match in re.finditer(r"^\w+\(\) \{\n.*?^\}", source.text, re.M | re.S):
            yield line_of(source.text, match.start()), line_of(source.text, match.end())


def check_functions(source, _):
    for first, last in functions(source):
        if last - first + 1 > FUNCTION_LINES:
            yield first, f"has a function of {last - first + 1} lines", f"at most {FUNCTION_LINES}"


def check_is_built(source, known):
    """Sources are listed by hand, so a forgotten one would never be compiled."""
    if source.room not in RANK or not source.path.endswith(".cpp"):
        return
    folder, name = source.path.rsplit("/", 1)
    lists = ["/".join(folder.split("/")[:depth]) + "/CMakeLists.txt" for depth in range(1, 9)]
    if not any(re.search(rf"[\s/]{re.escape(name)}\b", known.get(path, "")) for path in lists):
        yield 1, "is in no CMakeLists.txt", "what is not built is dead"


def check_type_ids(sources):
    """CAF gives each message type a number; blocks that share one corrupt each other."""
    blocks = []
    block = re.compile(r"CAF_BEGIN_TYPE_ID_BLOCK\(\s*(\w+)\s*,([^)]*)\)(.*?)CAF_END_TYPE_ID_BLOCK",
                       re.S)
    for source in sources:
        code = without_words(source.text) if source.is_cpp else ""
        for match in block.finditer(code):
            where = (source.path, line_of(code, match.start()))
            base = re.fullmatch(r"\s*(?:caf::)?first_custom_type_id(?:\s*\+\s*(\d+))?\s*", match[2])
            if not base:
                yield *where, f"type-id block {match[1]} has no plain base", "overlaps must show"
                continue
            first = int(base[1] or 0)
            count = len(re.findall(r"CAF_ADD_(?:TYPE_ID|ATOM)\b", match[3]))
            blocks.append((first, first + count, match[1], where))
    blocks.sort()
    for (_, end, name, _), (first, _, other, where) in zip(blocks, blocks[1:]):
        if first < end:
            yield *where, f"type-id block {other} begins at {first}", f"{name} ends at {end - 1}"


CHECKS = [check_includes, check_bans, check_layout, check_functions, check_is_built]


def judge(sources):
    """[(path, line, what, why)] for a list of sources."""
    known = {source.path: source.text for source in sources}
    found = [(source.path, *fault)
             for source in sources for check in CHECKS for fault in check(source, known)]
    return sorted(found + list(check_type_ids(sources)))


def sources_of(root):
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    wanted = CODE + (".proto", ".cmake", "CMakeLists.txt", ".sql", ".ts", ".tsx")
    return [Source(name, (root / name).read_text()) for name in names
            if name.endswith(wanted) and (root / name).is_file()]


def main():
    sources = sources_of(Path(__file__).resolve().parent.parent)
    faults = judge(sources)
    for path, line, what, why in faults:
        print(f"{path}:{line}: {what}, {why}")
    print(f"tidy: {len(sources)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
