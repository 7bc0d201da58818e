from __future__ import annotations

import json
from typing import Any

import pytest

from longshore.plain_json import json_encoder

VALUES: list[Any] = [
    {},
    [],
    "",
    'say "ü" \u2028 \ud800',
    {"b": [1, 2.5, -0.0, 10**30], "a": {"z": None, "y": True}},
    [float("inf"), float("nan")],
    {1: "number", None: "none"},
    (1, 2),
]


@pytest.mark.parametrize("value", VALUES)
def test_it_writes_what_the_standard_library_writes(value: Any) -> None:
    assert json_encoder()(value) == json.dumps(value)


def test_keys_are_sorted_and_spaces_left_out_when_that_is_asked_for() -> None:
    encode = json_encoder(sort_keys=True, separators=(",", ":"))
    assert encode({"b": [1, 2], "a": 0}) == '{"a":0,"b":[1,2]}'


def test_a_value_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="of type object"):
        json_encoder()({"a": object()})


def test_without_the_compiled_encoder_it_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    assert json_encoder(sort_keys=True)({"b": 1, "a": "ü"}) == '{"a": "\\u00fc", "b": 1}'
