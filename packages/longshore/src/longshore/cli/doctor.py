"""``longshore doctor``: is this broker fit to keep jobs?"""

from __future__ import annotations

import json
import sys

import click
from rich.text import Text

from longshore.cli.complaint import Complaint
from longshore.cli.output import Listing, show_listing, table
from longshore.doctor.examination import examine
from longshore.doctor.facts import Facts
from longshore.doctor.finding import Finding, Verdict, worst
from longshore.errors import LongshoreError
from longshore.store import Store, StoreSettings

COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}


@click.command()
@click.argument("url")
@click.option("--prefix", default="", help="The app's key prefix (global_keyprefix).")
@click.option("--queue", "queues", multiple=True, help="A queue; may be given more than once.")
@click.option("--lease", default=15.0, show_default=True, help="The app's lease_seconds.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, no table.")
def doctor(url: str, prefix: str, queues: tuple[str, ...], lease: float, as_json: bool) -> None:
    """Look at the broker behind a URL: what is found, what it means, what to do.

    Exit code 0 when all is well, 1 with warnings, 2 when something must be done.
    """
    try:
        with Store.from_url(url, StoreSettings(key_prefix=prefix, lease_seconds=lease)) as store:
            findings = examine(Facts.of(store, queues or ("celery",)))
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    if as_json:
        click.echo(json.dumps([_document(finding) for finding in findings], indent=2))
    else:
        show_listing(_table(findings))
    sys.exit(worst(findings))


def _document(finding: Finding) -> dict[str, str]:
    return {
        "about": finding.about,
        "verdict": finding.verdict.name.lower(),
        "found": finding.found,
        "means": finding.means,
        "do": finding.do,
    }


def _table(findings: tuple[Finding, ...]) -> Listing:
    rows = [
        (
            Text(finding.verdict.name.lower(), COLOURS[finding.verdict]),
            finding.about, finding.found, finding.means, finding.do,
        )
        for finding in findings
    ]  # fmt: skip
    return table(("verdict", "about", "found", "what it means", "what to do"), rows)
