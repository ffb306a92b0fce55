"""The rest of the walk: lists and their cursors, placing, naming what is outside, steps of a wrong role."""

from __future__ import annotations

from typing import Any, Final

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.precheck import verb_of
from api.work import May
from models.domain.access import GRANTS, SUBTREE_ROLES, Verb
from models.domain.complaint_steps import COMPLAINT
from models.domain.states import Action
from tests.api.test_routes import routes
from tests.api.walked import (
    ABSENT,
    ELSEWHERE_ALL,
    LISTS,
    NAMED,
    OF_ONE,
    PEOPLE,
    PLACED,
    As,
    ask,
    contents,
    journalled,
    known,
    told,
)
from tests.api.walking import County, body_of, filled
from tests.factories import World

ROUTES: Final = {known(route): route for route in routes("staff")}
NOTE: Final = {"note": "照此办理"}
DONE: Final = {"text": "已经办结", "proof": "样例凭证"}
STEPS: Final[dict[Action, dict[str, Any]]] = {
    Action.ACCEPT: {},
    Action.REFUSE: {"reason": "线索不详", **NOTE},
    Action.CONFIRM_REFUSAL: {},
    Action.REQUEST_SUPPLEMENT: {"way": "电话", "text": "请补充"},
    Action.SUPPLEMENT: {"text": "补充如下"},
    Action.TELL: {"way": "电话"},
    Action.ASSIGN: {"handlers": [ABSENT], "lead": ABSENT},
    Action.UNASSIGN: {"reason": "派错了"},
    Action.REASSIGN: {"handlers": [ABSENT], "lead": ABSENT, "reason": "轮岗"},
    Action.INVESTIGATE: {},
    Action.NOT_FIXED: NOTE,
    Action.UPHOLD: NOTE,
    Action.PROPOSE: {"findings": [], "conclusion": "已整改"},
    Action.RETURN: {"reasons": ["证据不足"], **NOTE},
    Action.APPROVE: NOTE,
    Action.REPLY: {"way": "电话", **DONE},
    Action.REPLY_PLATFORM: DONE,
    Action.CALL_BACK: {"way": "电话", "satisfaction": "满意"},
    Action.ARCHIVE: {},
    Action.EXTEND: {"length": 5, "reason": "情况复杂"},
    Action.SUSPEND: {"reason": "any", **NOTE},
    Action.RESUME: {},
    Action.VOID: {"reason": "登记错误"},
}


@pytest.fixture
def county(world: World, as_: As) -> County:
    made = filled(world)
    for name in PEOPLE:
        as_(name)  # sessions are rows too: all are there before anything is compared
    return made


def may(name: str, route: APIRoute) -> bool:
    asked = verb_of(route.dependant)
    assert isinstance(asked, May)
    return asked.verb is Verb.OWN or asked.verb in GRANTS[PEOPLE[name]]


def test_lists_hold_nothing_from_outside(client: TestClient, as_: As, world: World, county: County) -> None:
    """No list, count or filter answers a person of another county with anything of this one."""
    asked = 0
    for operation, filters in LISTS.items():
        for name in sorted(ELSEWHERE_ALL):
            for one in filters:
                query = {key: county.ids.get(value, value) for key, value in one.items()}
                answer = client.get(ROUTES[operation].path, params=query, headers=as_(name))
                if answer.status_code == 200:
                    found = {marker for marker in county.markers if marker in answer.text}
                    assert not found, (operation, name, query, found)
                    asked += 1
                else:
                    assert answer.status_code == (404 if may(name, ROUTES[operation]) else 403), answer.text
    assert asked > 80
    mine = client.get("/v1/cases/queues", headers=as_("stranger_supervisor")).json()["items"]
    assert {one["queue"]: one["count"]["count"] for one in mine}["open"] == 2, "his own alone"


