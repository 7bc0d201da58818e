from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from longshore.jobs import Attempt
from longshore_tasks.database import SentMail
from longshore_tasks.mailer import SmtpMailer
from longshore_tasks.resources import Resources
from longshore_tasks.settings import Settings

ATTEMPT = Attempt("job-1", "a.task", "normal", 1, 1, None, "worker-1")


def entry() -> SentMail:
    return SentMail(job_id="j", message_id="<j@x>", template="t", recipients=1, attachments=0)


@pytest.fixture
def resources(settings: Settings, engine: Engine) -> Resources:
    resources = Resources(settings)
    resources.__dict__["engine"] = engine
    return resources


def test_a_context_commits_when_the_handler_returns(resources: Resources, engine: Engine) -> None:
    with resources.context(ATTEMPT) as context:
        context.session.add(entry())
        assert isinstance(context.mailer, SmtpMailer)
        assert context.attempt is ATTEMPT
    with Session(engine) as session:
        assert session.get(SentMail, "j") is not None


def test_a_context_forgets_what_a_failed_handler_wrote(
    resources: Resources, engine: Engine
) -> None:
    def fail() -> None:
        with resources.context(ATTEMPT) as context:
            context.session.add(entry())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with Session(engine) as session:
        assert session.get(SentMail, "j") is None


def test_each_process_makes_its_own_engine_when_it_needs_one(settings: Settings) -> None:
    assert Resources(settings).engine is not Resources(settings).engine
