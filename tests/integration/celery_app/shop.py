"""A Celery app as its user would write it: nothing here knows of Longshore."""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import sys
import time
from contextlib import suppress
from functools import partial
from itertools import repeat
from operator import getitem
from pathlib import Path

from celery import Celery, Task, chain, chord, group, shared_task, signals
from celery.exceptions import Reject, SoftTimeLimitExceeded
from celery.signals import task_failure
from celery.utils.log import get_task_logger

app = Celery("shop", broker=os.environ["SHOP_BROKER"], backend=os.environ["SHOP_BACKEND"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    result_expires=3600,
    task_track_started=os.environ.get("SHOP_TRACK_STARTED", "1") == "1",
    worker_send_task_events=False,
    broker_transport_options=json.loads(os.environ.get("SHOP_TRANSPORT_OPTIONS", "{}")),
    **json.loads(os.environ.get("SHOP_CONFIGURATION", "{}")),
)


def log(line: str) -> None:
    """Appends a line to the ledger, whole or not at all."""
    handle = os.open(os.environ["SHOP_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


@app.task
def add(a, b):
    return a + b


@shared_task(name="shop.multiply")
def multiply(a, b):
    return a * b


@app.task
def total(numbers):
    return sum(numbers)


@app.task
def slowly(a, b, seconds):
    time.sleep(seconds)
    return a + b


@app.task(bind=True)
def gathered(self, numbers):
    log(f"gathered {self.request.id}")
    return sorted(numbers)


@app.task(bind=True)
def whoami(self):
    return {"id": self.request.id, "retries": self.request.retries, "eta": self.request.eta}


@app.task(bind=True, max_retries=5)
def flaky(self, fail_times, countdown=0.2):
    log(f"flaky {self.request.id} {self.request.retries}")
    if self.request.retries < fail_times:
        raise self.retry(countdown=countdown, exc=ValueError("not yet"))
    return self.request.retries


@app.task(
    autoretry_for=(ConnectionError,), retry_backoff=False, default_retry_delay=0.1, max_retries=3
)
def auto(fail):
    log("auto")
    if fail:
        raise ConnectionError("the other side is away")
    return "ok"


@app.task
def fail(message="broken"):
    raise RuntimeError(message)


@app.task(bind=True, max_retries=1)
def leaky(self, retry=False):
    secrets = ("hunter" + "2", "s3c" + "r3t")
    error = RuntimeError("password={} for redis://ada:{}@host".format(*secrets))
    if retry:
        raise self.retry(exc=error, countdown=0)
    raise error


@app.task(ignore_result=True)
def quiet(line):
    log(line)


@app.task(ignore_result=True, store_errors_even_if_ignored=True)
def quiet_unless_it_fails(fails):
    if fails:
        raise ValueError("kept all the same")


@app.task
def ledger(line, seconds=0.0):
    log(f"start {line}")
    time.sleep(seconds)
    log(f"end {line}")
    return line


def gate(line):
    """The file that holds up a job until its test writes something to it."""
    return Path(f"{os.environ['SHOP_LEDGER']} {line}")


@app.task
def gated(line):
    """Wait until the gate opens, for longer than any test does."""
    log(f"start {line}")
    for _ in range(6000):
        if gate(line).exists():
            break
        time.sleep(0.01)
    log(f"end {line}")
    return line


@app.task
def computing(line):
    """Wait for the gate in one C call, which lets no other thread of the process run."""
    with gate(line).open("w+b") as file:
        file.truncate(1)
        with mmap.mmap(file.fileno(), 1) as byte:
            log(f"start {line}")
            any(map(getitem, repeat(byte, 10**9), repeat(0)))
    log(f"end {line}")
    return line


@app.task
def on_error(request, exc, traceback):
    log(f"errback {request.id}")


@app.task(bind=True, acks_late=True)
def rejecting(self):
    raise Reject("no", requeue=False)


@app.task(bind=True)
def replaced(self, a, b):
    raise self.replace(add.s(a, b))


@app.task(bind=True)
def replaced_and_lingering(self, line):
    """Replace itself, and go on at the gate for a while."""
    try:
        raise self.replace(add.s(20, 22))
    finally:
        log(f"replaced {line}")
        gated.run(line)


@app.task(bind=True)
def add_to_each(self, numbers, more):
    raise self.replace(group(add.s(number, more) for number in numbers))


@app.task(time_limit=0.5)
def too_long():
    time.sleep(30)


@app.task(soft_time_limit=0.5)
def softly():
    try:
        time.sleep(30)
    except SoftTimeLimitExceeded:
        log("softly tidied")
        raise


@app.task(rate_limit="1/h")
def limited(line):
    log(f"limited {line}")


@app.task(bind=True, acks_late=True)
def requeued_often(self):
    log(f"requeued {self.request.id}")
    if len([line for line in ledger_lines() if line == f"requeued {self.request.id}"]) < 5:
        raise Reject("another time", requeue=True)
    return "in the end"


@app.task(bind=True)
def traced(self, children=0):
    log(f"traced {getattr(self.request, 'request_id', None)}")
    if children:
        traced.delay(children - 1)


@app.task
def heedless(line):
    """Go on past the soft time limit."""
    log(f"start {line}")
    with suppress(SoftTimeLimitExceeded):
        time.sleep(60)
    time.sleep(60)
    log(f"end {line}")


@app.task(bind=True)
def slow_retry(self, seconds):
    log(f"slow_retry {self.request.retries}")
    time.sleep(seconds)
    if self.request.retries == 0:
        raise self.retry(countdown=0)
    return "second attempt"


@app.task
def die():
    os._exit(9)


@app.task(bind=True)
async def awaiting(self, line, seconds):
    log(f"start {line}")
    before = self.request.id
    await asyncio.sleep(seconds)
    log(f"end {line}")
    return [before, self.request.id]


@app.task(bind=True, autoretry_for=(ConnectionError,), default_retry_delay=0.1, max_retries=3)
async def awaiting_again(self, fail_times):
    await asyncio.sleep(0)
    if self.request.retries < fail_times:
        raise ConnectionError("the other side is away")
    return self.request.retries


@app.task(soft_time_limit=0.5)
async def awaiting_softly():
    try:
        await asyncio.sleep(30)
    except SoftTimeLimitExceeded:
        log("awaiting_softly tidied")
        raise


@app.task
def process(mebibytes=0):
    len(bytearray(mebibytes << 20))
    return os.getpid()


@app.task
def started(n):
    return chain(add.s(n, 1), multiply.s(2)).apply_async().id


def ledger_lines() -> list[str]:
    path = Path(os.environ["SHOP_LEDGER"])
    return path.read_text().splitlines() if path.exists() else []


__all__ = ["app", "chain", "chord", "group"]


@app.task(bind=True, max_retries=1)
def publishing(self, how, gate):
    """Publish for the first time in this process, once the gate is open."""
    if self.request.retries:
        return how
    log(f"at the gate {how}")
    while not Path(gate).exists():
        time.sleep(0.02)
    if how == "delay":
        add.delay(1, 2)
    if how == "retry":
        raise self.retry(countdown=0)
    return how


@app.task
def passed_on(value):
    return value


class OwnExit(BaseException):
    """What a library may raise past every ``except Exception``."""


class Silent(Exception):
    """An error that has no text."""

    def __str__(self):
        raise RuntimeError("no text")


RAISED = {
    "exit": lambda: SystemExit(3),
    "cancelled": lambda: asyncio.CancelledError("by the loop"),
    "generator": lambda: GeneratorExit("closed"),
    "keyboard": KeyboardInterrupt,
    "own": lambda: OwnExit("past everything"),
    "memory": lambda: MemoryError("too large"),
    "silent": Silent,
    "surrogate": lambda: OSError("no file " + os.fsdecode(b"caf\xe9")),
}


def raised(kind):
    return RAISED[kind]()


@app.task
def raising(kind):
    raise raised(kind)


@app.task
async def awaiting_raising(kind):
    await asyncio.sleep(0)
    raise raised(kind)


@app.task
def undecodable():
    """Print, log and return the name of a file that is no UTF-8."""
    name = os.fsdecode(b"caf\xe9")
    sys.stdout.write(name)
    get_task_logger(__name__).warning("found %s", name)
    return name


class Hooked(Task):
    """A task whose hooks raise: those that its argument names."""

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        self.hook("on_failure", args)

    def on_success(self, retval, task_id, args, kwargs):
        self.hook("on_success", args)

    def on_retry(self, exc, task_id, args, kwargs, einfo):
        self.hook("on_retry", args)

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        self.hook("after_return", args)

    def hook(self, name, args):
        if args[0] == name:
            log(f"{name} {self.request.id}")
            raise raised(args[1])


@app.task(bind=True, base=Hooked, max_retries=1)
def hooked(self, hook, kind):
    if hook == "on_failure":
        raise ValueError("the handler's own")
    if hook == "on_retry" and not self.request.retries:
        raise self.retry(countdown=0)
    return "done"


@task_failure.connect
def on_any_failure(sender=None, args=(), **_):
    """A receiver that raises what one task asks for."""
    if sender.name == "shop.heard":
        raise raised(args[0])


@app.task
def heard(kind):
    raise ValueError("the handler's own")


class Noting(Task):
    """A task whose hooks note that they were called."""

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        log(f"hook on_failure {task_id} {type(exc).__name__}")

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        log(f"hook after_return {task_id} {status}")


@app.task(base=Noting, time_limit=0.5)
def too_long_with_hooks():
    time.sleep(30)


#: What a worker tells of its jobs.
TASK_SIGNALS = (
    "task_received", "task_prerun", "task_success", "task_retry", "task_failure", "task_postrun",
    "task_revoked", "task_unknown", "task_rejected", "task_internal_error",
)  # fmt: skip


def signalled(kind, sender=None, task_id=None, request=None, **fields):
    request = request or getattr(sender, "request", None)
    one = task_id or fields.get("id") or getattr(request, "id", None)
    how = [name for name in ("terminated", "expired") if fields.get(name)]
    log(" ".join(["signal", str(one), kind, *how]))


if os.environ.get("SHOP_SIGNALS"):
    for name in TASK_SIGNALS:
        getattr(signals, name).connect(partial(signalled, name), weak=False)
