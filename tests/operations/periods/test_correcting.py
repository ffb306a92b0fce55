"""Corrections are numbered, need a second person, and stand beside the snapshot."""

from __future__ import annotations

import pytest

from models.domain.errors import Conflict, Forbidden, GuardsUnmet, Invalid, NotFound
from models.domain.rectification.periods import CorrectionState
from models.operations.periods import correcting, differences
from models.operations.periods.correcting import CorrectionDraft
from tests.factories import World
from tests.operations.ledgers.stories import ledger, listed, rectifying
from tests.operations.periods.stories import AFTER, corrected, correction_of, filled, frozen, opened, seen


def test_corrections_never_touch_the_snapshot(world: World) -> None:
    """Numbers rise within the month, each begins where the approved one before it ended, the snapshot stays."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    frozen(world, period_id)
    before = seen(world, period_id)
    first = correction_of(world, corrected(world, period_id, case_id, "percent", 50))
    refused = correction_of(world, corrected(world, period_id, case_id, "percent", 60, approve=False))
    third = correction_of(world, corrected(world, period_id, case_id, "percent", 55))
    assert [(one.no, one.before, one.after) for one in (first, refused, third)] == [
        (1, 40, 50),
        (2, 50, 60),
        (3, 50, 55),
    ]
    assert [one.state for one in (first, refused)] == [CorrectionState.APPROVED, CorrectionState.REFUSED]
    assert seen(world, period_id) == before
    with world.act("liaison") as act:
        assert [one.no for one in correcting.listed(act, period_id)] == [1, 2, 3]
        assert differences.overview(act, period_id).intact is True


def test_a_second_person_decides_once(world: World) -> None:
    """The proposer and whoever is not of the house do not decide; a refusal says why; a decision is final."""
    case_id, period_id = rectifying(world), opened(world)
    frozen(world, period_id)
    wanted = CorrectionDraft(case_id=case_id, field="this_month", after="完成1处", reason="漏填")
    with world.act("office", now=AFTER) as act:
        made = correcting.propose(act, period_id, wanted, None)
    with pytest.raises(GuardsUnmet), world.act("office", now=AFTER) as act:
        correcting.decide(act, made, approve=True, note=None, version=1)
    with pytest.raises(Invalid), world.act("office2", now=AFTER) as act:
        correcting.decide(act, made, approve=False, note=None, version=1)
    with pytest.raises(Forbidden), world.act("liaison", now=AFTER) as act:
        correcting.decide(act, made, approve=True, note=None, version=1)
    with world.act("office2", now=AFTER) as act:
        correcting.decide(act, made, approve=True, note=None, version=1)
    with pytest.raises(Conflict), world.act("supervisor", now=AFTER) as act:
        correcting.decide(act, made, approve=True, note=None, version=2)


def test_what_cannot_be_corrected(world: World) -> None:
    """An open month, a problem that is not in the snapshot, and a value that is there already."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    with pytest.raises(Conflict):
        corrected(world, period_id, case_id, "percent", 50)
    frozen(world, period_id)
    with pytest.raises(Invalid):
        corrected(world, period_id, case_id, "percent", 40)
    later = listed(world, ledger_id=ledger(world, title="另一清单（虚构）"))
    with pytest.raises(NotFound):
        corrected(world, period_id, later, "percent", 50)
