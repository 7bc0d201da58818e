from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.request import Request

import pytest

from longshore.errors import SettingsError
from longshore_scheduler.deletion_cost import keep_on_start, kubernetes
from longshore_scheduler.deletion_cost.kubernetes import Cluster
from longshore_scheduler.settings import SchedulerSettings


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def test_outside_of_a_pod_it_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="needs a pod with a service account's token"):
        Cluster("app=x", tmp_path)


def test_a_pod_without_a_token_is_told_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with pytest.raises(SettingsError, match="token"):
        Cluster("app=x", tmp_path)


@pytest.mark.parametrize(
    ("host", "url"),
    [("10.0.0.1", "https://10.0.0.1:6443/"), ("fd00::1", "https://[fd00::1]:6443/")],
)
def test_it_asks_where_the_pod_finds_kubernetes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    asked: list[str] = []

    def answer(request: Request, **_: object) -> BytesIO:
        asked.append(request.full_url)
        return BytesIO(b'{"items": []}')

    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "6443")
    monkeypatch.setattr(kubernetes.ssl, "create_default_context", lambda **_: None)
    monkeypatch.setattr(kubernetes, "urlopen", answer)
    for name in ("token", "namespace"):
        (tmp_path / name).write_text("shop")
    assert Cluster("app=x", tmp_path).pods() == []
    assert asked == [f"{url}api/v1/namespaces/shop/pods?labelSelector=app%3Dx"]


def test_asked_for_outside_of_a_pod_the_scheduler_ends_with_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        keep_on_start(SchedulerSettings(scheduler_deletion_cost=True))
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_not_asked_for_it_does_nothing() -> None:
    keep_on_start(SchedulerSettings())
