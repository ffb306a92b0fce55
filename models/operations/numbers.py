"""Case numbers 案号, drawn in the creating transaction: a roll-back leaves no gap."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from models.domain.errors import Forbidden
from models.domain.states import Kind
from models.domain.timing.calendar import legal_day
from models.domain.words.numbering import case_number
from models.operations.act import Act

MARKS: Final = {Kind.COMPLAINT: "举", Kind.RECTIFICATION: "改"}

_NEXT = text(
    "insert into number_counter (issuer, mark, year, last) values (:issuer, :mark, :year, 1)"
    " on conflict (issuer, mark, year) do update set last = number_counter.last + 1 returning last"
)


def next_case_number(act: Act, kind: Kind, division: str) -> str:
    """
    The next number of the issuing unit, kind and Shanghai year, e.g. ``北环举〔2026〕17号``.

    Raises:
        Forbidden: no unit above the actor issues numbers.
    """
    issuer = next(
        (
            prefix
            for grant in act.actor.grants
            if grant.covers(division) and (prefix := act.law.issuer(grant.unit_id)) is not None
        ),
        None,
    )
    if issuer is None:
        raise Forbidden("您所在单位没有设置案号字头，请联系管理员在单位资料中补充“发文代字”")
    year = legal_day(act.now).year
    mark = MARKS[kind]
    serial = act.db.execute(_NEXT, {"issuer": issuer, "mark": mark, "year": year}).scalar_one()
    return case_number(issuer, mark, year, serial)
