"""What is said when the set is ready."""

from __future__ import annotations

from longshore_local.settings import LocalSettings


def greeting(settings: LocalSettings, broker_url: str) -> str:
    """Return where the set is and two commands to try."""
    url = settings.api_url
    return f"""\
ready: {url} (its documentation: {url}/docs)
broker {broker_url}, data in {settings.data_dir}
Try, in another terminal:
  curl -s {url}/api/v1/tasks/system.add/jobs -H 'Content-Type: application/json' \\
    -d '{{"a": 2, "b": 3}}'
  make demo"""
