"""Cases 案件: logging one, finding one, moving one along its lifecycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select, update

from models.domain import lifecycle
from models.domain.complaint_steps import COMPLAINT
from models.domain.drafts import CaseDraft, Place
from models.domain.errors import Flaw, Forbidden, Invalid, NotFound, StaleVersion, VersionMissing
from models.domain.geo import to_wgs84
from models.domain.law import chain_of, county_of
from models.domain.lifecycle import Action, Facts, Kind, Lifecycle, State
from models.domain.timing.calendar import legal_day
from models.domain.timing.limits import Limits
from models.operations import deadlines, journal, reckoning, scope
from models.operations.act import Act
from models.operations.casework import case_facts, effects, numbers
from models.operations.casework.stepping import Step, Work
from models.operations.once import Key, once
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases, categories, points, steps
from models.tables.enterprises import sites

LIFECYCLES: Final[dict[Kind, Lifecycle]] = {Kind.COMPLAINT: COMPLAINT}

_INSERT_CASE = insert(cases)
_INSERT_CATEGORY = insert(categories)
_INSERT_POINT = insert(points)
_INSERT_STEP = insert(steps)
_CREATED = select(
    cases.c.id, cases.c.number, cases.c.state, cases.c.version, cases.c.due_at, cases.c.created_at
).where(cases.c.id == bindparam("id", type_=cases.c.id.type))


def log(act: Act, draft: CaseDraft, content: Any) -> dict[str, Any]:
    """
    Log a case found on the spot (no reporter); a retry with the same id gives the same case.

    Raises:
        Forbidden: the division is outside the actor's area.
        Invalid: unknown division or site. OtherContent: the id was used for something else.
    """
    case_id = once(
        act,
        Key(str(draft.id), keep="id"),
        "cases.log",
        content,
        lambda: create(act, draft, case_facts.newcomer(act, draft, has_reporter=False)),
    )
    return created(act, case_id)


def created(act: Act, case_id: UUID) -> dict[str, Any]:
    """What the creator is told: id, number, state, version, nearest due."""
    return dict(act.db.execute(_CREATED, {"id": case_id}).one()._mapping)


def create(act: Act, draft: CaseDraft, facts: Facts, *, limits: Limits | None = None) -> UUID:
    """Insert a case with its points, first step and first clocks; journal it."""
    place_is_ours(act, draft.place, draft.site_id)
    act.law.catalogue.check(draft.categories)
    move = lifecycle.decide(LIFECYCLES[Kind.COMPLAINT], Action.REGISTER, facts)
    number = numbers.next_case_number(act, Kind.COMPLAINT, draft.place.division)
    started = reckoning.first_clocks(act, move.starts, draft.place.division, draft.received_at, limits)
    act.db.execute(_INSERT_CASE, _case_row(act, draft, number) | deadlines.nearest_of(started))
    if draft.categories:
        act.db.execute(
            _INSERT_CATEGORY, [{"case_id": draft.id, "category": name} for name in draft.categories]
        )
    wanted = draft.points or (draft.title,)
    _insert_points(act, draft.id, wanted)
    deadlines.insert_started(act, draft.id, draft.place.division, 1, started)
    _record(act, draft.id, Step(Action.REGISTER, {}), move, seq=1, round_=1)
    act.note(
        "case.register",
        "case",
        draft.id,
        chain=chain_of(draft.place.division),
        fields=("title", "working_text", "categories", "place", "received_at", "points"),
        content={"title": draft.title, "working_text": draft.working_text, "points": list(wanted)},
    )
    return draft.id


def _insert_points(act: Act, case_id: UUID, wanted: Sequence[str]) -> None:
    act.db.execute(
        _INSERT_POINT,
        [
            {"id": act.new_id(), "case_id": case_id, "no": no, "text": words}
            for no, words in enumerate(wanted, start=1)
        ],
    )


def place_is_ours(act: Act, place: Place, site_id: UUID | None = None) -> None:
    """
    A division that exists today, within the actor's area; a site he can see.

    Raises:
        Invalid, Forbidden
    """
    division = act.law.divisions.get(place.division)
    if division is None or division.successor is not None:
        raise Invalid(
            flaws=[Flaw("/place/division", "unknown_division", "没有这个行政区划代码，或已撤并，请重新选择")]
        )
    if not scope.within(act.actor, place.division):
        raise Forbidden(f"“{division.name}”不在您的辖区内，不能登记到该辖区")
    if site_id is None:
        return
    seen = act.db.execute(select(sites.c.id).where(sites.c.id == site_id, scope.sees_site(act.actor)))
    if seen.one_or_none() is None:
        raise Invalid(flaws=[Flaw("/site_id", "unknown_site", "没有找到这个场所，请先建档或改为只写地点")])


def lock(act: Act, case_id: UUID) -> AnyRow:
    """
    The case, locked for change, if it is there and the actor's to see.

    Raises:
        NotFound: the same whether absent or outside; journalled either way.
    """
    reach = Scope.of(act.actor)
    row = act.db.execute(_locked(reach.shape), {"id": case_id, **reach.binds()}).one_or_none()
    if row is None:
        raise unseen(act, case_id)
    return row


def unseen(act: Act, case_id: UUID) -> NotFound:
    """The refusal for a case outside the actor's sight, with its journal row."""
    error = NotFound()
    journal.refused(error, "scope.refused", "case", case_id, division=act.actor.chain)
    return error


