"""The set with keys for its payloads: who has the broker's data can read none of them."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import redis

from longshore.envelope import NewJob, encode
from longshore.sealing.keyring import MARK
from longshore.sealing.serializer import CONTENT_TYPE
from longshore.store import Store
from longshore.store.jobs import post
from support.everything import everything
from support.running_set import RunningSet

PLAIN = "the card 4111-1111-1111-1111 of Ada"
FILE_ID = "4111" * 8


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def encoded(text: str) -> list[bytes]:
    """What base64 makes of a text within another, at each of the three places it can stand."""
    whole = [base64.b64encode(b"\0" * shift + text.encode()) for shift in range(3)]
    return [part[4:-4] for part in whole]


def files(running: RunningSet) -> bytes:
    """What the broker has on its disk: every command that changed something."""
    folder = running.directory / "data" / "valkey"
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def result(running: RunningSet, job_id: str) -> object:
    return running.ask("GET", f"/jobs/{job_id}/result").json()["result"]


def kept(running: RunningSet) -> str:
    with redis.Redis.from_url(running.broker_url().replace("longshore", "redis")) as client:
        return everything(client)


def forged(running: RunningSet, job_id: str, *, as_sealed: bool) -> None:
    """Enqueue a job as somebody does who has the broker's login and no key."""
    job = NewJob(task="system.echo", id=job_id, queue="normal", kwargs={"text": "forged"})
    message = encode(job)
    if as_sealed:
        message.raw = str(message.raw).replace('"application/json"', f'"{CONTENT_TYPE}"')
    with Store.from_url(running.broker_url()) as store:
        store.run(post(message))


def test_a_job_that_is_not_sealed_is_kept_and_does_not_run(tmp_path: Path) -> None:
    with RunningSet(tmp_path, payload_keys=f"k1:{new_key()}") as running:
        for job_id, as_sealed in (("plain", False), ("says-sealed", True)):
            forged(running, job_id, as_sealed=as_sealed)
            record = running.ends_as("dead", job_id)
            assert record["dead_reason"] == "undecodable"
        echoed = running.enqueue("system.echo", {"text": PLAIN})["id"]
        running.ends_as("succeeded", echoed)
        assert result(running, echoed) == PLAIN


def test_a_set_that_introduces_keys_runs_plain_jobs_when_it_is_told_to(tmp_path: Path) -> None:
    with RunningSet(
        tmp_path, payload_keys=f"k1:{new_key()}", payload_accept_plain="true"
    ) as running:
        forged(running, "plain", as_sealed=False)
        running.ends_as("succeeded", "plain")
        assert result(running, "plain") == "forged"


def test_arguments_results_and_errors_lie_sealed_in_the_broker(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    with RunningSet(tmp_path, payload_keys=f"k1:{old}") as running:
        echoed = running.enqueue("system.echo", {"text": PLAIN})["id"]
        running.ends_as("succeeded", echoed)
        assert result(running, echoed) == PLAIN
        waiting = running.enqueue("system.echo", {"text": PLAIN}, delay_seconds=3600)["id"]
        dead = running.enqueue("images.thumbnail", {"file_id": FILE_ID})["id"]
        assert FILE_ID in running.ends_as("dead", dead)["error"]["message"]
        mail = {"to": [f"{FILE_ID}@example.com"], "template": "thumbnails_ready"}
        context = {"name": PLAIN, "file": "x", "count": 1}
        mailed = running.enqueue("email.send", {**mail, "context": context})["id"]
        running.ends_as("retrying", mailed)
        everywhere, disk = kept(running), files(running)
        for job_id in (echoed, waiting, dead, mailed):
            assert job_id in everywhere
        assert everywhere.count(f"{MARK}k1:") >= 5
        for secret in (PLAIN, FILE_ID):
            assert secret not in everywhere
            assert secret.encode() not in disk
            assert not [part for part in encoded(secret) if part in disk]

    running.environment["LONGSHORE_PAYLOAD_KEYS"] = f"k2:{new},k1:{old}"
    with running:
        assert result(running, echoed) == PLAIN
        later = running.enqueue("system.echo", {"text": PLAIN})["id"]
        running.ends_as("succeeded", later)
        everywhere = kept(running)
        assert f"{MARK}k2:" in everywhere
        assert PLAIN not in everywhere
