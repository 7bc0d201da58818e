"""Memory: what one more child of a pool costs, in proportional set size (PSS).

The app is the real one of ``services/worker``. PSS counts a page shared by n processes as 1/n,
so the sum over a worker's processes is what it really takes.
"""

from __future__ import annotations

import time
from pathlib import Path

from bench.processes import Group, running
from bench.rates import spread
from bench.run import Row, Run

NAME = "children"
TITLE = "PSS of one more child with the real worker's app"
POOLS = ("longshore", "prefork")
FEW, MANY = 1, 5
JOBS = 400
SETTLED_SECONDS = 1.0


def measure(run: Run) -> list[Row]:
    """Each pool with one child and with five, after some jobs in every child."""
    rows = []
    for _ in range(run.size.repetitions):
        for pool in POOLS:
            few, many = _pss(run, pool, FEW), _pss(run, pool, MANY)
            per_child = (many - few) / (MANY - FEW)
            run.say(f"{NAME} -P {pool}: {per_child / 2**20:.1f} MiB for one more child")
            rows.append({"pool": pool, "one_child": few, "per_child": per_child})
    return rows


def _pss(run: Run, pool: str, children: int) -> float:
    run.turn()
    data = run.scratch / "worker"
    data.mkdir(exist_ok=True)
    environment = {
        "LONGSHORE_BROKER_URL": run.server.url,
        "LONGSHORE_DATABASE_URL": f"sqlite:///{data / 'worker.sqlite3'}",
        "LONGSHORE_STORAGE_DIRECTORY": str(data / "files"),
        "LONGSHORE_LOG_LEVEL": "WARNING",
    }
    flags = ("-P", pool, "-c", str(children), "-l", "WARNING", "--without-mingle")
    command = ("celery", "-A", "longshore_worker.main", "worker", *flags)
    _enqueue(run)
    with running([command], environment, run.scratch / "children.log") as group:
        _wait(run, group)
        # a moment of idleness, in which late imports and thread starts come to rest
        time.sleep(SETTLED_SECONDS)
        return spread([_sum(group) for _ in range(3)]).median


def _enqueue(run: Run) -> None:
    from longshore.jobs import to_new_job  # noqa: PLC0415  slow to import, needed here only
    from longshore.store import Store  # noqa: PLC0415
    from longshore.store.jobs import enqueue_all  # noqa: PLC0415
    from longshore_tasks.jobs.system import Add  # noqa: PLC0415

    with Store.from_url(run.server.url) as store:
        store.run(enqueue_all([to_new_job(Add(a=1, b=index)) for index in range(JOBS)]))


def _wait(run: Run, group: Group) -> None:
    with run.server.client() as client:
        group.wait_until(
            lambda: len(client.keys("celery-task-meta-*")) >= JOBS, 60, "the real worker"
        )


def _sum(group: Group) -> float:
    return float(sum(_pss_of(pid) for pid in group.all_pids()))


def _pss_of(pid: int) -> int:
    """Bytes, from the kernel's summary (kB there)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
