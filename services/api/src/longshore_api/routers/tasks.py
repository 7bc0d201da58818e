"""Tasks: the catalogue, and the counters of each."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.store import sketches, tasks
from longshore_api.access.scope import Scope, needs
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.task import TaskList, TaskStatsView, TaskView

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])


@router.get(
    "",
    operation_id="list_tasks",
    summary="List the tasks",
    responses=documented(takes_input=False),
)
@needs(Scope.JOBS_READ)
async def list_tasks(resources: Provided) -> TaskList:
    """Return every task with its queue, retry policy, time limits and fields."""
    return TaskList(tasks=[TaskView.of(job) for job in resources.roll])


@router.get(
    "/{task}/stats",
    operation_id="get_task_stats",
    summary="Count a task's jobs by outcome",
    responses=documented(kinds.UNKNOWN_TASK, *BROKER),
)
@needs(Scope.JOBS_READ)
async def get_task_stats(task: str, resources: Provided) -> TaskStatsView:
    """Return counts and times since the task's counters began, and those of the last five
    minutes, hour and day by queue."""
    name = resources.roll[task].spec.task
    stats = await resources.store.run(tasks.stats(name))
    return TaskStatsView.of(stats, await resources.store.run(sketches.recent(name)))
