"""Who is outside of what, by route: the tables of the walk, and how a request of it is sent and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.precheck import verb_of
from api.work import May
from models.domain.access import Role, Verb
from models.tables.base import metadata
from models.tables.journal import journal
from tests.api.ledgers.walking import ITEM_OF
from tests.api.test_routes import routes
from tests.api.walking import ELSEWHERE, LATER, County, body_of
from tests.factories import COUNTY, OTHER_COUNTY, ROLES, TOWN, World

As = Callable[[str], dict[str, str]]
ABSENT: Final = "01a205ea-be80-7e71-b7ca-927d3e44f74d"
GARBAGE: Final = {"Authorization": "Bearer " + "x" * 43}
PEOPLE: Final = (
    {name: role for name, (role, _) in ROLES.items()} | ELSEWHERE | {"enterprise": Role.ENTERPRISE}
)
ELSEWHERE_ALL: Final = frozenset(name for name in PEOPLE if name.startswith("stranger"))
OTHER_UNIT: Final = frozenset({"liaison", "verifier", "verifier2", "warden"})
"""Of the county, but their unit has no part in the case; the warden neither reported nor handles it."""

OUTSIDE: Final[Mapping[str, frozenset[str]]] = {
    "case_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "complaint_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "evidence_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "deadline_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "phrase_id": ELSEWHERE_ALL | {"town_inspector"},
    "publication_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "objection_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "site_id": ELSEWHERE_ALL | {"town_inspector", "enterprise"},
    "enterprise_id": ELSEWHERE_ALL | {"town_inspector", "enterprise"},
    "account_id": ELSEWHERE_ALL,
    "unit_id": ELSEWHERE_ALL,
    "officer_id": ELSEWHERE_ALL,
    "notice_id": frozenset(PEOPLE) - {"inspector"},
    "grant_id": frozenset(PEOPLE) - {"supervisor"},
    "material_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "station_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "channel_id": ELSEWHERE_ALL,
    "ledger_id": ELSEWHERE_ALL | OTHER_UNIT | {"town_inspector"},
    "period_id": ELSEWHERE_ALL,
    "correction_id": ELSEWHERE_ALL | {"town_inspector"},
}
"""Who is outside, by what the path names; where it names two, the first decides."""

SUBJECTS: Final = frozenset(OUTSIDE)
WATCHES: Final = {"resend_notice": ELSEWHERE_ALL}
"""Where the office of the county is not outside, though the notice is another's."""

OF_ITEMS: Final = frozenset(
    {
        "list_similar",
        "get_item",
        "task_done",
        "get_period_item",
        "fill_period_item",
        "review_period_item",
        "propose_correction",
        "get_dossier",
        "put_material",
        "put_material_file",
        "get_material_file",
        "void_material",
        "list_stations",
        "add_station",
        "change_station",
    }
)
"""Walked with the case of an item: with a complaint's they would be 404 for everybody."""

LISTS: Final[Mapping[str, tuple[dict[str, str], ...]]] = {
    "list_cases": (
        {},
        {"division": COUNTY},
        {"division": TOWN},
        {"category": "大气/烟粉尘"},
        {"assignee": "account_id"},
        {"queue": "open"},
        {"state": "assigned"},
    ),
    "queues": ({},),
    "list_deadlines": ({}, {"rule_id": "RPT_CLOSE"}, {"state": "met"}, {"overdue": "false"}),
    "list_moves": ({},),
    "list_notices": ({}, {"unread": "true"}),
    "list_dead_letters": ({},),
    "preview_notices": ({}, {"day": "2026-12-23"}),
    "list_channels": ({},),
    "list_ledgers": ({},),
    "list_periods": ({},),
    "list_relapse_suggestions": ({},),
    "list_phrases": ({}, {"use": "tell"}),
    "list_publications": ({}, {"case_id": "case_id"}, {"state": "approved"}, {"late": "false"}),
    "list_objections": ({}, {"publication_id": "publication_id"}, {"late": "false"}),
    "list_sites": ({}, {"division": COUNTY}, {"enterprise": "enterprise_id"}),
    "list_enterprises": ({}, {"name": "界内"}),
    "list_accounts": ({}, {"unit": "unit_id"}, {"role": "inspector"}),
    "list_units": ({},),
    "list_officers": ({}, {"unit": "unit_id"}),
    "list_deputies": ({},),
    "list_journal": ({"chain": OTHER_COUNTY},),
    "me": ({},),
}
"""What may hold rows: asked by everybody of the neighbour county, with these filters."""

OF_ONE: Final = frozenset({"list_items", "list_period_items", "list_corrections", "list_stations"})
"""Lists of what a path names: outside they are 404, inside they hold rows."""

FOR_ALL: Final = frozenset(
    {
        "get_calendar",
        "list_rules",
        "code_lists",
        "list_divisions",
        "list_standards",
        "daily_anchor",
        "list_channel_kinds",
    }
)
"""The same for everybody whose role reads it: law, divisions, the published head of the whole instance."""

INSTANCE: Final = frozenset(
    {"load_year", "add_rule", "add_standard", "propose_working_text", "add_enterprise", "look_up_phone"}
)
"""Touches nobody's rows: law of the whole instance, words that are not stored, an enterprise without a site;
a look-up by phone finds within one's scope (``tests/api/identity``)."""

OWN: Final = frozenset({"logout", "change_password", "looked", "list_my_contacts", "set_my_contacts"})
"""Nothing but one's own session, password, last look and contacts can be named."""

