from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from longshore_api.access.authenticator import Authenticator, Patience
from longshore_api.access.caller import Caller
from longshore_api.access.scope import Scope
from longshore_api.errors import Unauthenticated

pytestmark = pytest.mark.anyio

SHOP = Caller("shop", "key:1", frozenset(Scope))


class Book:
    """Who holds what; counts how often it is asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked = 0
        self.away = False
        self.callers: dict[str, Caller] = {"good": SHOP}
        self.pause = asyncio.Event()
        self.pause.set()

    async def look_up(self, credential: str, _digest: str) -> Caller | None:
        self.asked += 1
        await self.pause.wait()
        if self.away:
            raise OperationalError("SELECT", None, Exception("gone"))
        return self.callers.get(credential)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def authenticator(book: Book) -> Authenticator:
    return Authenticator(book.look_up, Patience(fresh=10, stale=60), lambda: book.now)


async def test_a_known_key_is_not_asked_for_again(book: Book, authenticator: Authenticator) -> None:
    for _ in range(3):
        assert await authenticator.identify("good") is SHOP
    assert book.asked == 1


async def test_a_revoked_key_goes_on_for_as_long_as_it_is_remembered(
    book: Book, authenticator: Authenticator
) -> None:
    await authenticator.identify("good")
    book.callers.clear()
    book.now += 9.9
    assert await authenticator.identify("good") is SHOP
    book.now += 0.2
    with pytest.raises(Unauthenticated):
        await authenticator.identify("good")


async def test_a_key_that_expires_is_not_remembered_past_its_end(
    book: Book, authenticator: Authenticator
) -> None:
    book.callers["good"] = Caller("shop", "key:1", frozenset(Scope), until=book.now + 3)
    await authenticator.identify("good")
    book.callers.clear()
    book.now += 3.1
    with pytest.raises(Unauthenticated):
        await authenticator.identify("good")


async def test_a_bad_credential_is_remembered_as_such_for_a_while(
    book: Book, authenticator: Authenticator
) -> None:
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await authenticator.identify("bad")
    assert book.asked == 1
    book.now += 10.1
    book.callers["bad"] = SHOP
    assert await authenticator.identify("bad") is SHOP


async def test_known_keys_go_on_while_nobody_answers_and_new_ones_do_not(
    book: Book, authenticator: Authenticator
) -> None:
    await authenticator.identify("good")
    book.away = True
    book.now += 60
    assert await authenticator.identify("good") is SHOP
    with pytest.raises(OperationalError):
        await authenticator.identify("another")
    book.now += 10.1
    with pytest.raises(OperationalError):
        await authenticator.identify("good")


async def test_while_one_request_asks_anew_the_others_go_on(
    book: Book, authenticator: Authenticator
) -> None:
    await authenticator.identify("good")
    book.now += 11
    book.pause.clear()
    first = asyncio.ensure_future(authenticator.identify("good"))
    await asyncio.sleep(0)
    assert await authenticator.identify("good") is SHOP
    assert not first.done()
    book.pause.set()
    assert await first is SHOP
    assert book.asked == 2


async def test_a_flood_of_bad_credentials_forgets_no_good_one(
    book: Book, authenticator: Authenticator
) -> None:
    await authenticator.identify("good")
    for number in range(10_001):
        with pytest.raises(Unauthenticated):
            await authenticator.identify(f"bad {number}")
    asked = book.asked
    assert await authenticator.identify("good") is SHOP
    assert book.asked == asked
