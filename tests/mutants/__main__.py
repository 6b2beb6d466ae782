#!/usr/bin/env python3
"""Plants each bug of tests/mutants/*.patch in a copy of the tree, builds the simulation with it and
runs fresh seeds until a checker complains: what the simulation notices, and after how many seeds.
The copy, its build and the programs lie under var/mutants; the user's own files are only read.

A patch begins with two lines, "Bug: …" and "Breaks: …", and then is what `git diff` prints."""

import argparse
import filecmp
import os
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "var" / "mutants"
TREE = WORK / "tree"
PROGRAM = "souk_hunt"
HANGS_AFTER = 120  # seconds in one seed
CALM_SEEDS = 30    # without a bug nothing may be found in so many
APART = 1_000_000  # between the first seeds of two hunts

# Outside of any repository: git would leave out what it ignores.
ALONE = os.environ | {"GIT_CEILING_DIRECTORIES": str(WORK)}


class Failed(Exception):
    pass


class Mutant(NamedTuple):
    name: str
    path: Path
    bug: str
    breaks: str


class Catch(NamedTuple):
    seeds: int  # tried, the last one is where it was found
    complaint: str  # empty: not found


def read_mutant(path):
    lines = path.read_text().splitlines()
    if len(lines) < 3 or not lines[0].startswith("Bug: ") or not lines[1].startswith("Breaks: "):
        raise Failed(f"{path.name} does not begin with what it is: Bug: …, Breaks: …")
    return Mutant(path.stem, path, lines[0][5:], lines[1][8:])


def all_mutants(names):
    found = [read_mutant(path) for path in sorted(HERE.glob("*.patch"))]
    if unknown := set(names) - {m.name for m in found}:
        raise Failed("there is no mutant " + ", ".join(sorted(unknown)))
    return [m for m in found if not names or m.name in names]


def run(command, **how):
    return subprocess.run(command, check=False, text=True, capture_output=True, **how)


def apply(mutant, tree, *options):
    done = run(["git", "apply", *options, str(mutant.path)], cwd=tree, env=ALONE)
    if done.returncode != 0:
        raise Failed(f"{mutant.path.name} does not apply:\n{done.stderr}")


def copy_tree():
    """Makes TREE what the user's tree is; what is the same keeps its time, so that it is not built
    again."""
    listed = run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if target.exists() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    for path in TREE.rglob("*"):
        name = str(path.relative_to(TREE))
        if path.is_file() and not name.startswith("build/") and name not in wanted:
            path.unlink()


def build(name):
    """The program with what stands in TREE, where the next build leaves it alone."""
    done = run(["ninja", "-C", "build/ci", "--quiet", PROGRAM], cwd=TREE)
    if done.returncode != 0:
        raise Failed(f"{name} does not build:\n{done.stdout[-2000:]}")
    program = WORK / "bin" / name
    program.parent.mkdir(exist_ok=True)
    shutil.copy(TREE / "build" / "ci" / "tests" / PROGRAM, program)
    return program


def configure():
    done = run(["cmake", "--preset", "ci", "-DSOUK_BENCH=OFF",
                "-DSOUK_WARNINGS_ARE_ERRORS=OFF"], cwd=TREE)
    if done.returncode != 0:
        raise Failed(done.stderr[-2000:])


def seeds_begun(trail):
    return sum(line.startswith("seed ") for line in trail.read_text().splitlines())


