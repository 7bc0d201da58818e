"""A running set does its work, and says in one line what cannot be."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from PIL import Image

from longshore.testing.ports import free_port
from support.running_set import RunningSet

pytestmark = pytest.mark.xdist_group("local-set")


def test_the_demonstration_succeeds_and_its_files_are_real(
    running: RunningSet, tmp_path: Path
) -> None:
    shown = running.run("demo", "--json", "--out", str(tmp_path))

    assert shown.returncode == 0, shown.stderr
    jobs = json.loads(shown.stdout)
    assert {job["state"] for job in jobs} == {"succeeded"}
    assert [job["task"] for job in jobs] == [
        *["images.thumbnail"] * 4,
        "reports.generate",
        "email.send",
    ]
    assert all(len(job["files"]) == 3 for job in jobs[:4])
    for path in jobs[0]["files"]:
        with Image.open(path) as picture:
            assert max(picture.size) in {128, 320, 800}
    mail = message_from_bytes((tmp_path / "mail.eml").read_bytes(), policy=policy.default)
    assert len(list(mail.iter_attachments())) == 2


def test_the_demonstration_shows_a_table(running: RunningSet, tmp_path: Path) -> None:
    shown = running.run("demo", "--out", str(tmp_path))

    assert shown.returncode == 0, shown.stderr
    assert "What was done" in shown.stdout
    assert f"All files lie in {tmp_path}" in shown.stdout


def test_a_load_is_finished_to_the_last_job(running: RunningSet) -> None:
    shown = running.run("load", "--jobs", "100", "--connections", "8", "--json")

    assert shown.returncode == 0, shown.stdout + shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["posts"] == 100
    assert figures["states"] == {"succeeded": 100}
    assert figures["errors"] == {}


def test_a_load_ends_with_a_table(running: RunningSet) -> None:
    shown = running.run("load", "--jobs", "5", "--connections", "2")

    assert shown.returncode == 0
    assert "5 posts over 2 connections" in shown.stdout
    assert "jobs succeeded" in shown.stdout


def test_a_second_run_on_the_same_data_is_one_line(running: RunningSet) -> None:
    second = running.run("run", LONGSHORE_PORT=str(free_port()))

    assert second.returncode == 2
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert f"in use by another run (process {running.process.pid})" in second.stderr


def test_a_busy_port_is_one_line_that_names_the_setting(
    running: RunningSet, tmp_path: Path
) -> None:
    second = running.run("run", LONGSHORE_DATA_DIR=str(tmp_path))

    assert second.returncode == 2
    assert second.stderr == (
        f"longshore: port {running.port} of 127.0.0.1 cannot be used (Address already in use); "
        "set LONGSHORE_PORT to another\n"
    )


def test_a_busy_port_for_mail_is_one_line_too(running: RunningSet, tmp_path: Path) -> None:
    shown = running.run("demo", "--out", str(tmp_path), LONGSHORE_SMTP_PORT=str(running.port))

    assert shown.returncode == 2
    assert "LONGSHORE_SMTP_PORT" in shown.stderr.splitlines()[-1]


def test_the_answers_lines_carry_the_request_from_the_api_to_the_worker(
    running: RunningSet,
) -> None:
    answer = running.ask(
        "POST",
        "/tasks/system.echo/jobs",
        json={"text": "ahoy"},
        headers={"X-Request-ID": "walkthrough-1"},
    )
    running.ends_as("succeeded", answer.json()["id"])

    lines = running.lines().splitlines()
    services = {line.split()[0] for line in lines if "walkthrough-1" in line}
    assert services == {"api", "worker"}
