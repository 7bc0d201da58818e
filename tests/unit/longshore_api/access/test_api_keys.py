from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, text

from longshore_api.access import keys
from longshore_api.access.scope import Scope
from longshore_api.errors import UnknownKey
from support.bearer import bearer

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
JOBS = "/api/v1/jobs"
SUM = {"a": 1, "b": 2}


async def test_without_a_key_nothing_is_served(client: httpx.AsyncClient) -> None:
    for answer in (await client.post(ADD, json=SUM), await client.get("/api/v1/nowhere")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:longshore:problem:unauthenticated"


@pytest.mark.parametrize(
    "credential",
    ["", "lsk_", "lsk_000000000000_" + "A" * 43, "nonsense", "a.b.c", "lsk_\xe4" + "x" * 60],
)
async def test_what_is_no_key_opens_nothing(client: httpx.AsyncClient, credential: str) -> None:
    headers = {"Authorization": f"Bearer {credential}".encode("latin-1")}
    assert (await client.get(JOBS, headers=headers)).status_code == 401


async def test_another_way_of_authenticating_is_not_taken(client: httpx.AsyncClient) -> None:
    answer = await client.get(JOBS, auth=("user", "password"))
    assert answer.status_code == 401


async def test_a_key_opens_what_its_scopes_say(client: httpx.AsyncClient, make_key) -> None:
    reader, writer = bearer(make_key(Scope.JOBS_READ)), bearer(make_key(Scope.JOBS_WRITE))
    assert (await client.post(ADD, json=SUM, headers=writer)).status_code == 202
    assert (await client.get(JOBS, headers=reader)).status_code == 200
    refused = [
        await client.post(ADD, json=SUM, headers=reader),
        await client.post(f"{ADD}/batch", json={"jobs": [{"fields": SUM}]}, headers=reader),
        await client.post(f"{JOBS}/x/cancel", headers=reader),
        await client.get(JOBS, headers=writer),
        await client.get("/api/v1/health/jobs", headers=reader),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert refused[0].json()["scope"] == "jobs:write"
    assert 'error="insufficient_scope"' in refused[0].headers["WWW-Authenticate"]


async def test_only_the_digest_of_a_key_is_kept(engine: Engine, make_key) -> None:
    made = make_key()
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM api_keys")).all()
    assert made.digest in row
    assert made.key.rpartition("_")[2] not in str(row)


async def test_a_revoked_key_opens_nothing(
    client: httpx.AsyncClient, engine: Engine, make_key
) -> None:
    made = make_key()
    assert (await client.get(JOBS, headers=bearer(made))).status_code == 200
    keys.revoke(engine, made.id)
    assert (await client.get(JOBS, headers=bearer(made))).status_code == 401


async def test_an_expired_key_opens_nothing(client: httpx.AsyncClient, make_key) -> None:
    made = make_key(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (await client.get(JOBS, headers=bearer(made))).status_code == 401


async def test_a_client_may_have_several_keys(
    client: httpx.AsyncClient, engine: Engine, make_key
) -> None:
    first, second = make_key(client="shop"), make_key(client="shop")
    keys.revoke(engine, first.id)
    assert (await client.get(JOBS, headers=bearer(second))).status_code == 200
    assert [row.id for row in keys.all_keys(engine, "shop")] == [first.id, second.id]
    assert keys.all_keys(engine, "another") == []


async def test_after_a_rotation_both_keys_open_until_the_overlap_is_over(
    client: httpx.AsyncClient, engine: Engine, make_key
) -> None:
    old = make_key(Scope.JOBS_READ, rate_per_second=50.0)
    new = keys.rotate(engine, old.id, timedelta(hours=1))
    for key in (old, new):
        assert (await client.get(JOBS, headers=bearer(key))).status_code == 200
    ended = keys.rotate(engine, new.id, timedelta(0))
    assert (await client.get(JOBS, headers=bearer(new))).status_code == 401
    rows = {row.id: row for row in keys.all_keys(engine)}
    assert rows[old.id].expires_at is not None
    assert (rows[ended.id].scopes, rows[ended.id].rate_per_second) == ("jobs:read", 50.0)


async def test_no_key_can_be_ended_twice_or_made_of_one_that_has_ended(
    engine: Engine, make_key
) -> None:
    made = make_key()
    keys.revoke(engine, made.id)
    for again in (
        lambda: keys.revoke(engine, made.id),
        lambda: keys.rotate(engine, made.id, timedelta(hours=1)),
        lambda: keys.revoke(engine, "nowhere"),
    ):
        with pytest.raises(UnknownKey):
            again()


async def test_the_last_use_of_a_key_is_noted(
    client: httpx.AsyncClient, engine: Engine, make_key
) -> None:
    made = make_key()
    assert keys.all_keys(engine)[0].last_used_at is None
    before = datetime.now(UTC)
    await client.get(JOBS, headers=bearer(made))
    used = keys.all_keys(engine)[0].last_used_at
    assert used is not None
    assert before <= used <= datetime.now(UTC)


async def test_the_probes_measurements_and_documents_are_public(client: httpx.AsyncClient) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("more", [{"public_paths": frozenset({"/livez"})}])
async def test_what_is_not_configured_as_public_needs_a_key(
    client: httpx.AsyncClient, make_key
) -> None:
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/metrics")).status_code == 401
    assert (await client.get("/openapi.json")).status_code == 401
    reader, operator = bearer(make_key(Scope.JOBS_READ)), bearer(make_key(Scope.OPS_READ))
    assert (await client.get("/metrics", headers=reader)).status_code == 403
    assert (await client.get("/metrics", headers=operator)).status_code == 200


async def test_the_document_says_that_a_key_is_needed(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    enqueue = document["paths"][ADD]["post"]
    assert enqueue["security"] == [{"bearer": []}]
    assert {"401", "403", "429", "503"} <= set(enqueue["responses"])
    assert "security" not in document["paths"]["/livez"]["get"]
