"""Dead letters that arrive are told once for each task and window, to a webhook and by mail."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.orm import Session

from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.jobs import Attempt
from longshore.message import arguments
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, jobs
from longshore.store.claims import Settlement, Source, claim, settle_all
from longshore.testing.server import ValkeyServer
from longshore_tasks.context import TaskContext
from longshore_tasks.handlers.alerts import post_alert, watch_dead_letters
from longshore_tasks.handlers.webhook import WebhookRefused, WebhookUnavailable
from longshore_tasks.jobs.alerts import PostAlert, WatchDeadLetters
from longshore_tasks.mailer import SmtpMailer
from longshore_tasks.settings import Settings
from longshore_tasks.storage.directory import DirectoryStorage

WINDOW_SECONDS = 300
SECRET = "hunter2"
DEAD = Settlement(JobState.DEAD, "", ErrorInfo("OSError", "no"), DeadReason.PERMANENT_ERROR)


class Receiver(BaseHTTPRequestHandler):
    """Remembers what it is sent, and answers as it is told."""

    server: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def webhook() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.got, server.status = [], 204
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def context_of(valkey: ValkeyServer, tmp_path: Path):
    def make(**settings: Any) -> TaskContext:
        chosen = Settings(
            broker_url=valkey.url,
            database_url=f"sqlite:///{tmp_path / 'a.sqlite3'}",
            storage_directory=tmp_path,
            alert_window_seconds=WINDOW_SECONDS,
            **settings,
        )
        return TaskContext(
            settings=chosen,
            session=Session(),
            storage=DirectoryStorage(tmp_path),
            mailer=SmtpMailer(chosen),
            logger=structlog.stdlib.get_logger(),
            attempt=Attempt("job-1", "alerts.post", "high", 1, 1, None, "w"),
        )

    return make


@pytest.fixture
def storm(store: Store, valkey: ValkeyServer):
    """Let jobs of a task die, a window ago."""

    def run(task: str, count: int) -> None:
        new = [NewJob(task=task, id=new_id(), kwargs={}, queue="q") for _ in range(count)]
        store.run(jobs.enqueue_all(new))
        taken = store.run(claim([Source("q", "q")], owner="w", worker="w", limit=count))
        store.run(settle_all([(one.claim, DEAD) for one in taken if one.claim]))
        with valkey.client() as client:
            for job in new:
                client.zincrby("longshore:dead", -WINDOW_SECONDS, job.id)

    return run


def alerts_of(store: Store, queue: str) -> list[dict[str, Any]]:
    taken = store.run(claim([Source(queue, queue)], owner="w", worker="w", limit=100))
    return [dict(arguments(one.raw).kwargs) for one in taken]


def test_a_storm_is_one_message_for_each_task(store, storm, context_of):
    context = context_of(alert_webhook_url="http://127.0.0.1/", alert_mail_to="a@x.org, b@x.org")
    storm("shop.add", 40)
    storm("mail.send", 1)
    assert watch_dead_letters(WatchDeadLetters(), context) == 4
    assert watch_dead_letters(WatchDeadLetters(), context) == 0
    posts = {one["dead_task"]: one for one in alerts_of(store, "high")}
    assert {task: one["count"] for task, one in posts.items()} == {"shop.add": 40, "mail.send": 1}
    assert posts["shop.add"]["reasons"] == {"permanent_error": 40}
    assert posts["shop.add"]["errors"] == {"OSError": 40}
    assert len(posts["shop.add"]["examples"]) == 10
    mails = alerts_of(store, "normal")
    assert all(mail["to"] == ["a@x.org", "b@x.org"] for mail in mails)
    assert {mail["context"]["subject"] for mail in mails} == {
        "40 dead letter(s) of shop.add",
        "1 dead letter(s) of mail.send",
    }


def test_letters_of_the_window_that_runs_are_told_when_it_has_ended(store, valkey, context_of):
    store.run(jobs.enqueue(NewJob(task="t", id="now", kwargs={}, queue="q")))
    taken = store.run(claim([Source("q", "q")], owner="w", worker="w", limit=1))
    store.run(settle_all([(one.claim, DEAD) for one in taken if one.claim]))
    with valkey.client() as client:
        client.zincrby("longshore:dead", WINDOW_SECONDS, "now")
    context = context_of(alert_webhook_url="http://127.0.0.1/")
    assert watch_dead_letters(WatchDeadLetters(), context) == 0


def test_an_alert_that_died_is_no_alert_and_without_settings_there_are_none(storm, context_of):
    storm("alerts.post", 3)
    context = context_of(alert_webhook_url="http://127.0.0.1/")
    assert watch_dead_letters(WatchDeadLetters(), context) == 0
    storm("shop.add", 1)
    assert watch_dead_letters(WatchDeadLetters(), context_of()) == 0


def alert() -> PostAlert:
    return PostAlert.model_validate(
        {
            "dead_task": "shop.add",
            "window_start": "2026-11-21T09:00:00Z",
            "window_end": "2026-11-21T09:05:00Z",
            "count": 2,
            "reasons": {"permanent_error": 2},
            "errors": {"OSError": 2},
            "examples": ["a", "b"],
        }
    )


def address(webhook: Any) -> str:
    return f"http://127.0.0.1:{webhook.server_port}/hook"


def test_what_is_posted_is_signed(webhook, context_of):
    context = context_of(alert_webhook_url=address(webhook), alert_webhook_secret=SECRET)
    assert post_alert(alert(), context) == 204
    ((headers, body),) = webhook.got
    assert json.loads(body)["count"] == 2
    moment, mac = (word.split("=")[1] for word in headers["Longshore-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    assert mac == expected.hexdigest()
    assert headers["Longshore-Id"] == "job-1"


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, WebhookUnavailable), (429, WebhookUnavailable), (404, WebhookRefused),
     (302, WebhookRefused)],
)  # fmt: skip
def test_an_answer_decides_whether_it_is_tried_again(webhook, context_of, status, error):
    webhook.status = status
    with pytest.raises(error) as caught:
        post_alert(alert(), context_of(alert_webhook_url=address(webhook)))
    assert "hook" not in str(caught.value).replace("webhook", "")
    assert len(webhook.got) == 1


def test_a_server_that_is_away_is_tried_again(context_of):
    with pytest.raises(WebhookUnavailable):
        post_alert(alert(), context_of(alert_webhook_url="http://127.0.0.1:1/hook"))