def hunt(program, first, seeds):
    """One run of seeds. A mutant that crashes or hangs was caught, too."""
    trail = program.with_suffix(f".{first}.seeds")
    with trail.open("w") as into, subprocess.Popen(
            [program, str(first), str(seeds)], text=True, stdout=subprocess.PIPE,
            stderr=into) as process:
        begun, since = 0, time.monotonic()
        while process.poll() is None:
            time.sleep(0.05)
            if seeds_begun(trail) != begun:
                begun, since = seeds_begun(trail), time.monotonic()
            if time.monotonic() - since > HANGS_AFTER:
                process.kill()
                return Catch(begun, "hangs")
        said = process.stdout.read().split(" ", 3)
    begun = seeds_begun(trail)
    trail.unlink()
    if process.returncode < 0:
        return Catch(begun, "crashes")
    if said[0] == "caught":
        return Catch(int(said[2]), said[3].strip())
    if said[0].strip() == "survived":
        return Catch(seeds, "")
    raise Failed(f"{program.name} said {said}")


def verdict(mutant, catches, limit):
    caught = [c for c in catches if c.complaint]
    tried = [c.seeds if c.complaint else limit + 1 for c in catches]
    return {"mutant": mutant, "caught": len(caught), "of": len(catches),
            "median": int(statistics.median_high(tried)),
            "complaint": caught[0].complaint if caught else ""}


def row(v, limit):
    seeds = f"> {limit}" if v["median"] > limit else str(v["median"])
    complaint = v["complaint"].replace("|", "/")
    return f"| {v['mutant'].name} | {v['caught']}/{v['of']} | {seeds} | {complaint[:100]} |"


def hunt_all(mutants, options):
    """Builds one after the other, and hunts those that are built meanwhile."""
    verdicts, errors = [], []
    starts = [options.seed + n * APART for n in range(options.repeats)]
    print("| mutant | caught | seeds, median | a complaint |\n|---|---|---|---|", flush=True)
    with ThreadPoolExecutor(options.jobs) as hunters:
        underway = []

        def harvest(most):
            while len(underway) > most:
                mutant, hunts = underway.pop(0)
                verdicts.append(verdict(mutant, [h.result() for h in hunts], options.seeds))
                (WORK / "bin" / mutant.name).unlink()
                print(row(verdicts[-1], options.seeds), flush=True)

        for mutant in mutants:
            try:
                apply(mutant, TREE)
                program = build(mutant.name)
            except Failed as why:
                errors.append(str(why))
                print(f"| {mutant.name} | error | | |", flush=True)
                continue
            finally:
                copy_tree()
            underway.append((mutant, [hunters.submit(hunt, program, s, options.seeds)
                                      for s in starts]))
            harvest(1)
        harvest(0)
    return verdicts, errors


def check_calm(options):
    first = hunt(build("calm"), options.seed, CALM_SEEDS)
    if first.complaint:
        raise Failed(f"without any bug seed {options.seed + first.seeds - 1} complains: "
                     + first.complaint)


def parse():
    parser = argparse.ArgumentParser(prog="./dev mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a patch, without .patch")
    parser.add_argument("--seeds", type=int, default=300, help="at most so many a hunt (300)")
    parser.add_argument("--repeats", type=int, default=5, help="hunts from different seeds (5)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="first one (the time)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="hunts at once")
    parser.add_argument("--check", action="store_true", help="only that every patch applies")
    return parser.parse_args()


def main():
    options = parse()
    mutants = all_mutants(options.names)
    for mutant in mutants:
        apply(mutant, ROOT, "--check")
    if options.check:
        print(f"{len(mutants)} mutants apply")
        return 0
    WORK.mkdir(parents=True, exist_ok=True)
    copy_tree()
    configure()
    check_calm(options)
    print(f"first seed {options.seed}, {options.seeds} seeds at most, {options.repeats} hunts each")
    verdicts, errors = hunt_all(mutants, options)
    missed = [v["mutant"].name for v in verdicts if v["caught"] < v["of"]]
    print(f"{len(verdicts) - len(missed)} of {len(mutants)} caught in every hunt")
    if missed:
        print("not always: " + ", ".join(missed))
    for error in errors:
        print(error, file=sys.stderr)
    return 2 if errors else 1 if any(v["caught"] == 0 for v in verdicts) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as why:
        sys.exit(f"mutants: {why}")
