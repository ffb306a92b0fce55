"""What is proposed for publication: made from the case, without anybody's name or number."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from models.domain.errors import IllegalTransition, NotFound
from models.operations.publishing import listing, proposing
from models.tables.cases import cases, points
from models.tables.complaints import complaints
from tests.factories import World
from tests.operations.law.story import Story
from tests.operations.publishing.stories import WORDS, concluded, drafted

MARKED = (
    "反映人王小明称夜间冒烟，电话13800000202，身份证430511199001011234，住建设路12号，"
    "湘E12345货车运煤；样例inspector到场，位置111.4112,27.3123。"
)


def numbers_of(world: World, case_id: UUID) -> tuple[str, str]:
    with world.engine.connect() as db:
        row = db.execute(select(complaints).where(complaints.c.case_id == case_id)).one()
        return row.public_number, row.external_number


def rewrite(world: World, case_id: UUID, text: str) -> None:
    """What a careless clerk and handler left in the case."""
    with world.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == case_id).values(working_text=text, conclusion=text))
        db.execute(update(points).where(points.c.case_id == case_id).values(finding=text))


def test_the_text_tells_what_became_of_it(world: World) -> None:
    """Problem, findings, measure, verdict, unit and days are in it; no handler and no number of a complaint."""
    case = concluded(world)
    with world.act("clerk") as act:
        proposed = proposing.preview(act, case)
    assert proposed["title"].text == "砖厂烟囱旁铁烟道冒黑烟"
    assert proposed["text"].text.splitlines() == [
        "反映问题：下午三点后矮烟道冒黄黑烟，晾晒衣物落灰。",
        "调查核实：",
        "1. 砖厂烟囱旁铁烟道冒黑烟：属实。确有黑烟。处理：当场整改。",
        "办理结论：属实。已整改",
        "办理单位：生态环境局北塔分局（样例）",
        "办理时间：2026年11月23日收到，2026年11月23日受理，2026年11月23日办结。",
    ]
    assert not any(number in proposed["text"].original for number in numbers_of(world, case))


def test_what_names_somebody_is_masked_and_listed(world: World) -> None:
    """Names, telephones, identity numbers, plates, doors, positions and numbers are replaced; each is listed."""
    case = concluded(world)
    public, external = numbers_of(world, case)
    rewrite(world, case, f"{MARKED}编号{public}，{external}。")
    with world.act("clerk") as act:
        found = proposing.preview(act, case)["text"]
    for word in ("王小明", "13800000202", "430511199001011234", "建设路12号", "湘E12345", "样例inspector"):
        assert word not in found.text, word
    assert public not in found.text
    assert external not in found.text
    assert "111.4112" not in found.text
    kinds = {hit["kind"] for hit in found.hits if hit["replaced"]}
    assert kinds == {"name", "phone", "id_card", "address", "plate", "position", "number"}
    for hit in found.hits:
        assert hit["message"]
        assert 0 <= hit["start"] < hit["end"] <= len(found.original)


def test_a_person_decides(world: World) -> None:
    """What a draft still says of somebody is a warning; it is kept as it was written."""
    made = drafted(world, text=WORDS + "联系人张女士13800000202")
    with world.act("supervisor") as act:
        whole = listing.whole(act, made)
    assert [(hit["field"], hit["kind"]) for hit in whole.warnings] == [("text", "name"), ("text", "phone")]
    assert whole.row.text.endswith("13800000202")


def test_nothing_is_proposed_too_early_or_outside(world: World) -> None:
    """A case under way has no outcome; outside it is not there."""
    story = Story(world).register()
    with world.act("clerk") as act, pytest.raises(IllegalTransition):
        proposing.preview(act, story.case_id)
    with world.act("stranger_clerk") as act, pytest.raises(NotFound):
        proposing.preview(act, story.case_id)
