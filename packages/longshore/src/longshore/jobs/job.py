"""A job as a value: the class is the task's contract, the instance is what is enqueued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, ParamSpec, Self, Unpack, cast

from celery.result import AsyncResult
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from longshore.errors import InvalidJob
from longshore.jobs.options import EnqueueOptions
from longshore.jobs.publish import publish
from longshore.jobs.spec import JobSpec
from longshore.retry import RetryPolicy

P = ParamSpec("P")


class Job(BaseModel):
    """Base of all job classes; the fields are the arguments of the task.

    ``class MakeThumbnails(Job, task="images.thumbnail", queue="normal")`` fixes what is true of
    every such job in ``spec``. A subclass without ``task`` is a base for others and cannot be
    enqueued.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    spec: ClassVar[JobSpec]

    def __init_subclass__(
        cls,
        *,
        task: str | None = None,
        queue: str = "",
        summary: str = "",
        retry: RetryPolicy | None = None,
        soft_time_limit_seconds: float = 60.0,
        time_limit_seconds: float = 90.0,
        max_deliveries: int | None = None,
        scope: str | None = "jobs:write",
        **config: Unpack[ConfigDict],
    ) -> None:
        super().__init_subclass__(**config)
        if task is None:
            return
        cls.spec = JobSpec(
            task=task,
            queue=str(queue),
            summary=summary,
            retry=retry or RetryPolicy(),
            soft_time_limit_seconds=soft_time_limit_seconds,
            time_limit_seconds=time_limit_seconds,
            max_deliveries=max_deliveries,
            scope=scope,
        )

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Build the job from JSON fields; raises InvalidJob, which names each wrong field."""
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise InvalidJob(f"{cls.spec.task}: {_complaints(error)}") from None

    def to_fields(self) -> dict[str, JsonValue]:
        """Return the fields as plain JSON, as they travel."""
        return cast("dict[str, JsonValue]", self.model_dump(mode="json"))

    def enqueue(self, **options: Unpack[EnqueueOptions]) -> AsyncResult:
        """Enqueue this job through the current Celery app and return its AsyncResult."""
        return publish(self.spec, self.to_fields(), dict(options))

    @classmethod  # pyright: ignore[reportArgumentType]  # cls as a callable lends its fields
    def delay(cls: Callable[P, Job], *args: P.args, **kwargs: P.kwargs) -> AsyncResult:
        """Enqueue a job with these fields; raises InvalidJob's cause when they do not fit."""
        return cls(*args, **kwargs).enqueue()

    @classmethod
    def apply_async(
        cls,
        args: tuple[()] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Unpack[EnqueueOptions],
    ) -> AsyncResult:
        """Enqueue a job as Celery's ``apply_async`` does; a job's fields have names, so no args.

        Raises InvalidJob when the fields do not fit.
        """
        if args:
            raise InvalidJob(f"{cls.spec.task}: pass the fields by name, in kwargs")
        return cls.from_fields(kwargs or {}).enqueue(**options)


def _complaints(error: ValidationError) -> str:
    # The rejected input stays out of the message: it may hold a secret or a megabyte.
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'fields'}: {item['msg']}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )
