"""
Every route of the staff face as nobody, as a person outside and in a wrong role (``product.md`` §4.6).

Generated: routes come from the application, people from the grants. A route that the walk does not know fails
``test_every_route_is_in_the_walk``.
"""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.precheck import verb_of
from models.domain.access import GRANTS, Role, Verb
from tests.api.ledgers.walking import ITEM_OF
from tests.api.test_routes import OPEN, routes
from tests.api.walked import (
    ABSENT,
    ELSEWHERE_ALL,
    FOR_ALL,
    GARBAGE,
    INSTANCE,
    LISTS,
    NAMED,
    OF_ITEMS,
    OUTSIDE,
    OWN,
    PEOPLE,
    PLACED,
    SUBJECTS,
    As,
    ask,
    contents,
    guarded,
    journalled,
    known,
    named_in,
    nowhere,
    subject_of,
    told,
)
from tests.api.walking import County, body_of, filled
from tests.factories import World

LOGGED = frozenset(
    {
        "case_id",
        "complaint_id",
        "evidence_id",
        "deadline_id",
        "phrase_id",
        "publication_id",
        "objection_id",
        "ledger_id",
    }
)
"""A reach for one of these from outside is put down in the journal."""

WITHOUT_FILE = frozenset({"get_photo_preview", "get_material_file"})
"""The rows are there; the files of the fixture are not in the store."""


@pytest.fixture
def county(world: World) -> County:
    return filled(world)


def test_every_route_is_in_the_walk() -> None:
    """A new route is put where it belongs: what its path names, a list, a placing, a naming, one's own, for all."""
    walked = set(LISTS) | FOR_ALL | INSTANCE | OWN | set(PLACED) | set(NAMED)
    unknown = [
        f"{known(route)} {route.path}: says nowhere in tests/api/test_scope_walk.py who is outside"
        for route, _ in guarded()
        if not named_in(route) and known(route) not in walked
    ]
    bare = [
        f"{known(route)} {route.path}: has no body in tests/api/walking.py"
        for route, _ in guarded()
        if route.dependant.body_params
        and body_of(known(route), dict.fromkeys([*SUBJECTS, ITEM_OF, "queue"], ABSENT)) is None
    ]
    strange = [
        f"{known(route)} {route.path}: {part} is unknown to tests/api/test_scope_walk.py"
        for route, _ in guarded()
        for part in route.param_convertors
        if part not in SUBJECTS | {"queue", "code", "no"}
    ]
    assert unknown + bare + strange == []
    assert walked - {known(route) for route, _ in guarded()} == set(), "walks what is no route"


def test_nobody_is_told_anything(client: TestClient, as_: As, world: World, county: County) -> None:
    """Without a token, and with one that is none, every route but the open ones is 401, and nothing changes."""
    before, rows = contents(world), journalled(world)
    for route, _ in guarded():
        for headers in ({}, GARBAGE):
            answer = ask(client, route, headers, county.ids)
            assert answer.status_code == 401, (known(route), answer.text)
    for route in routes("staff"):
        assert verb_of(route.dependant) is not None or route.path in OPEN
    assert (contents(world), journalled(world)) == (before, rows)


def test_a_wrong_role_is_refused(client: TestClient, as_: As, world: World, county: County) -> None:
    """Whose roles do not carry the verb of a route gets 403 on what exists, whoever he is."""
    tokens = {name: as_(name) for name in PEOPLE}
    before = contents(world)
    asked = 0
    for route, verb in guarded():
        for name, role in PEOPLE.items():
            if (
                verb is not Verb.OWN
                and verb not in GRANTS[role]
                and not (name == "clerk" and acts_as_head(verb))
            ):
                answer = ask(client, route, tokens[name], county.ids)
                assert answer.status_code == 403, (known(route), name, answer.text)
                asked += 1
    assert contents(world) == before
    assert asked > 700


def acts_as_head(verb: Verb) -> bool:
    """The clerk is the supervisor's deputy in the county of the walk."""
    return verb in GRANTS[Role.SUPERVISOR]


