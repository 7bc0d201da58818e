"""The worker service as it runs: Celery's command line, a real Valkey, a real mail server."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import redis
from aiosmtpd.controller import Controller
from celery import Celery
from PIL import Image
from sqlalchemy.orm import Session

from longshore.envelope import NewJob
from longshore.jobs import Job, to_new_job
from longshore.records import DeadReason, JobRecord, JobState
from longshore.store import Store, jobs
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from longshore_tasks.database import StoredFile, create_engine
from longshore_tasks.files import new_file_id, upload_key
from longshore_tasks.jobs.email import SendEmail, Template
from longshore_tasks.jobs.files import CleanUpFiles
from longshore_tasks.jobs.images import MakeThumbnails
from longshore_tasks.jobs.reports import GenerateReport
from longshore_tasks.jobs.system import Add, Echo
from longshore_tasks.settings import Settings
from longshore_tasks.storage.directory import DirectoryStorage
from support.everything import everything
from support.processes import Process, start
from support.until import until

pytestmark = pytest.mark.xdist_group("worker-service")

WAIT_SECONDS = 60.0


@dataclass
class WorkerService:
    """A running worker, its broker and what it logged."""

    process: Process
    store: Store
    url: str
    settings: Settings
    log: Path

    def run(self, job: Job, **options: Any) -> JobRecord:
        """Enqueue a job and wait until it is finished."""
        return self.finish(self.store.run(jobs.enqueue(to_new_job(job, **options))).job_id)

    def finish(self, job_id: str) -> JobRecord:
        return self.until(job_id, lambda record: record.state.finished)

    def until(self, job_id: str, holds: Callable[[JobRecord], bool]) -> JobRecord:
        until(lambda: holds(self.store.run(jobs.get(job_id))), WAIT_SECONDS)
        return self.store.run(jobs.get(job_id))

    def value(self, record: JobRecord) -> Any:
        assert record.state is JobState.SUCCEEDED, record
        return self.store.run(jobs.result(record.id)).value

    def lines(self, job_id: str) -> list[dict[str, Any]]:
        """What was logged of a job, in order."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]
        return [line for line in lines if line.get("job_id") == job_id]


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, mail_port: int) -> Iterator[WorkerService]:
    place = tmp_path_factory.mktemp("worker")
    with ValkeyServer() as server:
        settings = Settings(
            broker_url=server.url,
            database_url=f"sqlite:///{place}/database.sqlite3",
            storage_directory=place / "files",
            smtp_port=mail_port,
        )
        log = place / "log"
        process = start_worker(settings, log)
        try:
            with Store.from_url(server.url) as store:
                yield WorkerService(process, store, server.url, settings, log)
            process.terminate()
            assert process.wait(WAIT_SECONDS) == 0, log.read_text()
        finally:
            process.kill()


def start_worker(settings: Settings, log: Path) -> Process:
    environment = os.environ | {
        "LONGSHORE_BROKER_URL": settings.broker_url,
        "LONGSHORE_DATABASE_URL": settings.database_url,
        "LONGSHORE_STORAGE_DIRECTORY": str(settings.storage_directory),
        "LONGSHORE_SMTP_PORT": str(settings.smtp_port),
    }
    flags = ("--concurrency=2", "--without-mingle", "--without-gossip")
    command = (sys.executable, "-m", "celery", "-A", "longshore_worker.main", "worker", *flags)
    return start(command, environment, stdout=log.with_name("stdout"), stderr=log)


@pytest.fixture
def picture(service: WorkerService) -> Iterator[StoredFile]:
    """An uploaded picture, stored as the api does."""
    service.run(Add(a=1, b=1))  # the database exists once the worker has run a job
    content = BytesIO()
    Image.linear_gradient("L").resize((400, 300)).convert("RGB").save(content, "JPEG")
    file_id = new_file_id()
    row = StoredFile(
        id=file_id,
        name="gradient.jpg",
        media_type="image/jpeg",
        size_bytes=len(content.getvalue()),
        sha256=hashlib.sha256(content.getvalue()).hexdigest(),
        storage_key=upload_key(file_id),
    )
    storage = DirectoryStorage(service.settings.storage_directory)
    storage.put(row.storage_key, BytesIO(content.getvalue()))
    engine = create_engine(service.settings.database_url)
    with Session(engine, expire_on_commit=False) as session:
        session.add(row)
        session.commit()
    yield row
    engine.dispose()


def test_the_health_job_answers(service: WorkerService) -> None:
    assert service.value(service.run(Add(a=40, b=2))) == 42


def test_echo_logs_its_text_with_request_job_task_and_attempt(service: WorkerService) -> None:
    record = service.run(Echo(text="hello"), request_id="request-7")
    lines = service.lines(record.id)
    assert [line["event"] for line in lines] == ["job claimed", "echo", "job succeeded"]
    assert lines[1]["text"] == "hello"
    for line in lines:
        assert line["request_id"] == "request-7"
        assert (line["task"], line["attempt"], line["queue"]) == ("system.echo", 1, "normal")
        assert line["service"] == "worker"
        assert line["worker"].startswith("celery@")


