#!/usr/bin/env python3
"""embed.py OUT FILE...: the storefront's files as the C++ table souk::http::embedded_files(). What
a browser fetches (css, js, svg) also gets the hash that its URL carries and a gzipped copy. A
template may pull in another by a line <!-- include name.html -->."""

import gzip
import hashlib
import re
import sys
from pathlib import Path

FETCHED = {".css", ".js", ".svg"}
PIECE = 8000  # compilers limit the length of one literal


def literal(data: bytes) -> str:
    """C++ string literals; every odd byte as three octal digits, so that none joins the next."""
    pieces = []
    for at in range(0, len(data), PIECE):
        text = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}"
                       for b in data[at:at + PIECE])
        pieces.append(f'"{text}"')
    return "\n    ".join(pieces) or '""'


def whole_text(path: Path) -> bytes:
    def pull_in(found: re.Match) -> str:
        return whole_text(path.parent / found[1]).decode()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"^[ \t]*<!-- include (\S+) -->\n", pull_in, text, flags=re.M)
    return text.encode()


def row(path: Path) -> str:
    data = whole_text(path)
    tag, packed = "", b""
    if path.suffix in FETCHED:
        tag = hashlib.sha256(data).hexdigest()[:12]
        packed = gzip.compress(data, 9, mtime=0)
    return (f'  {{"{path.name}", "{tag}",\n    {{{literal(data)}, {len(data)}}},\n'
            f"    {{{literal(packed)}, {len(packed)}}}}},\n")


def main(out: str, *files: str) -> None:
    rows = "".join(row(Path(name)) for name in files)
    Path(out).write_text(
        '#include "http/pages/embedded.hpp"\n\nnamespace souk::http {\n\n'
        "std::span<const embedded_file> embedded_files() {\n"
        f"  static const embedded_file all[] = {{\n{rows}  }};\n  return all;\n}}\n\n"
        "} // namespace souk::http\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
