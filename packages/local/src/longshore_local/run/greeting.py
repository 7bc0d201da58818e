"""What is said when the set is ready."""

from __future__ import annotations

from collections.abc import Mapping

from longshore_local.settings import LocalSettings

NO_PORTS: Mapping[str, str] = {}


def greeting(
    settings: LocalSettings, broker_url: str, metrics: Mapping[str, str] = NO_PORTS
) -> str:
    """Return where the set is and two commands to try; ``metrics`` are the services' ports."""
    url = settings.api_url
    bearer = "" if settings.local_auth == "off" else " -H 'Authorization: Bearer <key>'"
    return f"""\
ready: {url} (its documentation: {url}/docs)
broker {broker_url}, data in {settings.data_dir}
metrics: {_pages(url, metrics)}
{_access(settings)}
Try, in another terminal:
  curl -s {url}/api/v1/tasks/system.add/jobs -H 'Content-Type: application/json'{bearer} \\
    -d '{{"a": 2, "b": 3}}'
  make demo"""


def _pages(api_url: str, metrics: Mapping[str, str]) -> str:
    pages = {"api": api_url} | {name: f"http://127.0.0.1:{port}" for name, port in metrics.items()}
    return ", ".join(f"{name} {url}/metrics" for name, url in pages.items())


def _access(settings: LocalSettings) -> str:
    if settings.local_auth == "off":
        return (
            "authentication is off, for development; LONGSHORE_LOCAL_AUTH=required switches it on"
        )
    return (
        "authentication is on; a key: longshore-api keys create --client me"
        " --scope jobs:read --scope jobs:write --scope mail:write"
    )
