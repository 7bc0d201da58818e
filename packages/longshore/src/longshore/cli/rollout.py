"""``longshore rollout``: replace all pods of a set on Kubernetes, and say what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError
from longshore.rollout.cluster import Cluster
from longshore.rollout.restart import News, restart_all
from longshore.rollout.tally import OldPod


@click.command()
@click.option("--release", default="longshore", show_default=True, help="The chart's release.")
@click.option("--namespace", "-n", default="", help="Its namespace; kubectl's own by default.")
@click.option("--context", default="", help="The cluster, as kubectl names it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=1800.0,
    show_default=True,
    help="Seconds that one Deployment may take.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document at the end, no lines.")
def rollout(release: str, namespace: str, context: str, timeout: float, as_json: bool) -> None:
    """Restart worker sets, scheduler and api, one after another, with kubectl.

    For each pod of the old template: still running and with how many jobs, drained, or rescued
    (jobs that were cut short and run elsewhere). The engine is asked in a pod of the api.
    """
    flags = [("--context", context), ("--namespace", namespace)]
    cluster = Cluster(release, tuple(word for pair in flags if pair[1] for word in pair))
    try:
        seen = list(_told(restart_all(cluster, timeout), quiet=as_json))
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    if as_json:
        click.echo(json.dumps(_document(seen), indent=2))


def _told(news: Iterable[News], *, quiet: bool) -> Iterator[News]:
    for one in news:
        if not quiet:
            click.echo(_line(one))
        yield one


def _line(news: News) -> str:
    if news.pod:
        return f"  {news.pod.line()}"
    if news.over:
        return f"  {news.deployment}: the old template is gone after {news.seconds:.0f} s"
    return f"restarting {news.deployment}"


def _document(seen: list[News]) -> list[dict[str, object]]:
    ends = {one.deployment: one.seconds for one in seen if one.over}
    return [
        {
            "deployment": name,
            "seconds": round(seconds, 1),
            "pods": [_pod(pod) for pod in _gone(seen, name)],
        }
        for name, seconds in ends.items()
    ]


def _gone(seen: Iterable[News], deployment: str) -> Iterator[OldPod]:
    for one in seen:
        if one.deployment == deployment and one.pod and one.pod.seconds is not None:
            yield one.pod


def _pod(pod: OldPod) -> dict[str, object]:
    return {
        "pod": pod.name,
        "fate": pod.fate.value,
        "seconds": round(pod.seconds or 0.0, 1),
        "jobs_rescued": pod.jobs,
    }
