"""Texts from the templates of this package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError, select_autoescape

from longshore.errors import Permanent


class ContextIncomplete(Permanent):
    """A template needs a name that it was not given."""


def render(template: str, context: Mapping[str, object]) -> str:
    """Render ``templates/<template>``; HTML is escaped. Raises ContextIncomplete."""
    try:
        return _environment().get_template(template).render(context)
    except UndefinedError as error:
        raise ContextIncomplete(f"template {template}: {error.message}") from None


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("longshore_tasks"),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
