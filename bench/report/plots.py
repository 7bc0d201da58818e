"""Pictures of the rates and waits, as SVG beside the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measures import batch, latency, naps, noop, post
from bench.rates import Spread
from bench.report.summaries import ENQUEUES, LABELS, MANY, OURS, median, rates
from bench.results import Result

OUR_COLOUR, PEER_COLOUR = "#1f6f8b", "#b8b8b8"
INCHES = 0.42


@dataclass(frozen=True, slots=True)
class Bar:
    """One contender: its figure, and how far it reaches down and up."""

    label: str
    value: float
    below: float
    above: float
    ours: bool


def bars(found: Mapping[str, Spread], labels: Mapping[str, str] = LABELS) -> list[Bar]:
    """The bars of some rates, the fastest first."""
    return [
        Bar(
            labels.get(name, name).replace("**", ""),
            one.median,
            one.median - one.low,
            one.high - one.median,
            name in OURS,
        )
        for name, one in found.items()
    ]


def waits(result: Result) -> list[Bar]:
    """The median wait of each contender, reaching up to its p99."""
    found = {
        name: (median(result, "p50", contender=name), median(result, "p99", contender=name))
        for name in result.names()
    }
    return [
        Bar(LABELS[name], p50 * 1e3, 0.0, (p99 - p50) * 1e3, name in OURS)
        for name, (p50, p99) in sorted(found.items(), key=lambda item: item[1])
    ]


def draw(path: Path, title: str, drawn: Sequence[Bar], log: bool = False) -> None:
    """One picture of horizontal bars."""
    import matplotlib as mpl  # noqa: PLC0415  heavy, and only where the benchmark is installed
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Texts as texts and no random ids: the same figures make the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "longshore"})
    figure = Figure(figsize=(9, 1.1 + INCHES * len(drawn)), layout="constrained")
    axes: Any = figure.subplots()
    shown = list(reversed(drawn))
    axes.barh(
        [bar.label for bar in shown],
        [bar.value for bar in shown],
        xerr=[[bar.below for bar in shown], [bar.above for bar in shown]],
        color=[OUR_COLOUR if bar.ours else PEER_COLOUR for bar in shown],
        error_kw={"ecolor": "#444444", "capsize": 3},
    )
    if log:
        axes.set_xscale("log")
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def draw_all(results: Mapping[str, Result], directory: Path) -> dict[str, str]:
    """Every picture that there are figures for: the file's name by measure."""
    directory.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for name, (title, found, log) in _pictures(results).items():
        drawn[name] = f"{name}.svg"
        draw(directory / drawn[name], title, found, log)
    return drawn


def _pictures(results: Mapping[str, Result]) -> dict[str, tuple[str, list[Bar], bool]]:
    found: dict[str, tuple[str, list[Bar], bool]] = {}
    if noop.NAME in results:
        found[noop.NAME] = (noop.TITLE, bars(rates(results[noop.NAME])), False)
    if naps.NAME in results:
        ten = rates(results[naps.NAME], nap_seconds=naps.NAPS[1][0])
        one = rates(results[naps.NAME], nap_seconds=naps.NAPS[0][0])
        found["naps-1ms"] = ("Jobs of 1 ms a second, sixteen at once", bars(one), False)
        found["naps-10ms"] = ("Jobs of 10 ms a second, sixteen at once", bars(ten), False)
    if post.NAME in results:
        found[post.NAME] = (post.TITLE, bars(rates(results[post.NAME]), LABELS | ENQUEUES), False)
    if batch.NAME in results:
        enqueues = bars(rates(results[batch.NAME]), LABELS | MANY)
        found[batch.NAME] = (batch.TITLE, enqueues, False)
    if latency.NAME in results:
        title = latency.TITLE + ": p50 (bar) to p99 (line), ms, logarithmic"
        found[latency.NAME] = (title, waits(results[latency.NAME]), True)
    return found
