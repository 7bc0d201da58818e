"""From rows to tables: medians of the repetitions, how far they lie apart, ratios."""

from __future__ import annotations

from bench.contenders.roll import ROLL
from bench.measures import batch, latency, naps, noop, post
from bench.rates import Spread, ratio, spread
from bench.report.table import Table, count, microseconds, milliseconds, times
from bench.results import Result

LABELS = {
    **{one.name: one.label for one in ROLL},
    post.NULL: "null endpoint (enqueues nothing)",
    post.API: "**Longshore's real api** (record, idempotency key)",
}
ENQUEUES = {
    "longshore-pool": "Longshore, the engine's enqueue",
    "celery-prefork": "Celery, delay()",
    "taskiq": "taskiq, kiq()",
    "saq": "saq, enqueue()",
    "dramatiq": "dramatiq, send()",
    "arq": "arq, enqueue_job()",
    "rq": "rq, enqueue()",
}
MANY = ENQUEUES | {
    "longshore-pool": "Longshore, enqueue_all() of 250, two under way",
    "rq": "rq, enqueue_many() of 500",
    "taskiq": "taskiq, kiq(), a hundred at once",
    "saq": "saq, enqueue(), a hundred at once",
    "arq": "arq, enqueue_job(), a hundred at once",
}
ISOLATES = {one.name: one.isolates for one in ROLL}
OURS = frozenset(one.name for one in ROLL if one.ours) | {post.API}
CPU_NOTE = (
    "By CPU: the same ratio of jobs that a second of CPU pays for, which depends less on what else"
    " the machine did."
)
RATE_NOTE = "Ratio: this row over the best peer, stock Celery among them."


def shown(name: str, labels: dict[str, str] = LABELS) -> str:
    """The contender's label; ours stand out."""
    label = labels.get(name, name)
    return f"**{label}**" if name in OURS and not label.startswith("**") else label


def rates(result: Result, **wanted: object) -> dict[str, Spread]:
    """Each contender's rate, the fastest first."""
    found = {
        name: spread(values)
        for name in result.names()
        if (values := result.column("rate", contender=name, **wanted))
    }
    return dict(sorted(found.items(), key=lambda item: -item[1].median))


def best_peer(found: dict[str, Spread]) -> float:
    """The highest median that is not ours; 0 when there is none."""
    peers = [s.median for name, s in found.items() if name not in OURS and name != post.NULL]
    return max(peers, default=0.0)


def median(result: Result, column: str, **wanted: object) -> float:
    """The median of one figure over the repetitions."""
    return spread(result.column(column, **wanted)).median


def capacity(result: Result, name: str) -> Spread:
    """Jobs that one second of CPU pays for, server and workers together."""
    rows = result.of(contender=name)
    return spread([1 / (row["server_seconds"] + row["worker_seconds"]) for row in rows])


def _range(one: Spread) -> str:
    return f"{count(one.low)}–{count(one.high)}"


def noop_table(result: Result) -> Table:
    """No-op jobs a second, and what each costs."""
    found = rates(result)
    best, cheapest = best_peer(found), best_peer({name: capacity(result, name) for name in found})
    rows = [
        [
            shown(name),
            "yes" if ISOLATES[name] else "no",
            count(one.median),
            _range(one),
            times(ratio(one.median, best)),
            f"{median(result, 'round_trips', contender=name):.2f}",
            microseconds(median(result, "server_seconds", contender=name)),
            microseconds(median(result, "worker_seconds", contender=name)),
            times(ratio(capacity(result, name).median, cheapest)),
        ]
        for name, one in found.items()
    ]
    columns = [
        "contender", "isolates", "jobs/s", "lowest–highest", "ratio",
        "round trips a job", "server CPU a job", "worker CPU a job", "ratio by CPU",
    ]  # fmt: skip
    return Table(noop.TITLE, columns, rows, f"{RATE_NOTE} {CPU_NOTE}")


def naps_table(result: Result) -> Table:
    """Waiting jobs: one line for each contender, short and long ones beside each other."""
    found = [rates(result, nap_seconds=seconds) for seconds, _ in naps.NAPS]
    rows = [
        [shown(name), *(word for one in found for word in _naps_words(one, name))]
        for name in found[0]
    ]
    columns = ["contender", "1 ms: jobs/s", "range", "ratio", "10 ms: jobs/s", "range", "ratio"]
    note = "No pool of sixteen can do more than 16,000 and 1,600 jobs/s. " + RATE_NOTE
    return Table(naps.TITLE, columns, rows, note)


def _naps_words(found: dict[str, Spread], name: str) -> list[str]:
    one = found[name]
    return [count(one.median), _range(one), times(ratio(one.median, best_peer(found)))]


def latency_table(result: Result) -> Table:
    """From enqueue to start."""
    percents = ("p50", "p95", "p99")
    found = {name: [median(result, p, contender=name) for p in percents] for name in result.names()}
    rows = [
        [shown(name), *(milliseconds(value) for value in values)]
        for name, values in sorted(found.items(), key=lambda item: item[1][0])
    ]
    note = (
        "Medians of the turns; the enqueue call is part of the time. The floor is what redis-py,"
        " the server and the system take on this machine when nothing is kept and no job is made."
    )
    return Table(latency.TITLE, ["contender", *percents], rows, note)


def post_table(result: Result) -> Table:
    """Requests a second."""
    labels = LABELS | ENQUEUES
    found = rates(result)
    best, null = best_peer(found), found[post.NULL].median
    null_seconds = median(result, "web_seconds", contender=post.NULL)
    rows = [
        [
            shown(name, labels),
            count(one.median),
            _range(one),
            f"{100 * one.median / null:.0f} %",
            times(ratio(one.median, best)),
            milliseconds(median(result, "p99", contender=name)),
            f"{median(result, 'round_trips', contender=name):.2f}",
            microseconds(web := median(result, "web_seconds", contender=name)),
            f"{100 * ratio(null_seconds, web):.0f} %",
        ]
        for name, one in found.items()
    ]
    columns = [
        "endpoint", "requests/s", "lowest–highest", "of null", "ratio", "p99",
        "round trips", "api CPU a request", "of null, by CPU",
    ]  # fmt: skip
    return Table(post.TITLE, columns, rows, RATE_NOTE)


def batch_table(result: Result) -> Table:
    """Jobs enqueued a second."""
    labels = LABELS | MANY
    found = rates(result)
    best = best_peer(found)
    rows = [
        [
            shown(name, labels),
            count(one.median),
            _range(one),
            times(ratio(one.median, best)),
            f"{median(result, 'round_trips', contender=name):.3f}",
            microseconds(median(result, "server_seconds", contender=name)),
        ]
        for name, one in found.items()
    ]
    columns = ["library", "jobs/s", "lowest–highest", "ratio", "round trips a job", "server CPU"]
    return Table(batch.TITLE, columns, rows, RATE_NOTE)
