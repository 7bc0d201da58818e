from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from longshore_api.access import keys
from longshore_api.access.secret import digest_of
from longshore_api.cli.main import cli
from longshore_tasks.database import create_engine


@pytest.fixture
def database(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'api.sqlite3'}"
    (tmp_path / "api.sqlite3").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("LONGSHORE_DATABASE_URL", url)
    return url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *arguments])


def made(*arguments: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(run(*arguments, "--json").stdout)
    return found


def listed(*arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--json", *arguments).stdout)
    return found


CREATE = ("create", "--client", "shop", "--scope", "jobs:read", "--scope", "jobs:write")


def test_a_new_key_is_shown_once_and_known_by_its_digest(database: str) -> None:
    key = run(*CREATE).stdout.strip()
    engine = create_engine(database)
    caller = keys.find(engine, digest_of(key))
    engine.dispose()
    assert caller is not None
    assert (caller.name, caller.scopes) == ("shop", {"jobs:read", "jobs:write"})
    assert key not in run("list").stdout + run("list", "--json").stdout


def test_keys_are_listed_rotated_and_revoked(database: str) -> None:
    first = made(*CREATE, "--expires-in-days", "90", "--rate", "20")
    second = made("rotate", first["id"], "--overlap-hours", "0")
    assert run("revoke", second["id"]).exit_code == 0
    states = {row["id"]: (row["state"], row["rate_per_second"]) for row in listed()}
    assert states == {first["id"]: ("expired", 20.0), second["id"]: ("revoked", 20.0)}
    assert listed("--client", "another") == []
    assert "revoked" in run("list").stdout


def test_a_key_that_is_not_there_is_one_line_and_code_2(database: str) -> None:
    result = run("revoke", "nowhere")
    assert result.exit_code == 2
    assert result.stderr == "longshore: there is no valid key with the id 'nowhere'\n"


def test_an_unknown_scope_is_refused(database: str) -> None:
    result = run("create", "--client", "shop", "--scope", "everything")
    assert result.exit_code == 2
    assert "ops:write" in result.stderr


def test_what_an_administrator_does_is_in_the_audit_trail(database: str) -> None:
    first = made(*CREATE)
    second = made("rotate", first["id"])
    run("revoke", second["id"])
    run("revoke", "nowhere")
    told = json.loads(CliRunner().invoke(cli, ["audit", "--json"]).stdout)["entries"]
    acts = [(one["action"], one["target"], one["outcome"]) for one in told]
    assert acts == [
        ("revoke-key", "nowhere", "UnknownKey"),
        ("revoke-key", second["id"], "done"),
        ("rotate-key", first["id"], "done"),
        ("create-key", "shop", "done"),
    ]
    assert {one["credential"] for one in told} == {"command line"}
    assert first["key"] not in str(told)
    shown = CliRunner().invoke(cli, ["audit", "--action", "create-key", "--hours", "1"])
    assert "create-key" in shown.stdout
    assert "revoke-key" not in shown.stdout
