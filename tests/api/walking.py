"""The county whose rows nobody outside may see, and a right request for every route, by operation id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.access import Role
from models.domain.complaints import PhraseUse
from models.domain.drafts import Place
from models.domain.geo import Datum
from models.domain.ids import uuid7
from models.domain.outgoing.channels import ChannelKind
from models.domain.sites import SiteDraft
from models.domain.states import Action
from models.operations.casework import cases
from models.operations.casework.stepping import Step
from models.operations.channels import channels, contacts, trials
from models.operations.channels.channels import ChannelDraft, Reached
from models.operations.channels.contacts import Wanted
from models.operations.handling import advancing
from models.operations.law import phrases
from models.operations.people import accounts, deputies
from models.operations.people.accounts import GrantDraft
from models.operations.people.deputies import DeputyDraft
from models.operations.public.photos import StoredPhoto
from models.operations.registry import enterprises, sites
from models.tables import people as T
from models.tables.complaints import complaints
from models.tables.deadlines import deadlines
from models.tables.enterprises import enterprises as enterprise_table
from models.tables.notices import notices
from models.tables.public import evidence
from tests.api.ledgers import walking as months
from tests.factories import COUNTY, NOW, OTHER_COUNTY, QUICK, TOWN, World, case_draft
from tests.operations.law.story import Story
from tests.operations.publishing.stories import objected, objection_on, published
from tests.operations.reminders.stories import assigned_case, scan, spot_case

LATER: Final = "2026-12-24T09:00:00+08:00"
ELSEWHERE: Final = {
    "stranger_admin": Role.ADMIN,
    "stranger_security": Role.SECURITY_ADMIN,
    "stranger_auditor": Role.AUDIT_ADMIN,
    "stranger_office": Role.OFFICE,
    "stranger_deputy_head": Role.DEPUTY_HEAD,
    "stranger_warden": Role.WARDEN,
    "stranger_liaison": Role.LIAISON,
    "stranger_verifier": Role.VERIFIER,
}
"""More people of the neighbour county, beside those of ``factories``."""


@dataclass(slots=True)
class County:
    """One of each in 430511: the ids by the names of path parameters, and everything that must not be told."""

    ids: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)  # what the neighbour has himself
    markers: set[str] = field(default_factory=set)


def filled(world: World) -> County:
    """Make one of each; the neighbour county gets its people and a case of its own."""
    _neighbours(world)
    county = County()
    story = Story(world).register().accept().assign()
    proposed = Story(world).register().accept().assign().propose()
    told = assigned_case(world)
    seen = [story.case_id, proposed.case_id, told, spot_case(world)]
    county.ids |= _case(world, story)
    county.ids |= _photo(world, county.ids["complaint_id"])
    county.ids |= months.an_item(world)
    county.ids |= _told(world, told)
    county.ids |= _publication(world)
    county.ids |= months.a_month(world, UUID(county.ids["item_id"]))
    months.a_relapse(world)
    county.ids |= _registry(world)
    county.ids |= _people(world)
    county.ids |= _reached(world)
    county.own |= _own(world)
    county.markers |= {str(one) for one in seen} | {"砖厂烟囱旁铁烟道冒黑烟", "北环举"}
    county.markers |= set(county.ids.values()) - {COUNTY, "open", "1"} | {"界内", "北整"}
    return county


def _neighbours(world: World) -> None:
    with world.engine.connect() as db:
        unit = db.execute(select(T.units.c.id).where(T.units.c.number_prefix == "邻环")).scalar_one()
    liable, secret = months.a_unit(world, months.NEIGHBOUR, OTHER_COUNTY), QUICK.hash("-")
    with world.act(now=NOW - timedelta(days=300)) as act:
        for login, role in ELSEWHERE.items():
            own = liable if role is Role.LIAISON else unit
            made = accounts.create(act, login=login, name=login, unit_id=own, password_hash=secret)
            accounts.give(act, GrantDraft(made, role, OTHER_COUNTY, unit_id=own))


def _case(world: World, story: Story) -> dict[str, str]:
    with world.engine.connect() as db:
        complaint = select(complaints.c.id).where(complaints.c.case_id == story.case_id)
        clock = select(deadlines.c.id).where(deadlines.c.case_id == story.case_id).limit(1)
        return {
            "case_id": str(story.case_id),
            "complaint_id": str(db.execute(complaint).scalar_one()),
            "deadline_id": str(db.execute(clock).scalar_one()),
        }


def _photo(world: World, complaint_id: str) -> dict[str, str]:
    """A photo of the complaint; its files are not asked for."""
    photo = StoredPhoto(uuid7(NOW), b"o" * 32, b"m" * 32, 9, "image/jpeg", b"key", b"c" * 32, 9, 4, 3)
    with world.engine.begin() as db:
        values = asdict(photo) | {"complaint_id": UUID(complaint_id), "received_at": NOW}
        db.execute(insert(evidence), values)
    return {"evidence_id": str(photo.id)}


def _told(world: World, case_id: UUID) -> dict[str, str]:
    """A notice in the inspector's inbox; the channel has refused it."""
    late, handler = NOW + timedelta(days=64), world.account("inspector")
    scan(world, late)
    with world.engine.begin() as db:
        db.execute(update(notices).values(state="dead", sent_at=late))
        mine = select(notices.c.id).where(notices.c.case_id == case_id, notices.c.account_id == handler)
        return {"notice_id": str(db.execute(mine.limit(1)).scalar_one())}


