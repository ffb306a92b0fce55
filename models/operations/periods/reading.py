"""Reading the records of a month, one by one or page by page."""

from __future__ import annotations

from uuid import UUID

from models.domain.errors import BadCursor, NotFound
from models.domain.rectification.periods import EntryState
from models.domain.rectification.words import Progress
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.periods import keeping
from models.operations.periods.rows import Record
from models.operations.periods.snapshots import records


def every(act: Act, period_id: UUID) -> list[Record]:
    """All records of a period in sight. Raises ``NotFound``."""
    return records(act, keeping.find(act, period_id))


def page(
    act: Act,
    period_id: UUID,
    *,
    word: Progress | None,
    report: EntryState | None,
    after: UUID | None,
    limit: int,
) -> list[Record]:
    """
    Up to ``limit + 1`` records after a case, in the order of the table.

    Raises:
        NotFound; BadCursor: the case is not in the list (any more).
    """
    found = [
        row
        for row in every(act, period_id)
        if word in (None, row["word"]) and report in (None, row["entry"]["state"])
    ]
    if after is None:
        return found[: limit + 1]
    place = next((n for n, row in enumerate(found) if row["case_id"] == str(after)), None)
    if place is None:
        raise BadCursor()
    return found[place + 1 : place + limit + 2]


def one(act: Act, period_id: UUID, case_id: UUID) -> Record:
    """The record of one item. Raises ``NotFound``: also where the item is not in this period."""
    period = keeping.find(act, period_id)
    sight.find(act, case_id)
    found = records(act, period, case_id)
    if not found:
        raise NotFound()
    return found[0]