@lru_cache(maxsize=64)
def _locked(shape: Shape) -> Select[Any]:
    return (
        select(cases)
        .where(cases.c.id == bindparam("id", type_=cases.c.id.type), scope.visible(shape))
        .with_for_update(of=cases)
    )


def advance(
    act: Act, case_id: UUID, step: Step, content: Any, *, version: int | None, key: Key | None = None
) -> UUID:
    """
    Take a lifecycle step: write the step, its effects, its clocks and the journal row; gives the case id.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion, IllegalTransition, GuardsUnmet: in this
        order. A retry under the same key is answered without a second step.
    """
    once(act, key, f"cases.step/{case_id}", content, lambda: _step(act, case_id, step, version))
    return case_id


def _step(act: Act, case_id: UUID, step: Step, version: int | None) -> UUID:
    case = lock(act, case_id)
    rows = LIFECYCLES[case.kind]
    lifecycle.permit(rows, step.action, act.actor, case.division_code)
    work = Work(act, case, step, deadlines.running(act, case_id))
    effects.check(work)
    _current(act, case, version)
    move = lifecycle.decide(rows, step.action, case_facts.of(work))
    _follow(work, move)
    return case_id


def _follow(work: Work, move: lifecycle.Move) -> None:
    """Everything a permitted step writes."""
    act, case = work.act, work.case
    changed = effects.apply(work)
    deadlines.stop(act, work.clocks, move.stops, cancelled=move.target is State.VOID)
    deadlines.reopen(act, case, move.transition.reopens)
    for rule_id in move.starts:
        deadlines.start(act, case, rule_id, act.now, limits=work.limits)
    seq = case.version + 1
    _record(act, case.id, work.step, move, seq=seq, round_=case.round)
    act.db.execute(
        update(cases)
        .where(cases.c.id == case.id)
        .values(
            state=move.target, version=seq, changed_at=act.now, **deadlines.nearest(act, case.id), **changed
        )
    )
    act.note(
        f"case.{work.step.action.value}",
        "case",
        case.id,
        chain=chain_of(case.division_code),
        fields=("state", *changed),
        content=work.step.inputs,
    )


def _current(act: Act, case: AnyRow, version: int | None) -> None:
    if version is None:
        raise VersionMissing()
    if version != case.version:
        since = act.db.execute(
            select(steps.c.seq, steps.c.action, steps.c.at)
            .where(steps.c.case_id == case.id, steps.c.seq > version)
            .order_by(steps.c.seq)
        ).all()
        raise StaleVersion(
            current=case.version,
            changes=[
                {"version": row.seq, "action": row.action.value, "at": row.at.isoformat()} for row in since
            ],
        )


def _record(act: Act, case_id: UUID, step: Step, move: lifecycle.Move, *, seq: int, round_: int) -> None:
    act.db.execute(
        _INSERT_STEP,
        {
            "id": act.new_id(),
            "case_id": case_id,
            "seq": seq,
            "action": step.action,
            "source": move.source,
            "target": move.target,
            "round": round_,
            "at": act.now,
            "by": act.actor.account_id,
            "role": move.grant.role.value,
            "principal_id": move.grant.principal_id,
            "inputs": step.inputs,
        },
    )


def _case_row(act: Act, draft: CaseDraft, number: str) -> dict[str, Any]:
    place = draft.place
    lon, lat = place.lon, place.lat
    if lon is not None and lat is not None and place.datum is not None:
        lon, lat = to_wgs84(lon, lat, place.datum)
    return {
        "id": draft.id,
        "number": number,
        "kind": Kind.COMPLAINT,
        "state": State.REGISTERED,
        "channel": draft.channel,
        "track": draft.track,
        "title": draft.title,
        "working_text": draft.working_text,
        "categories": list(draft.categories),
        "county": county_of(place.division),
        "division_code": place.division,
        "place_text": place.text,
        "lon": lon,
        "lat": lat,
        "datum": place.datum.value if place.datum else None,
        "given_lon": place.lon,
        "given_lat": place.lat,
        "site_id": draft.site_id,
        "urgent": draft.urgent,
        "received_at": draft.received_at,
        "created_at": act.now,
        "created_by": act.actor.account_id,
        "changed_at": act.now,
    }


def received_not_later(received_at: datetime, now: datetime) -> None:
    """
    The legal start lies not in the future.

    Raises:
        Invalid
    """
    if legal_day(received_at) > legal_day(now):
        raise Invalid(flaws=[Flaw("/received_at", "in_future", "收件时间不能晚于今天")])
