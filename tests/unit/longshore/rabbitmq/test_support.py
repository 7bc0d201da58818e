"""What is allowed beside RabbitMQ exists, and everything else is refused."""

from __future__ import annotations

import pytest

from longshore.errors import NotOnThisBroker
from longshore.rabbitmq.support import INSTEAD, ON_RECORDS, check_support
from support.pages import SCRIPTS

NAMES = {script.stem for script in SCRIPTS.glob("*.lua")}


def test_only_scripts_that_exist_are_named() -> None:
    assert ON_RECORDS | INSTEAD.keys() <= NAMES
    assert ON_RECORDS.isdisjoint(INSTEAD)


@pytest.mark.parametrize("name", ["claim", "release", "renew", "purge", "replay"])
def test_what_moves_a_job_between_the_engines_places_is_refused(name: str) -> None:
    with pytest.raises(NotOnThisBroker, match="RabbitMQ is the broker"):
        check_support(name)