def test_a_picture_becomes_thumbnails(service: WorkerService, picture: StoredFile) -> None:
    result = service.value(service.run(MakeThumbnails(file_id=picture.id)))
    sizes = [(one["width"], one["height"]) for one in result["thumbnails"]]
    assert sizes == [(128, 96), (320, 240), (400, 300)]
    for one in result["thumbnails"]:
        assert (service.settings.storage_directory / one["key"]).stat().st_size > 0


def test_a_mail_waits_for_its_server_and_goes_out_with_its_attachment(
    service: WorkerService, picture: StoredFile, sink, mail_port: int
) -> None:
    job = SendEmail(
        to=("ada@example.com",),
        template=Template.THUMBNAILS_READY,
        context={"name": "Ada", "file": picture.name, "count": 3},
        attachments=(picture.id,),
    )
    job_id = service.store.run(jobs.enqueue(to_new_job(job))).job_id
    record = service.until(job_id, lambda record: record.state is JobState.RETRYING)
    assert record.attempts == 1
    assert record.due_at is not None
    [line] = [line for line in service.lines(job_id) if line["event"] == "job retried"]
    assert (line["attempt"], line["error_type"]) == (1, "MailUnavailable")
    assert 60 <= line["delay_seconds"] <= 66
    assert 55 <= record.due_at - record.enqueued_at <= 70

    mail_server = Controller(sink, hostname="127.0.0.1", port=mail_port)
    mail_server.start()
    try:
        result = service.value(service.run(job))
    finally:
        mail_server.stop()
    assert result["attachments"] == 1
    assert b'filename="gradient.jpg"' in sink.mails[0].content


def test_a_report_is_written_and_cleaned_up(service: WorkerService, picture: StoredFile) -> None:
    report = service.value(service.run(GenerateReport(days=3)))
    page = service.settings.storage_directory / f"reports/{report['name']}.html"
    assert "<svg" in page.read_text()
    job = CleanUpFiles(prefix="reports/", older_than_seconds=0)
    assert service.value(service.run(job))["count"] == 2
    assert not page.exists()


def test_a_job_without_its_file_is_dead_at_once_and_says_why(service: WorkerService) -> None:
    record = service.run(MakeThumbnails(file_id="0" * 32))
    assert record.state is JobState.DEAD
    assert record.dead_reason is DeadReason.PERMANENT_ERROR
    assert record.error is not None
    assert record.error.type == "FileMissing"
    assert [line["event"] for line in service.lines(record.id)] == ["job claimed", "job dead"]


def test_fields_that_do_not_fit_are_dead_at_once(service: WorkerService) -> None:
    new = NewJob(task="system.echo", id="misspelt", kwargs={"txt": "x"}, queue="normal")
    service.store.run(jobs.enqueue(new))
    record = service.finish("misspelt")
    assert record.dead_reason is DeadReason.UNKNOWN_ARGUMENTS
    assert record.error is not None
    assert "text: Field required" in record.error.message


def test_celerys_habits_work_from_another_process(service: WorkerService) -> None:
    client = Celery("client", broker=service.url, backend=service.url)
    client.set_current()
    result = Add.delay(a=1, b=2)
    assert result.get(timeout=WAIT_SECONDS) == 3
    first = Echo.apply_async(kwargs={"text": "once"}, idempotency_key="k")
    second = Echo.apply_async(kwargs={"text": "once"}, idempotency_key="k")
    assert first.id == second.id
    assert first.get(timeout=WAIT_SECONDS) == "once"
    assert service.finish(first.id).deliveries == 1
    client.close()


PLANTED = {
    "hunter2": "password=hunter2",
    "s3cr3t": "redis://ada:s3cr3t@host/0",
    "abcDEF0123456789": "Authorization: Bearer abcDEF0123456789",
    "cafe0123": "key lsk_0123456789ab_cafe0123",
    "eyJzdWIiOiJhZGEifQ": "token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
}


def test_secrets_in_an_error_reach_no_log_no_record_and_nothing_in_the_broker(
    service: WorkerService, picture: StoredFile, sink, mail_port: int
) -> None:
    sink.reply = f"554 refused: {'; '.join(PLANTED.values())}"
    mail_server = Controller(sink, hostname="127.0.0.1", port=mail_port)
    mail_server.start()
    try:
        job = SendEmail(
            to=("ben@example.com",),
            template=Template.THUMBNAILS_READY,
            context={"name": "Ben", "file": "x", "count": 1},
        )
        record = service.run(job)
    finally:
        mail_server.stop()
    assert record.state is JobState.DEAD
    assert record.error is not None
    assert "554" in record.error.message
    assert "password=***" in record.error.message
    with redis.Redis.from_url(service.url.replace("longshore", "redis")) as client:
        kept = everything(client)
    told = service.log.read_text()
    assert record.id in kept
    assert record.id in told
    assert "celery-task-meta-" + record.id in kept
    for secret in PLANTED:
        assert secret not in kept, secret
        assert secret not in told, secret