def _publication(world: World) -> dict[str, str]:
    """A publication with an objection to it."""
    made = published(world)
    objected(world, made)
    return {"publication_id": str(made), "objection_id": str(objection_on(world, made).id)}


def _registry(world: World) -> dict[str, str]:
    with world.act("inspector") as act:
        owner = enterprises.add(act, name="界内企业（样例）", typed_code=None, content={})
        place = Place(TOWN, "青萍村1组", 111.411, 27.312, Datum.GCJ02)
        draft = SiteDraft(owner, "一号窑", place)
        site = sites.add(act, draft, content={})
    with world.act("clerk") as act:
        words = phrases.Draft(PhraseUse.TELL, "界内短语", "界内短语的全文", TOWN)
        phrase = phrases.add(act, words, {}, None)
    return {"enterprise_id": str(owner), "site_id": str(site), "phrase_id": str(phrase.id)}


def _people(world: World) -> dict[str, str]:
    person, stand_in = world.account("inspector2"), world.account("clerk")
    with world.act("supervisor") as act:
        until = NOW + timedelta(days=20)
        deputy = deputies.appoint(act, DeputyDraft(stand_in, Role.SUPERVISOR, COUNTY, until))
    with world.engine.connect() as db:
        unit = select(T.accounts.c.unit_id).where(T.accounts.c.id == person)
        officer = select(T.officers.c.id).where(T.officers.c.account_id == person)
        return {
            "account_id": str(person),
            "grant_id": str(deputy),
            "unit_id": str(db.execute(unit).scalar_one()),
            "officer_id": str(db.execute(officer).scalar_one()),
            "queue": "open",
            "code": COUNTY,
        }


def _reached(world: World) -> dict[str, str]:
    """A channel of the county, by which the inspector is reached; the administrator has tried it."""
    draft = ChannelDraft(ChannelKind.CONSOLE, "界内值班台", COUNTY, {})
    with world.act("admin") as act:
        made = channels.create_once(act, draft, Reached(None, ()), {}, None)
    for name in ("inspector", "admin"):
        with world.act(name) as act:
            contacts.set_mine(act, [Wanted(made, None)])
    with world.act("admin") as act:
        trials.put_down(act, made)
    return {"channel_id": str(made)}


def _own(world: World) -> dict[str, str]:
    draft = case_draft(title="邻区自己的案件", place=Place(OTHER_COUNTY, "邻街"), categories=("大气/烟粉尘",))
    with world.act("stranger_clerk") as act:
        cases.log(act, draft, {})
        advancing.advance(act, draft.id, Step(Action.ACCEPT, {}), None, version=1)
    with world.engine.begin() as db:
        site_owner = uuid7(NOW)
        values = {"id": site_owner, "name": "邻区企业", "uscc_verified": False, "created_at": NOW}
        db.execute(insert(enterprise_table).values(values))
        unit = db.execute(select(T.units.c.id).where(T.units.c.number_prefix == "邻环")).scalar_one()
    return {
        "case_id": str(draft.id),
        "unit_id": str(unit),
        "account_id": str(world.account("stranger_inspector")),
        "enterprise_id": str(site_owner),
    } | months.of_neighbours(world)