PLACED: Final = {
    "log_case": ("stranger_clerk", "stranger_inspector", "town_inspector"),
    "register_complaint": ("stranger_clerk",),
    "add_phrase": ("stranger_clerk", "town_inspector"),
    "add_site": ("stranger_clerk", "stranger_inspector", "town_inspector"),
    "make_ledger": ("stranger_office",),
    "open_period": ("stranger_office",),
    "add_unit": ("stranger_admin",),
    "add_channel": ("stranger_admin",),
    "add_division": ("stranger_admin",),
    "succeed_division": ("stranger_admin",),
}
"""Puts something into a division, which is no secret: outside is 403."""

_NEARBY: Final = {"place": {"division": OTHER_COUNTY, "text": "邻渠"}}

NAMED: Final[Mapping[str, tuple[tuple[str, dict[str, str], dict[str, Any]], ...]]] = {
    "log_case": (
        ("stranger_clerk", {"site_id": "site_id"}, {"place": {"division": OTHER_COUNTY, "text": "街"}}),
    ),
    "take_step": (
        ("stranger_supervisor", {"handlers": "account_id", "lead": "account_id"}, {"action": "assign"}),
    ),
    "reassign": (
        ("stranger_supervisor", {"from_account": "account_id"}, {}),
        ("stranger_supervisor", {"case_ids": "case_id"}, {}),
    ),
    "enter_item": (
        ("stranger_office", {"site_id": "site_id"}, _NEARBY),
        ("stranger_office", {"responsible": "unit_id"}, _NEARBY),
        ("stranger_office", {"lead": "unit_id"}, _NEARBY),
        ("stranger_office", {"joint": "unit_id"}, _NEARBY),
    ),
    "propose_correction": (("stranger_office", {"case_id": ITEM_OF}, {}),),
    "set_my_contacts": (("stranger_liaison", {"items": "channel_id"}, {}),),
    "set_contacts": (("stranger_admin", {"items": "channel_id"}, {}),),
    "draft_publication": (
        ("stranger_clerk", {"case_id": "case_id"}, {}),
        ("stranger_office", {"case_id": ITEM_OF}, {}),
    ),
    "apply_moves": (("stranger_office", {"ids": "deadline_id"}, {}),),
    "create_account": (("stranger_admin", {"unit_id": "unit_id"}, {}),),
    "change_account": (("stranger_admin", {"unit_id": "unit_id"}, {}),),
    "give_grant": (
        ("stranger_admin", {"unit_id": "unit_id"}, {}),
        ("stranger_admin", {"principal_id": "account_id"}, {"role": "inspector", "valid_to": LATER}),
    ),
    "appoint_deputy": (("stranger_supervisor", {"account_id": "account_id"}, {}),),
    "add_unit": (("stranger_admin", {"parent_id": "unit_id"}, {"division": OTHER_COUNTY}),),
    "change_unit": (("stranger_admin", {"parent_id": "unit_id"}, {}),),
    "add_officer": (
        ("stranger_admin", {"unit_id": "unit_id"}, {"area": OTHER_COUNTY}),
        ("stranger_admin", {"account_id": "account_id"}, {"area": OTHER_COUNTY, "unit_id": "own"}),
    ),
}
"""What a body names outside is refused like what does not exist: (who, field → kind of id, more of the body)."""


def known(route: APIRoute) -> str:
    """The operation id, or the path of a route that is not in the contract."""
    return route.operation_id or route.path


def guarded() -> Iterator[tuple[APIRoute, Verb]]:
    """Every route that asks for a permission."""
    for route in routes("staff"):
        may = verb_of(route.dependant)
        if isinstance(may, May):
            yield route, may.verb


def named_in(route: APIRoute) -> list[str]:
    """The path parameters that name something a person may or may not see."""
    return [part for part in route.param_convertors if part in SUBJECTS]


def subject_of(route: APIRoute) -> frozenset[str]:
    """Who is outside of what the path names."""
    return WATCHES.get(known(route), OUTSIDE[named_in(route)[0]])


def ask(
    client: TestClient, route: APIRoute, headers: dict[str, str], ids: Mapping[str, str], **more: Any
) -> Response:
    """The request of this route on these objects."""
    (method,) = route.methods or {"GET"}
    if known(route) in OF_ITEMS:
        ids = {**ids, "case_id": ids[ITEM_OF]}
    path = route.path_format.format(**{name: ids[name] for name in route.param_convertors})
    body = body_of(known(route), ids)
    if body is not None:
        more.setdefault("json", body)
    return client.request(method, path, headers=headers, **more)


def told(answer: Response) -> tuple[int, Any]:
    """Status and body, without the number of the request."""
    body = answer.json() if answer.content else {}
    return answer.status_code, {name: value for name, value in body.items() if name != "request_id"}


def nowhere(county: County) -> dict[str, str]:
    """The same names with ids that exist nowhere."""
    return county.ids | dict.fromkeys([*SUBJECTS, ITEM_OF], ABSENT)


def contents(world: World) -> dict[str, list[Any]]:
    """Every row of every table but the journal's, to compare."""
    kept = [table for table in metadata.sorted_tables if not table.name.startswith("journal")]
    with world.engine.connect() as db:
        return {table.name: sorted(map(repr, db.execute(select(table)))) for table in kept}


def journalled(world: World) -> int:
    with world.engine.connect() as db:
        return int(db.execute(select(func.count()).select_from(journal)).scalar_one())
