"""States of a publication 公示 and of an objection 异议 to it; what a publication may be made of, and when it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from models.domain.states import Kind, State
from models.domain.timing.calendar import SHANGHAI, Calendar
from models.domain.timing.clocks import reckon
from models.domain.timing.terms import Term, Unit


class PublicationState(StrEnum):
    """Where a publication stands."""

    DRAFT = "draft"  # 拟稿
    APPROVED = "approved"  # 已批准，按日期公开
    RETRACTED = "retracted"  # 已撤回
    DROPPED = "dropped"  # 不予公开


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"  # 待答复
    UPHELD = "upheld"  # 成立
    REJECTED = "rejected"  # 不成立


class PublicationAction(StrEnum):
    """What was done to a publication; kept as its history."""

    PREPARE = "prepare"
    CHANGE = "change"
    APPROVE = "approve"
    DROP = "drop"
    MUST_RETRACT = "must_retract"
    RETRACT = "retract"


class Showing(StrEnum):
    """What the public sees of a publication on a day."""

    CURRENT = "current"  # 公开中
    ENDED = "ended"  # 公开期已满
    RETRACTED = "retracted"  # 已撤回


PUBLICATION_TITLES: Final[dict[PublicationState, str]] = {
    PublicationState.DRAFT: "拟稿",
    PublicationState.APPROVED: "已批准",
    PublicationState.RETRACTED: "已撤回",
    PublicationState.DROPPED: "不予公开",
}
SHOWING_TITLES: Final[dict[Showing, str]] = {
    Showing.CURRENT: "公开中",
    Showing.ENDED: "公开期已满",
    Showing.RETRACTED: "已撤回",
}

PUBLISHABLE: Final = frozenset({State.CONCLUDED, State.REPLIED, State.CALLED_BACK, State.ARCHIVED})
"""Where a case must stand; a case that was refused and filed has no verdict and is not published either."""

PUBLISHABLE_ITEM: Final = frozenset({State.VERIFIED, State.IN_PUBLICITY})
"""Where a rectification item must stand: accepted on the site; in publicity a new one replaces one taken back."""

SHOWN_ITEM: Final = PUBLISHABLE_ITEM | {State.WRITE_OFF_APPROVED, State.LOOK_BACK, State.ARCHIVED}
"""Where an item may stand while its publication is shown; sent back from there, somebody must decide on it."""

RECT_PUBLICITY: Final = "RECT_PUBLICITY"
OBJECTION_REPLY: Final = "OBJECTION_REPLY"
PUBLICATION_RETRACT: Final = "PUBLICATION_RETRACT"
UNRULED: Final[dict[str, Term]] = {
    OBJECTION_REPLY: Term(10, Unit.WD),
    PUBLICATION_RETRACT: Term(3, Unit.WD),
}
"""Where no rule of the division binds: an objection must never be without an end. Source: issue B; as shipped."""


@dataclass(frozen=True, slots=True)
class Period:
    """The earliest last day of a publicity period: as the rule counts, and by both ways of counting."""

    first_day: date
    last_day: date
    text: str  # 5个工作日
    counts_start_day: bool
    counting_first: date
    from_next: date


def publishable_in(kind: Kind) -> frozenset[State]:
    """The states in which a case of this kind has something to publish."""
    return PUBLISHABLE_ITEM if kind is Kind.RECTIFICATION else PUBLISHABLE


def standing_in(kind: Kind) -> frozenset[State]:
    """The states in which what was published of a case of this kind still holds."""
    return SHOWN_ITEM if kind is Kind.RECTIFICATION else PUBLISHABLE


def period(term: Term, first_day: date, calendar: Calendar, *, counts_start_day: bool) -> Period:
    """When a period that must last a term ends at the earliest. Source: 民法典第二百零一条; practice counts the first day."""
    noon = datetime.combine(first_day, time(12), SHANGHAI)
    counting = reckon(term, noon - timedelta(days=1), calendar).due_on
    following = reckon(term, noon, calendar).due_on
    last = counting if counts_start_day else following
    return Period(first_day, last, term.text, counts_start_day, counting, following)


def showing(state: PublicationState, first_day: date, last_day: date, today: date) -> Showing | None:
    """
    What the public sees on a Shanghai day; ``None``: nothing, not even that it is there.

    Both days of the period count.
    """
    if state is PublicationState.RETRACTED:
        return Showing.RETRACTED
    if state is not PublicationState.APPROVED or today < first_day:
        return None
    return Showing.CURRENT if today <= last_day else Showing.ENDED