_CASE: Final = {
    "id": "01a205ea-be80-7e71-b7ca-927d3e44f74c",
    "title": "砖厂冒黑烟",
    "working_text": "下午矮烟道冒黄黑烟。",
    "place": {"division": TOWN, "text": "青萍村"},
    "received_at": "2026-11-23T08:00:00+08:00",
}
_OFFICER: Final = {
    "name": "样例",
    "certificate_no": "样例证新",
    "agency": "市司法局（样例）",
    "area": COUNTY,
    "valid_from": "2024-01-01",
    "valid_to": "2027-12-31",
}
_PHRASE: Final = {"use": PhraseUse.TELL.value, "title": "新短语", "text": "全文", "division": TOWN}
_PUBLICATION: Final = {
    "title": "砖厂烟尘问题办理情况",
    "text": "经核查部分属实，已整改到位。",
    "first_day": "2026-11-23",
    "last_day": "2026-12-02",
}
_REASSIGN: Final = {"reason": "轮岗移交"}
_PAPER: Final = {"kind": "process", "title": "样例", "file_name": "x.pdf", "sha256": "0" * 64, "size": 9}


def body_of(operation: str, ids: Mapping[str, str]) -> Any:
    """A body of the right shape; ``ids`` are those it names."""
    person, unit = ids["account_id"], ids["unit_id"]
    complaint = {"channel": "12345工单", "words": "原话", "confidentiality": "匿名"}
    until = {"valid_to": LATER}
    return {
        "log_case": _CASE,
        "correct_case": {"title": "改过的标题"},
        "take_step": {"action": "investigate"},
        "reassign": {"from_account": person, "handlers": [person], "lead": person, **_REASSIGN},
        "register_complaint": _CASE | complaint,
        "propose_working_text": {"words": "原话"},
        "log_contact": {"way": "电话", "outcome": "无人接听"},
        "answer_message": {"text": "已收到"},
        "view_identity": {"reason": "核对地址"},
        "view_photo_original": {"reason": "核对照片"},
        "look_up_phone": {"phone": "13900000417", "reason": "核对是否重复"},
        "erase_identity": {"ground": "on_request", "note": "本人书面申请"},
        "draft_publication": _PUBLICATION | {"case_id": ids["case_id"]},
        "change_publication": {"title": "改过的标题"},
        "drop_publication": {"reason": "暂不公开"},
        "order_retraction": {"reason": "事实有误"},
        "retract_publication": {"reason": "事实有误"},
        "view_objection": {"reason": "核对地址"},
        "answer_objection": {"upheld": False, "answer": "维持原结论"},
        "apply_moves": {"ids": [ids["deadline_id"]]},
        "add_phrase": _PHRASE,
        "change_phrase": {"title": "改过的"},
        "load_year": {"csv": "# 通知\nday,is_workday,name\n2027-01-01,0,元旦\n"},
        "add_rule": {},
        "add_site": {
            "enterprise_id": ids["enterprise_id"],
            "name": "二号窑",
            "place": {"division": TOWN, "text": "村口"},
        },
        "add_enterprise": {"name": "新企业"},
        "create_account": {"login": "walker", "name": "样例", "unit_id": unit},
        "change_account": {"name": "改名"},
        "give_grant": {"role": "clerk", "division": OTHER_COUNTY},
        "change_password": {"old_password": "x", "new_password": "足够长的新口令-9"},
        "appoint_deputy": {"account_id": person, "role": "supervisor", "division": OTHER_COUNTY, **until},
        "add_unit": {"name": "新单位", "division": COUNTY, "valid_from": "2026-01-01"},
        "change_unit": {"name": "改名单位"},
        "add_division": {"code": "430511777", "name": "新镇", "valid_from": "2026-01-01"},
        "succeed_division": {"successor": OTHER_COUNTY, "on": "2026-11-01"},
        "add_officer": _OFFICER | {"unit_id": unit},
        "change_officer": {"name": "改名"},
        "add_channel": {"kind": "console", "title": "值班台", "division": COUNTY, "config": {}},
        "change_channel": {"title": "改名渠道"},
        "set_my_contacts": {"items": []},
        "set_contacts": {"items": []},
        "put_material": _PAPER,
        "void_material": {"reason": "传错了"},
        "add_standard": {"toml": "[[standard]]"},
        "add_station": {"no": 2, "text": "桥头"},
        "change_station": {"heading": 90},
    }.get(operation, months.body_of(operation, ids))
