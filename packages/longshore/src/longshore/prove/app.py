"""What ``celery -A longshore.prove.app worker`` loads."""

from __future__ import annotations

from longshore.prove.work import AppSettings, make_app, tell_when_ready

settings = AppSettings.from_environment()
app = make_app(settings)
tell_when_ready(settings.ledger)
