"""Two at once: reports, corrections and months are taken one after the other, and nothing is lost or doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from models.domain.errors import Duplicate, HuanxunError, StaleVersion
from models.operations.periods import correcting, filling, opening
from models.operations.periods.correcting import CorrectionDraft
from models.operations.periods.opening import PeriodDraft
from tests.factories import COUNTY, World
from tests.operations.ledgers.stories import rectifying
from tests.operations.periods.stories import AFTER, correction_of, draft, frozen, opened, version_of

AT_ONCE = 4


def test_corrections_at_once_get_numbers_of_their_own(world: World) -> None:
    """However many are proposed together, the numbers of a month are 1, 2, 3 … without gap or twin."""
    case_id, period_id = rectifying(world), opened(world)
    frozen(world, period_id)

    def propose(value: int) -> UUID:
        wanted = CorrectionDraft(case_id=case_id, field="percent", after=value, reason="录入有误")
        with world.act("office", now=AFTER) as act:
            return correcting.propose(act, period_id, wanted, None)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(propose, range(1, AT_ONCE + 1)))
    assert sorted(correction_of(world, one).no for one in made) == list(range(1, AT_ONCE + 1))


def test_of_first_reports_at_once_one_counts(world: World) -> None:
    """Of several who fill an unfilled report together one is taken, and the others are told to look again."""
    case_id, period_id = rectifying(world), opened(world)

    def fill(value: int) -> int | HuanxunError:
        try:
            with world.act("office") as act:
                return filling.fill(act, period_id, case_id, draft(percent=value), version=0)
        except HuanxunError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(fill, range(1, AT_ONCE + 1)))
    assert [one for one in told if one == 1] == [1]
    assert all(isinstance(one, StaleVersion) for one in told if one != 1)
    assert version_of(world, period_id, case_id) == 1


def test_of_openings_at_once_one_counts(world: World) -> None:
    """A month is opened once, and who comes second is told that it is open."""

    def open_it(_: int) -> UUID | HuanxunError:
        try:
            with world.act("office") as act:
                return opening.open_month(act, PeriodDraft(month="2026-11", division=COUNTY), None)
        except HuanxunError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(open_it, range(AT_ONCE)))
    assert len([one for one in told if isinstance(one, UUID)]) == 1
    assert all(isinstance(one, Duplicate) for one in told if not isinstance(one, UUID))
