"""What a message brought, beside what its job class takes now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from longshore.jobs.job import Job
from longshore.message import Arguments


class Fit(StrEnum):
    """How a field that was sent, or is asked for, fits."""

    FITS = "fits"
    WRONG = "wrong"
    MISSING = "missing"
    UNKNOWN = "unknown"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One field: what was sent (``None`` with ``was_sent`` false when nothing), what is taken."""

    field: str
    fit: Fit
    was_sent: bool
    sent: Any
    takes: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether the job would be taken now, and why not.

    ``known``: there is a job class of this task. ``positional``: arguments without names, which no
    job class takes.
    """

    task: str
    known: bool
    positional: int
    fields: tuple[FieldComparison, ...]

    @property
    def fits(self) -> bool:
        """Whether a replay with the same arguments would begin."""
        wrong = any(one.fit in {Fit.WRONG, Fit.MISSING, Fit.UNKNOWN} for one in self.fields)
        return self.known and not self.positional and not wrong


def compare(task: str, sent: Arguments, job: type[Job] | None) -> Comparison:
    """Compares field by field; with no job class every field is unknown."""
    problems = {} if job is None else _problems(sent.kwargs, job)
    schema = {} if job is None else job.model_json_schema().get("properties", {})
    rows = tuple(_rows(sent.kwargs, schema, problems))
    return Comparison(task, job is not None, len(sent.args), rows)


def _problems(kwargs: Mapping[str, Any], job: type[Job]) -> dict[str, str]:
    try:
        job.model_validate(dict(kwargs))
    except ValidationError as error:
        found: dict[str, str] = {}
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            name, *path = map(str, item["loc"]) if item["loc"] else [""]
            where = f"{'.'.join(path)}: " if path else ""
            found.setdefault(name, f"{where}{item['msg']}")
        return found
    return {}


def _rows(
    kwargs: Mapping[str, Any], schema: Mapping[str, Any], problems: Mapping[str, str]
) -> Iterator[FieldComparison]:
    for name in dict.fromkeys([*schema, *kwargs, *problems]):
        sent, known, problem = name in kwargs, name in schema, problems.get(name)
        takes = _takes(schema[name]) if known else None
        fit = _fit(sent=sent, known=known, problem=problem)
        yield FieldComparison(name, fit, sent, kwargs.get(name), takes, problem)


def _fit(*, sent: bool, known: bool, problem: str | None) -> Fit:
    if not known and sent:
        return Fit.UNKNOWN
    if not sent:
        return Fit.MISSING if problem else Fit.DEFAULT
    return Fit.WRONG if problem else Fit.FITS


def _takes(schema: Mapping[str, Any]) -> str:
    """A field's type in a word or two, out of its JSON schema."""
    if "anyOf" in schema:
        return " or ".join(_takes(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "anything"))
    items = schema.get("items")
    return f"{kind} of {_takes(items)}" if isinstance(items, dict) else kind
