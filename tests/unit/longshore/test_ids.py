from __future__ import annotations

import uuid

from longshore.ids import new_id


def test_an_id_is_a_random_uuid_in_its_usual_form() -> None:
    for _ in range(100):
        name = new_id()
        parsed = uuid.UUID(name)
        assert str(parsed) == name
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)


def test_no_two_are_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
