"""Tokens of an identity provider whose keys come over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import jwt
import pytest

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from support.bearer import bearer
from support.identity_provider import AUDIENCE, ISSUER, IdentityProvider, identity_provider

pytestmark = pytest.mark.anyio

JOBS = "/api/v1/jobs"


@pytest.fixture
def provider() -> Generator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
async def client(provider: IdentityProvider, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    settings = ApiSettings(
        database_url=f"sqlite:///{tmp_path / 'api.sqlite3'}",
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks_url=provider.url,
    )
    app = create_app(settings, store=FakeStore())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client
    await app.state.resources.aclose()


async def status(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get(JOBS, headers=bearer(token))).status_code


async def test_a_token_opens_what_its_scopes_say(
    client: httpx.AsyncClient, provider: IdentityProvider
) -> None:
    assert await status(client, provider.token()) == 200
    assert await status(client, provider.token(scope=["jobs:read", "else"])) == 200
    assert await status(client, provider.token(scope="openid")) == 403
    assert await status(client, provider.token(scope=None)) == 403
    assert provider.fetches == 1


async def test_a_token_of_another_time_place_or_signer_opens_nothing(
    client: httpx.AsyncClient, provider: IdentityProvider
) -> None:
    provider.add_key("second")
    good = provider.token()
    head, body, signature = good.split(".")
    unsigned = jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "sub": "eve"}, "", algorithm="none")
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        shared = jwt.encode({"iss": ISSUER, "aud": AUDIENCE}, "x", "HS256", {"kid": "first"})
    refused = [
        provider.token(exp=time.time() - 3600),
        provider.token(exp=None),
        provider.token(aud="another"),
        provider.token(iss="https://elsewhere.example"),
        provider.token(sub=None),
        provider.token(nbf=time.time() + 3600),
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        unsigned,
        shared,
    ]
    assert [await status(client, token) for token in refused] == [401] * len(refused)
    assert await status(client, good) == 200


async def test_a_provider_that_is_away_is_not_asked_by_every_request(
    client: httpx.AsyncClient, provider: IdentityProvider
) -> None:
    provider.down = True
    answers = [await client.get(JOBS, headers=bearer(provider.token(jti=str(n)))) for n in range(4)]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert answers[0].headers["Retry-After"] == "5"
    assert provider.fetches == 1


async def test_unknown_signing_keys_do_not_make_us_fetch_again_and_again(
    client: httpx.AsyncClient, provider: IdentityProvider
) -> None:
    assert await status(client, provider.token()) == 200
    for number in range(5):
        key_id = f"unknown-{number}"
        provider.add_key(key_id)
        assert await status(client, provider.token(key_id)) == 401
    assert provider.fetches == 1
