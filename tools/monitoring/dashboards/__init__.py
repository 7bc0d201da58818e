"""The dashboards, one file each, and their order."""

from tools.monitoring.dashboards import api, overview, queue, redis, scheduler, task, workers

BOARDS = (
    overview.BOARD,
    queue.BOARD,
    task.BOARD,
    workers.BOARD,
    scheduler.BOARD,
    redis.BOARD,
    api.BOARD,
)
