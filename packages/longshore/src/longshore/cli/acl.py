"""``longshore acl``: the least rights of a login, ready to be given."""

from __future__ import annotations

import click

from longshore.cli.complaint import Complaint
from longshore.cli.output import Listing, show_listing, table
from longshore.store.acl import Right, rights, setuser


@click.command()
@click.option("--prefix", default="", help="The app's key prefix (global_keyprefix).")
@click.option("--queue", "queues", multiple=True, help="A queue; may be given more than once.")
@click.option("--database", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--replicas", is_flag=True, help="The app sets replicas_to_confirm.")
@click.option("--user", default="longshore", show_default=True)
@click.option("--table", "as_table", is_flag=True, help="What each right is for, as a table.")
def acl(
    prefix: str,
    queues: tuple[str, ...],
    database: int,
    replicas: bool,
    user: str,
    as_table: bool,
) -> None:
    """Print the ACL of a Redis login that can do what Longshore does, and no more.

    The line is for valkey-cli or redis-cli; put a password in place of PASSWORD.
    """
    if any(sign.isspace() for word in (prefix, user, *queues) for sign in word):
        raise Complaint("a user, a prefix and a queue must be without spaces in an ACL")
    granted = rights(queues or ("celery",), prefix, database, replicas=replicas)
    if as_table:
        show_listing(_table(granted))
    else:
        click.echo(setuser(user, granted))


def _table(granted: tuple[Right, ...]) -> Listing:
    words: dict[str, list[str]] = {}
    for right in granted:
        words.setdefault(right.why, []).append(right.word)
    return table(("for", "rights"), [(why, " ".join(some)) for why, some in words.items()])
