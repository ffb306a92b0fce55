"""Every route and every refusal keeps the rules of the house."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from inspect import iscoroutinefunction
from typing import Final

import pytest
from fastapi.routing import APIRoute, APIRouter
from starlette.routing import BaseRoute

from api import contract
from api.app import Face, build_api
from api.edge import PUBLIC_PATH
from api.precheck import verb_of
from api.problems import STATUS
from api.work import May
from models.domain import errors
from models.domain.access import ADMIN_ROLES, GRANTS, Role, Verb
from tests.measure import sources

OPEN: Final = {
    "/v1/auth/login": "hands out the token",
    "/v1/auth/refresh": "brings its own token in the body",
    "/v1/health/live": "a supervisor asks, and it has no account",
    "/v1/health/ready": "a supervisor asks, and it has no account",
    "/metrics": "a scraper asks; no personal value is in it",
    "/docs": "the contract is no secret",
    "/docs/assets/{name}": "the contract is no secret",
    "/openapi.json": "the contract is no secret",
}
"""Routes that need no session, each with its reason."""


def routes(face: Face = "all") -> Iterator[APIRoute]:
    """Every route of a face; FastAPI keeps included routers nested."""
    return walk(build_api(face).routes)


def walk(some: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    for route in some:
        inner = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            yield from walk(inner.routes)
        else:
            assert isinstance(route, APIRoute), route
            yield route


def test_routes_are_described() -> None:
    """Every route of the contract is ``async`` and has a Chinese summary and docstring and an operation id."""
    for route in routes():
        assert iscoroutinefunction(route.endpoint), route.path
        if route.include_in_schema:
            assert route.operation_id, route.path
            assert chinese(route.summary), route.path
            assert chinese(route.description), route.path
            assert route.responses or route.path == "/v1/health/live", route.path


def test_routes_ask_for_a_permission() -> None:
    """Every route asks for a verb, or stands on the list of open ones; all of the public face are open."""
    unguarded = {route.path for route in routes() if verb_of(route.dependant) is None}
    assert {path for path in unguarded if not path.startswith(PUBLIC_PATH)} == set(OPEN)
    assert [one.path for one in routes("public") if verb_of(one.dependant) is not None] == []


def test_operation_ids_are_unique() -> None:
    """No two routes share an operation id, a function, or a method and path."""
    shown = [route for route in routes() if route.include_in_schema]
    for key in (
        Counter(route.operation_id for route in shown),
        Counter(route.endpoint for route in shown),
        Counter((method, route.path) for route in shown for method in route.methods or ()),
    ):
        assert max(key.values()) == 1, key.most_common(1)


def test_every_verb_is_asked_for() -> None:
    """A verb that no route and no operation asks for is no permission but a wish; one nobody holds is a trap."""
    asked = {may.verb for route in routes() if isinstance(may := verb_of(route.dependant), May)}
    inside = "".join(one.text for one in sources() if one.name.startswith("models/operations/"))
    assert {verb for verb in set(Verb) - asked if f"may(Verb.{verb.name})" not in inside} == set()
    assert set(Verb) - {verb for held in GRANTS.values() for verb in held} == set()


# — permissions and refusals —


def test_administrators_see_no_case() -> None:
    """The three administrators hold no verb of cases, complaints or identities; only one reads the journal."""
    content = {verb for verb in Verb if verb.split(".")[0] in {"case", "complaint", "identity", "deadline"}}
    assert {role: GRANTS[role] & content for role in ADMIN_ROLES if GRANTS[role] & content} == {}
    assert {role for role in Role if Verb.JOURNAL_READ in GRANTS[role]} == {Role.AUDIT_ADMIN}
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("kind", list(contract.kinds(errors.HuanxunError)), ids=lambda kind: kind.__name__)
def test_refusals_are_complete(kind: type[errors.HuanxunError]) -> None:
    """Every refusal has a code of its own, a Chinese title, a status, and a line in the tree."""
    assert {"code", "title"} <= set(vars(kind)), "inherits another's code or title"
    assert chinese(kind.title)
    assert any(base in STATUS for base in kind.__mro__)
    assert f"─ {kind.__name__} " in (errors.__doc__ or "")
    assert [one for one in contract.kinds(errors.HuanxunError) if one.code == kind.code] == [kind]


def chinese(text: str | None) -> bool:
    return bool(text) and re.search(r"[\u4e00-\u9fff]", text or "") is not None
