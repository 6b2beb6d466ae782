"""What a run was like for its clients: availability, latency, the longest time a key, a shard or a
node gave no answer, and the faults behind it."""

import bisect
from collections import Counter, defaultdict

from shards import shard_of


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


BEFORE_A_FAULT = 7.0  # seconds: no request takes longer
GIVEN_UP = 2.0  # seconds after which a key nobody asked for again counts as given up


def gaps(attempts, name_of):
    """The longest time without an answer, by name: from the begin of a request that failed or was
    slow, or from the last answer if that was later, to the next answer, or to the last request
    before its sender gave up. [(seconds, name, begin)], longest first."""
    longest, failing, answered = {}, {}, {}

    def close(name, began, end):
        if end - began > longest.get(name, (0, 0))[0]:
            longest[name] = (end - began, began)

    for a in sorted(attempts, key=lambda a: a.end):
        name = name_of(a)
        if name is None:
            continue
        if name in failing and a.begin > failing[name][1] + GIVEN_UP:
            close(name, *failing.pop(name))
        began = max(a.begin, answered.get(name, a.begin))
        if name in failing:
            began = min(began, failing[name][0])
        if a.answered:
            failing.pop(name, None)
            answered[name] = a.end
            close(name, began, a.end)
        else:
            failing[name] = (began, a.end)
    for name, (began, end) in failing.items():
        close(name, began, end)
    return sorted(((s, name, began) for name, (s, began) in longest.items()), reverse=True)


def kind_of_key(entity):
    return entity.split("/")[0]


class Report:
    def __init__(self, history, periods, seconds):
        self.history, self.periods, self.seconds = history, periods, seconds
        self.summary = {}

    def quiet(self, operation):
        return all(operation.end < begin or operation.begin > end
                   for begin, end, _ in self.periods)

    def lines(self):
        yield from self.availability()
        yield from self.latency()
        yield from self.gap_lines()
        yield from self.fault_lines()

    def availability(self):
        operations, attempts = self.history.operations, self.history.attempts
        by_kind = defaultdict(list)
        for one in operations:
            by_kind[one.kind].append(one)
        yield "requests with their repeats, as their senders see them:"
        yield f"{'':16}{'requests':>9}{'answered':>10}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}"
        for kind in sorted(by_kind):
            yield self.kind_line(kind, by_kind[kind])
        yield self.kind_line("all", operations)
        answered = sum(a.answered for a in attempts)
        present = [a for a in attempts if a.present]
        live = sum(a.answered for a in present)
        self.summary |= {"requests": len(operations), "attempts": len(attempts),
                         "answered_of_attempts": round(answered / max(1, len(attempts)), 5),
                         "answered_at_running_nodes": round(live / max(1, len(present)), 5)}
        yield ""
        yield (f"single attempts: {answered} of {len(attempts)} answered without 5xx"
               f" ({100 * answered / max(1, len(attempts)):.2f} %), at nodes neither dead nor"
               f" paused {100 * live / max(1, len(present)):.2f} %")
        why = Counter((a.code or str(a.status)) if a.status else a.wrong.split(":")[0]
                      for a in attempts if not a.answered)
        yield "  not answered: " + (", ".join(f"{n} {w}" for w, n in why.most_common()) or "none")

    def kind_line(self, kind, operations):
        took = [(o.end - o.begin) * 1000 for o in operations if o.status]
        p50, p99, most = (percentile(took, share) for share in (0.5, 0.99, 1.0))
        return (f"{kind:16}{len(operations):9}{100 * len(took) / len(operations):9.2f}%"
                f"{p50:9.1f}{p99:9.1f}{most:9.1f}")

    def latency(self):
        quiet = [(o.end - o.begin) * 1000 for o in self.history.operations
                 if o.status and self.quiet(o)]
        faulty = [(o.end - o.begin) * 1000 for o in self.history.operations
                  if o.status and not self.quiet(o)]
        yield ""
        for name, took in (("without", quiet), ("with", faulty)):
            if not took:
                continue
            figures = [round(percentile(took, share), 1) for share in (0.5, 0.99, 1.0)]
            self.summary[f"ms_{name}_fault"] = figures
            yield (f"{name + ' a fault':16}{len(took):9} requests, p50 {figures[0]} ms,"
                   f" p99 {figures[1]} ms, max {figures[2]} ms")

    def gap_lines(self):
        attempts = self.history.attempts
        present = [a for a in attempts if a.present]
        yield ""
        yield "longest time without an answer, of keys and shards at nodes neither dead nor paused:"
        views = {kind: (lambda a, k=kind: a.entity if kind_of_key(a.entity) == k else None)
                 for kind in ("cart", "order", "stock")}
        views["shard"] = lambda a: f"shard {shard_of(a.entity)}" if a.entity else None
        views["node"] = lambda a: a.node
        for view, name_of in views.items():
            found = gaps(attempts if view == "node" else present, name_of)
            if not found:
                continue
            self.summary[f"gap_{view}_s"] = round(found[0][0], 2)
            worst = ", ".join(f"{name[:22]} {s:.2f} s (at {began - self.history.origin:.1f})"
                              for s, name, began in found[:3])
            yield f"  {view:6} {worst}"

    def gaps_by_fault(self):
        """Of each kind of fault: the longest a shard was silent by requests that were under way or
        began while it lasted, at nodes neither dead nor paused. [(kind, seconds of each fault)]"""
        attempts = sorted((a for a in self.history.attempts if a.present and a.entity),
                          key=lambda a: a.begin)
        begins = [a.begin for a in attempts]
        found = defaultdict(list)
        for begin, end, kind in self.periods:
            first = bisect.bisect_left(begins, begin - BEFORE_A_FAULT)
            last = bisect.bisect_left(begins, end)
            longest = gaps((a for a in attempts[first:last] if a.end > begin),
                           lambda a: shard_of(a.entity))
            found[kind].append(longest[0][0] if longest else 0.0)
        return sorted(found.items())

    def fault_lines(self):
        yield ""
        yield "longest time without an answer of any shard, by fault (median and longest of them):"
        for kind, seconds in self.gaps_by_fault():
            self.summary.setdefault("gap_by_fault_s", {})[kind] = round(max(seconds), 2)
            yield (f"  {kind:10}{len(seconds):4} times{percentile(seconds, 0.5):8.2f} s"
                   f"{max(seconds):8.2f} s")
        counts = Counter(kind for _, _, kind in self.periods)
        under = sum(end - begin for begin, end, _ in self.periods)
        self.summary["faults"] = dict(counts)
        yield ""
        yield (f"{len(self.periods)} faults in {self.seconds:.0f} s, of which"
               f" {100 * under / self.seconds:.0f} % under one: "
               + ", ".join(f"{n} {k}" for k, n in counts.most_common()))
