from __future__ import annotations

import base64
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.serialization import dumps, loads
from kombu.serialization import prepare_accept_content as accepted

from longshore.errors import SettingsError
from longshore.sealing.keyring import MARK, VARIABLE, KeyRing, Unreadable, keyring
from longshore.sealing.payload import opened, sealed, shown

OLD, NEW = (base64.b64encode(bytes([letter]) * 32).decode() for letter in b"ab")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.delenv(VARIABLE, raising=False)
    keyring.cache_clear()
    yield
    keyring.cache_clear()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"k2:{NEW}, k1:{OLD}")
    keyring.cache_clear()


@given(st.text())
def test_what_is_sealed_can_be_opened_and_not_read(text: str) -> None:
    ring, plain = KeyRing.parse(f"k1:{OLD}"), f"the card {text}"
    found = ring.seal(plain)
    assert ring.open(found) == plain
    assert "the card" not in found
    assert found != ring.seal(plain)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = KeyRing.parse(f"k1:{OLD}").seal("plain")
    both = KeyRing.parse(f"k2:{NEW},k1:{OLD}")
    assert both.open(before) == "plain"
    assert both.seal("plain").startswith(f"{MARK}k2:")


def test_a_key_that_is_gone_is_named() -> None:
    found = KeyRing.parse(f"k1:{OLD}").seal("plain")
    with pytest.raises(Unreadable, match="'k1'"):
        KeyRing.parse(f"k2:{NEW}").open(found)


@pytest.mark.parametrize("position", [len(MARK), -1, -20])
def test_what_was_changed_is_not_opened(position: int) -> None:
    ring = KeyRing.parse(f"k1:{OLD},j1:{OLD}")
    found = list(ring.seal("plain" * 10))
    found[position] = "j" if found[position] != "j" else "k"
    with pytest.raises(Unreadable):
        ring.open("".join(found))


@pytest.mark.parametrize(
    "wrong",
    ["", "k1", f":{OLD}", f"k 1:{OLD}", "k1:short", "k1:*", f"k1:{OLD},k1:{NEW}", f"k1:{OLD},"],
)
def test_wrong_keys_are_refused_without_repeating_them(wrong: str) -> None:
    with pytest.raises(SettingsError, match=VARIABLE) as caught:
        KeyRing.parse(wrong)
    assert OLD not in str(caught.value)
    assert NEW not in str(caught.value)


def test_without_keys_everything_is_plain() -> None:
    assert sealed("plain") == opened("plain") == shown("plain") == "plain"


def test_without_keys_what_is_sealed_cannot_be_read_and_is_shown_as_it_is() -> None:
    found = KeyRing.parse(f"k1:{OLD}").seal("plain")
    with pytest.raises(Unreadable, match=VARIABLE):
        opened(found)
    assert shown(found) == found


def test_with_keys_both_can_be_read(keys: None) -> None:
    assert opened(sealed("plain")) == shown(sealed("plain")) == opened("plain") == "plain"


def test_celerys_serializer_seals_and_refuses_what_only_says_that_it_is_sealed(keys: None) -> None:
    kind, encoding, data = dumps({"card": "4111"}, "sealed")
    assert (kind, encoding) == ("application/x-longshore-sealed", "utf-8")
    assert "4111" not in data
    accept = accepted(["sealed"])
    assert loads(data, kind, encoding, accept=accept) == {"card": "4111"}
    with pytest.raises(Exception, match="is not: nobody with a key wrote it"):
        loads('{"plain": 1}', kind, encoding, accept=accept)


def test_celerys_serializer_needs_keys() -> None:
    with pytest.raises(Exception, match=VARIABLE):
        dumps({}, "sealed")
