"""The commands of the set."""

from __future__ import annotations

from pathlib import Path

from longshore_local.run import programs
from longshore_local.run.greeting import greeting
from longshore_local.settings import LocalSettings

BROKER = "longshore://127.0.0.1:6000/0"


def test_services_stop_in_the_order_in_which_nothing_new_arrives(tmp_path: Path) -> None:
    found = programs.services(LocalSettings(data_dir=tmp_path), BROKER, coloured=False)

    assert [program.name for program in found] == ["scheduler", "api", "worker"]


def test_every_service_gets_the_same_broker_database_and_files(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path)

    for program in programs.services(settings, BROKER, coloured=True):
        assert program.environment["LONGSHORE_BROKER_URL"] == BROKER
        assert program.environment["LONGSHORE_DATABASE_URL"] == settings.database
        assert program.environment["LONGSHORE_STORAGE_DIRECTORY"] == str(settings.files)
        assert program.environment["FORCE_COLOR"] == "1"


def test_the_worker_has_the_time_to_stop_that_is_set(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path, stop_seconds=99, worker_concurrency=5)

    *_, worker = programs.services(settings, BROKER, coloured=False)

    assert worker.stop_seconds == 99
    assert worker.command[-2:] == ("--concurrency", "5")


def test_json_logs_stay_json(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path, log_format="json")

    for program in programs.services(settings, BROKER, coloured=False):
        assert program.environment["LONGSHORE_LOG_FORMAT"] == "json"


def test_worker_and_scheduler_serve_their_metrics_on_ports_of_their_own(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path)
    ports = {
        program.name: port
        for program in programs.services(settings, BROKER, coloured=False)
        if (port := program.environment.get(programs.METRICS_PORT))
    }
    assert ports.keys() == {"scheduler", "worker"}
    assert ports["scheduler"] != ports["worker"]
    said = greeting(settings, BROKER, ports)
    for port in (*ports.values(), settings.port):
        assert f"http://127.0.0.1:{port}/metrics" in said
