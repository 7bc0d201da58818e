from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, Secret, SecretBytes, SecretStr

from longshore.jobs.secret_fields import secret_fields


class Login(BaseModel):
    user: str
    password: SecretStr
    elsewhere: Login | None = None


class Plain(BaseModel):
    text: str
    parts: list[dict[str, int]] = []
    own: Plain | None = None


class WithOne(BaseModel):
    plain: Plain
    token: Annotated[SecretBytes | None, Field(description="x")] = None


class WithMany(BaseModel):
    number: Secret[int]
    logins: dict[str, list[Login]]


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (Plain, []),
        (Login, ["password"]),
        (WithOne, ["token"]),
        (WithMany, ["number", "logins.password"]),
    ],
)
def test_secrets_are_found_wherever_they_are(model: type[BaseModel], found: list[str]) -> None:
    assert secret_fields(model) == found