def test_the_walk_is_on_what_there_is(client: TestClient, as_: As, world: World, county: County) -> None:
    """What is 404 from outside opens for somebody inside: no route is walked with what is not there for anybody."""
    tokens = {name: as_(name) for name in PEOPLE}
    for route, verb in guarded():
        if named_in(route) and "GET" in (route.methods or ()) and known(route) not in WITHOUT_FILE:
            insiders = set(PEOPLE).difference(*(OUTSIDE[part] for part in named_in(route)))
            holders = [name for name in insiders if verb is Verb.OWN or verb in GRANTS[PEOPLE[name]]]
            answers = {
                name: ask(client, route, tokens[name], county.ids).status_code for name in sorted(holders)
            }
            assert 200 in answers.values(), (known(route), answers)
            assert 404 not in answers.values(), (known(route), answers)


def test_outside_is_as_absent(client: TestClient, as_: As, world: World, county: County) -> None:
    """Whoever is outside gets for what exists the same status and body as for what does not, and as many rows."""
    tokens = {name: as_(name) for name in PEOPLE}
    before = contents(world)
    absent, asked = nowhere(county), 0
    for route, verb in guarded():
        for name in sorted(subject_of(route)) if named_in(route) else ():
            if verb is not Verb.OWN and verb not in GRANTS[PEOPLE[name]]:
                continue
            count = journalled(world)
            there = ask(client, route, tokens[name], county.ids)
            written = journalled(world) - count
            gone = ask(client, route, tokens[name], absent)
            assert told(there) == told(gone), (known(route), name)
            assert there.status_code == 404, (known(route), name, there.text)
            assert {written, journalled(world) - count - written} <= {0, 1}
            assert written == journalled(world) - count - written, (known(route), name)
            logged = named_in(route)[0] in LOGGED
            assert written == logged, (known(route), name)
            asked += 1
    assert contents(world) == before
    assert asked > 100


def test_a_part_outside_is_as_absent(client: TestClient, as_: As, world: World, county: County) -> None:
    """Where a path names two, whoever sees the first but not the second gets the same as if that were not there."""
    tokens = {name: as_(name) for name in PEOPLE}
    before, asked = contents(world), 0
    for route, verb in guarded():
        first, *second = named_in(route) or ("",)
        for part in second:
            kept = ITEM_OF if part == "case_id" else part
            for name in sorted(OUTSIDE[part] - OUTSIDE[first]):
                if verb is not Verb.OWN and verb not in GRANTS[PEOPLE[name]]:
                    continue
                there = ask(client, route, tokens[name], county.ids)
                gone = ask(client, route, tokens[name], county.ids | {kept: ABSENT})
                assert told(there) == told(gone), (known(route), name)
                assert there.status_code == 404, (known(route), name, there.text)
                asked += 1
    assert contents(world) == before
    assert asked > 8


def test_a_part_of_ones_own_is_as_absent(client: TestClient, as_: As, world: World, county: County) -> None:
    """Something of this county under something of one's own, or the other way round, is as little there as nothing."""
    mine = county.ids | county.own
    tokens = {name: as_(name) for name in ELSEWHERE_ALL}
    before, asked = contents(world), 0
    for route, verb in guarded():
        parts = [
            ITEM_OF if part == "case_id" and known(route) in OF_ITEMS else part for part in named_in(route)
        ]
        if len(parts) < 2 or not set(parts) <= county.own.keys():
            continue
        for part in parts:
            theirs = mine | {part: county.ids[part]}
            for name in sorted(ELSEWHERE_ALL):
                if verb in GRANTS[PEOPLE[name]] and not made(route, part):
                    there = ask(client, route, tokens[name], theirs)
                    gone = ask(client, route, tokens[name], mine | {part: ABSENT})
                    assert told(there) == told(gone), (known(route), name, part)
                    assert there.status_code == 404, (known(route), name, part, there.text)
                    asked += 1
    assert contents(world) == before
    assert asked > 20


def made(route: APIRoute, part: str) -> bool:
    """Whether this id is one that the caller gives to something new."""
    return known(route) == "put_material" and part == "material_id"
