"""Every endpoint says which right it needs; every act of an operator is written down.

These tests name the endpoint that was forgotten: see ``longshore_api.access.scope.needs`` and
``longshore_api.audit.audited``.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from longshore_api.access.scope import Scope, declared
from longshore_api.audit import Audited
from longshore_api.direct.route import DirectRoute
from longshore_api.routers import routers
from longshore_tasks.roll import ROLL

#: What clients do with their own jobs and files changes nothing that others decided.
OF_CLIENTS = {"upload_file"}
READING = {"GET", "HEAD"}


def endpoints() -> Iterator[APIRoute]:
    for router in routers(ROLL):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route


def dependencies(dependant: Dependant) -> Iterator[object]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


def changes_something(route: APIRoute) -> bool:
    if isinstance(route, DirectRoute) or not route.include_in_schema:
        return False
    return not set(route.methods or ()) <= READING and route.operation_id not in OF_CLIENTS


def audited(route: APIRoute) -> bool:
    return any(isinstance(call, Audited) for call in dependencies(route.dependant))


def test_every_endpoint_declares_the_scope_that_it_needs() -> None:
    assert [route.path for route in endpoints() if declared(route.endpoint) is None] == []


def test_every_act_of_an_operator_is_written_into_the_audit_trail() -> None:
    acts = [route for route in endpoints() if changes_something(route)]
    assert acts
    assert [route.path for route in acts if not audited(route)] == []


def test_what_only_operators_may_do_changes_something_and_is_audited() -> None:
    only_operators = [
        route
        for route in endpoints()
        # A job that is enqueued has a record of its own.
        if declared(route.endpoint) is Scope.OPS_WRITE and not isinstance(route, DirectRoute)
    ]
    assert only_operators
    assert [route.path for route in only_operators if not audited(route)] == []


def test_reading_never_needs_the_right_to_change() -> None:
    writes = {Scope.JOBS_WRITE, Scope.MAIL_WRITE, Scope.OPS_WRITE}
    reading = [route for route in endpoints() if set(route.methods or ()) <= READING]
    wrong = [
        route.path for route in reading if declared(route.endpoint) in writes and not audited(route)
    ]
    assert wrong == []
