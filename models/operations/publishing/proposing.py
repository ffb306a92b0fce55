"""What a publication may say: made from the case, masked by rules; a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select, union

from models.domain.errors import IllegalTransition
from models.domain.publications import Period, publishable_in
from models.domain.states import STATE_TITLES, Action, Kind
from models.domain.timing.calendar import SHANGHAI, legal_day
from models.domain.words.masking import PUBLIC_NOTES, Hit, propose_public
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.publishing import item_words, lasting
from models.tables.base import AnyRow
from models.tables.cases import assignments, points, steps
from models.tables.complaints import complaints
from models.tables.people import accounts

TITLE_LENGTH: Final = 120
_case_id = bindparam("case_id", type_=points.c.case_id.type)
_POINTS = select(points).where(points.c.case_id == _case_id).order_by(points.c.no)
_NAMES = (
    select(accounts.c.name)
    .where(
        accounts.c.id.in_(
            union(
                select(assignments.c.account_id).where(assignments.c.case_id == _case_id),
                select(steps.c.by).where(steps.c.case_id == _case_id, steps.c.by.is_not(None)),
            )
        )
    )
    .order_by(accounts.c.name)
)
_NUMBERS = select(complaints.c.public_number, complaints.c.external_number).where(
    complaints.c.case_id == _case_id
)
_TAKEN = (
    select(steps.c.action, func.max(steps.c.at).label("at"))
    .where(steps.c.case_id == _case_id, steps.c.action.in_((Action.ACCEPT, Action.APPROVE)))
    .group_by(steps.c.action)
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One field as proposed, as it stands in the case, and every hit by its place in the original."""

    text: str
    original: str
    hits: Sequence[dict[str, Any]]


def preview(act: Act, case_id: UUID, first_day: date | None = None) -> dict[str, Any]:
    """
    Title and text proposed for a case, of an item with its shortest period from ``first_day`` (the next working day).

    Stores nothing.

    Raises:
        NotFound; IllegalTransition: the case is not concluded.
    """
    case = sight.find(act, case_id)
    publishable(case)
    names, numbers = known(act, case_id)
    period = _period(act, case, first_day)
    words = _text(act, case) if period is None else item_words.text(act, case, period)
    return {
        "title": _proposed("title", _title(case), names, numbers),
        "text": _proposed("text", words, names, numbers),
        "period": period,
    }


def publishable(case: AnyRow) -> None:
    """
    That a case has an outcome to tell.

    Raises:
        IllegalTransition
    """
    item = case.kind is Kind.RECTIFICATION
    if case.state in publishable_in(case.kind) and (item or case.verdict is not None):
        return
    wanted = "验收通过、销号批准前才能公示" if item else "经审批办结并有调查结论后才能公开"
    told = f"案件目前是“{STATE_TITLES[case.state]}”，{wanted}"
    raise IllegalTransition(told, state=case.state.value)


def known(act: Act, case_id: UUID) -> tuple[list[str], list[str]]:
    """What must never be published: the names of who handled the case, the numbers of its complaints."""
    binds = {"case_id": case_id}
    names = [*act.db.execute(_NAMES, binds).scalars(), *item_words.people(act, case_id)]
    numbers = [one for row in act.db.execute(_NUMBERS, binds) for one in row if one is not None]
    return names, numbers


def warnings(act: Act, case_id: UUID, **fields: str | None) -> list[dict[str, Any]]:
    """Where words that everybody will read may still name somebody; a warning, never a bar."""
    names, numbers = known(act, case_id)
    found = (
        (field, propose_public(text, names=names, numbers=numbers).hits)
        for field, text in fields.items()
        if text
    )
    return [_told(field, hit) for field, hits in found for hit in hits]


def _period(act: Act, case: AnyRow, first_day: date | None) -> Period | None:
    if case.kind is not Kind.RECTIFICATION:
        return None
    tomorrow = legal_day(act.now) + timedelta(days=1)
    return lasting.shortest(act, case.division_code, first_day or act.law.calendar.next_workday(tomorrow))


def _title(case: AnyRow) -> str:
    title = f"{case.title}整改销号公示" if case.kind is Kind.RECTIFICATION else case.title
    return str(title)[:TITLE_LENGTH]


def _proposed(field: str, original: str, names: Sequence[str], numbers: Sequence[str]) -> Proposed:
    masked = propose_public(original, names=names, numbers=numbers)
    return Proposed(masked.text, original, [_told(field, hit) for hit in masked.hits])


def _told(field: str, hit: Hit) -> dict[str, Any]:
    return {
        "field": field,
        "kind": hit.kind.value,
        "start": hit.start,
        "end": hit.end,
        "replaced": hit.replaced,
        "message": PUBLIC_NOTES[hit.kind],
    }


def _text(act: Act, case: AnyRow) -> str:
    binds = {"case_id": case.id}
    found = [_point(row) for row in act.db.execute(_POINTS, binds)]
    parts = [f"反映问题：{case.working_text}", "调查核实：", *found]
    parts.append(f"办理结论：{case.verdict.value}。{case.conclusion or ''}")
    unit = _unit(act, case.number)
    if unit:
        parts.append(f"办理单位：{unit}")
    taken = {row.action: row.at for row in act.db.execute(_TAKEN, binds)}
    days = (
        (case.received_at, "收到"),
        (taken.get(Action.ACCEPT), "受理"),
        (taken.get(Action.APPROVE), "办结"),
    )
    parts.append(f"办理时间：{'，'.join(_day(at) + what for at, what in days if at is not None)}。")
    return "\n".join(parts)


def _point(row: AnyRow) -> str:
    visited = f"（{_day(row.visited_at)}现场核查）" if row.visited_at else ""
    verdict = f"：{row.verdict.value}" if row.verdict else ""
    measure = f"处理：{row.measure}。" if row.measure else ""
    return f"{row.no}. {row.text}{verdict}。{row.finding or ''}{visited}。{measure}".replace("。。", "。")


def _unit(act: Act, number: str) -> str | None:
    """The unit whose numbers the case bears; never a person."""
    found = (
        one for one in act.law.units.values() if one.number_prefix and number.startswith(one.number_prefix)
    )
    return next((one.name for one in found), None)


def _day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