def test_the_lists_are_not_empty_for_their_own(client: TestClient, as_: As, county: County) -> None:
    """What the walk does not find outside is there inside: each list holds a marker for somebody."""
    for operation in (set(LISTS) | OF_ONE) - {
        "list_moves",
        "list_journal",
        "me",
        "queues",
        "preview_notices",
    }:
        people = ("supervisor", "inspector", "office", "admin")
        texts = [ask(client, ROUTES[operation], as_(name), county.ids).text for name in people]
        assert any(marker in text for text in texts for marker in county.markers), operation


def test_a_cursor_opens_nothing(client: TestClient, as_: As, county: County) -> None:
    """The cursor of a person inside shows a person outside only what he sees anyway."""
    pairs = {
        "/v1/cases": "stranger_supervisor",
        "/v1/deadlines": "stranger_supervisor",
        "/v1/accounts": "stranger_admin",
        "/v1/officers": "stranger_supervisor",
    }
    for path, name in pairs.items():
        following = client.get(path, params={"limit": 1}, headers=as_("supervisor")).json()["next"]
        assert following, path
        answer = client.get(path, params={"cursor": following}, headers=as_(name))
        assert answer.status_code == 200, answer.text
        assert not [marker for marker in county.markers if marker in answer.text], path


def test_nothing_is_put_outside(client: TestClient, as_: As, world: World, county: County) -> None:
    """Nobody registers anything in a division of another county or town: 403, and no row."""
    before = contents(world)
    for operation, names in PLACED.items():
        for name in names:
            answer = ask(client, ROUTES[operation], as_(name), county.ids)
            assert answer.status_code == 403, (operation, name, answer.text)
    assert contents(world) == before


def test_what_is_named_outside_is_as_absent(
    client: TestClient, as_: As, world: World, county: County
) -> None:
    """An id in a body that leads outside is answered word for word like one that leads nowhere; nothing changes."""
    own = county.ids | dict.fromkeys(("complaint_id", "deadline_id"), ABSENT) | county.own
    before, differing = contents(world), []
    for operation, cases in NAMED.items():
        for name, fields, more in cases:
            answers, rows = [], []
            for ids in (county.ids, dict.fromkeys(county.ids, ABSENT)):
                body = {**body_of(operation, own), **more}
                body = {field: own["unit_id"] if value == "own" else value for field, value in body.items()}
                body |= {field: listed(field, ids[kind]) for field, kind in fields.items()}
                count = journalled(world)
                answer = ask(client, ROUTES[operation], as_(name), own, json=body)
                answers.append(
                    (told(answer)[0], str(told(answer)[1]).replace(ids[next(iter(fields.values()))], "-"))
                )
                rows.append(journalled(world) - count)
            if answers[0] != answers[1] or rows[0] != rows[1]:
                differing.append((operation, fields, *answers, rows))
    assert not differing, "\n".join(map(str, differing))
    assert contents(world) == before


def listed(field: str, value: str) -> Any:
    """The id as the field takes it."""
    if field in {"handlers", "ids", "case_ids", "responsible", "joint"}:
        return [value]
    return [{"channel_id": value}] if field == "items" else value


def test_a_step_of_a_wrong_role_is_forbidden(
    client: TestClient, as_: As, world: World, county: County
) -> None:
    """Whoever sees a case but holds no role of a step gets 403, before its conditions are looked at."""
    before, url = contents(world), f"/v1/cases/{county.ids['case_id']}/steps"
    assert set(STEPS) == {row.action for row in COMPLAINT} - {Action.REGISTER}
    for action, inputs in STEPS.items():
        roles = frozenset().union(*(row.roles for row in COMPLAINT if row.action is action))
        for name in ("inspector", "supervisor", "deputy_head", "office"):
            if PEOPLE[name] in roles:
                continue
            assert PEOPLE[name] in SUBTREE_ROLES
            answer = client.post(url, json={"action": action.value, **inputs}, headers=as_(name))
            assert answer.status_code == 403, (action, name, answer.text)
            assert told(answer)[1]["action"] == action.value
    assert contents(world) == before
