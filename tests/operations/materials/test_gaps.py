"""What the file of an item lacks, as its lifecycle asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.domain.acceptance.materials import MaterialKind
from models.domain.errors import GuardsUnmet
from models.domain.geo import Datum
from models.domain.states import Action, State
from models.operations.materials import adding, gaps, viewing
from models.operations.materials.gaps import NO_STATION, Gaps
from tests.factories import NOW, World
from tests.operations.ledgers import stories as ledgers
from tests.operations.ledgers.stories import case_of, item_of, step
from tests.operations.materials import stories

LATER = NOW + timedelta(days=31)


def gaps_of(world: World, case_id: UUID) -> Gaps:
    case, item = case_of(world, case_id), item_of(world, case_id)
    with world.act("office", now=LATER) as act:
        return gaps.gaps(act, case, item)


def test_an_empty_file_lacks_everything_by_name(world: World) -> None:
    """At any moment the file says what is missing, in the order of the catalogue, and that there is no station."""
    found = gaps_of(world, ledgers.listed(world))
    assert found.missing == (
        "交办单（问题原文）",
        "整改方案",
        "责任分工",
        "过程材料",
        "整改前照片",
        "整改后照片",
        "自查报告",
        "销号申请表",
        NO_STATION,
    )
    assert found.missing_at_end == ("现场核查验收意见", "公示截图", "批复")
    assert (found.unmet_standard, found.unpaired_stations) == ((), ())


def test_a_complete_file_lets_the_unit_apply(world: World) -> None:
    """With every paper and a paired station nothing is missing, and the application is taken."""
    case_id = ledgers.self_checked(world)
    with pytest.raises(GuardsUnmet) as refused:
        step(world, case_id, "liaison", Action.APPLY, now=LATER)
    assert "materials_complete" in {one.guard for one in refused.value.unmet}
    stories.complete(world, case_id)
    assert gaps_of(world, case_id) == Gaps(
        missing_at_end=("现场核查验收意见", "公示截图", "批复"), missing_at_filing=("回头看记录",)
    )
    step(world, case_id, "liaison", Action.APPLY, now=LATER)
    assert case_of(world, case_id).state is State.MATERIAL_REVIEW


def test_only_a_file_that_has_arrived_counts(world: World) -> None:
    """A promised paper is missing until its file is there, and again once it is voided."""
    case_id = ledgers.listed(world)
    made = stories.promise(world, case_id, "liaison", stories.draft(MaterialKind.PLAN))
    assert "整改方案" in gaps_of(world, case_id).missing
    stories.arrive(world, case_id, "liaison", made)
    assert "整改方案" not in gaps_of(world, case_id).missing
    version = case_of(world, case_id).version
    with world.act("liaison") as act:
        adding.void(act, case_id, made, reason="传错了文件", version=version)
    assert "整改方案" in gaps_of(world, case_id).missing


def test_a_station_needs_both_photos(world: World) -> None:
    """A photo from another station does not stand in: the station is named with what it lacks."""
    case_id = ledgers.listed(world)
    one, two = stories.station(world, case_id), stories.station(world, case_id, 2, text="桥头")
    stories.photo(world, case_id, one, "before")
    stories.photo(world, case_id, two, "after")
    assert gaps_of(world, case_id).unpaired_stations == (
        "1号机位（涵洞口下游）缺整改后照片",
        "2号机位（桥头）缺整改前照片",
    )


def test_a_black_ditch_is_held_against_its_standard(world: World) -> None:
    """The village standard asks for a report and a survey, and compares their numbers with its limits."""
    case_id = ledgers.self_checked(world, problem_type="农村黑臭水体")
    found = gaps_of(world, case_id)
    assert {"监测报告", "群众意见", "长效管护制度"} <= set(found.missing)
    done = item_of(world, case_id).finished_on
    values = {"透明度": 30, "溶解氧": 3.5, "氨氮": 18.6}
    samples = [
        {"point": "W1", "on": (done + timedelta(days=n)).isoformat(), "values": values} for n in (0, 7)
    ]
    said = {
        "cma_no": "180012050000",
        "reported_on": (done + timedelta(days=8)).isoformat(),
        "samples": samples,
    }
    much_later = LATER + timedelta(days=10)
    stories.put(world, case_id, "liaison", MaterialKind.MONITORING, said, now=much_later)
    poll = {"given_out": 30, "returned": 30, "satisfied": 20, "on": done.isoformat()}
    stories.put(world, case_id, "liaison", MaterialKind.SURVEY, poll, now=much_later)
    assert gaps_of(world, case_id).unmet_standard == (
        f"监测点“W1”{done}的氨氮为18.6毫克/升，应小于15毫克/升",
        f"监测点“W1”{done + timedelta(days=7)}的氨氮为18.6毫克/升，应小于15毫克/升",
        f"{done}的群众评议满意率66.7%，应不低于80%",
    )


def test_a_photo_taken_elsewhere_says_how_far(world: World) -> None:
    """A photo whose declared position and heading differ from its station carries the distance and the angle."""
    case_id = ledgers.listed(world)
    place: dict[str, Any] = {"lon": 111.4354, "lat": 27.2633, "datum": Datum.WGS84}
    one = stories.station(world, case_id, **place)
    far = place | {"lat": 27.2643, "heading": 270}
    made = stories.photo(world, case_id, one, "after", **far)
    with world.act("office") as act:
        assert viewing.dossier(act, case_id).remarks == {made: "距机位111米，朝向相差180度"}
