"""The story of two problems: one written off after an objection, one that comes back and begins its second round."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.rectifying.desk import Desk
from tests.rectifying.parts import (
    MET,
    Cast,
    Told,
    cast_of,
    end_papers,
    enter,
    outside_act,
    paper,
    papers,
    photo,
    plan,
    set_station,
)


def tell(desk: Desk) -> Told:
    """Both problems, from the ledger to the end of the look-backs."""
    cast = cast_of(desk)
    ledger = desk.good(
        "office",
        "POST",
        "/v1/ledgers",
        {
            "title": "故事清单（虚构）",
            "origin": "市级督察交办",
            "level": "市",
            "year": desk.today.year,
            "division": "430511",
        },
        **{"Idempotency-Key": "story-ledger-0001"},
    )
    story = Told(case_id=enter(desk, cast, ledger["id"], "故事-01", level="市"))
    story.relapsed_id = enter(desk, cast, ledger["id"], "故事-02", level="区县")
    _planned(desk, cast, story)
    _extended(desk, story)
    _checked(desk, story.case_id)
    _applied(desk, cast, story)
    _verified(desk, cast, story)
    _objected(desk, story)
    _once_more(desk, cast, story)
    _written_off(desk, story)
    _looked_back(desk, story)
    _comes_back(desk, cast, story)
    return story


def _planned(desk: Desk, cast: Cast, story: Told) -> None:
    """A plan is sent back once; the office may not designate within the family of the responsible unit."""
    case_id = story.case_id
    desk.step("liaison", case_id, "submit_plan", **plan(desk, cast))
    desk.step("office", case_id, "return_plan", reason="措施不具体")
    desk.step("liaison", case_id, "submit_plan", **plan(desk, cast))
    town = cast.unit("陈家桥镇")
    story.refusals["designate"] = desk.unmet("office", case_id, "designate", unit_id=town)
    assert set(story.refusals["designate"]) == {"designee_outside"}
    desk.step("office", case_id, "designate", unit_id=cast.unit("住建局"))
    desk.step("office", case_id, "confirm_plan")
    desk.step("liaison", story.relapsed_id, "submit_plan", **plan(desk, cast))
    desk.step("office", story.relapsed_id, "designate", unit_id=cast.unit("住建局"))
    desk.step("office", story.relapsed_id, "confirm_plan")


def _extended(desk: Desk, story: Told) -> None:
    """The city grants it: without its paper the office cannot record it."""
    desk.let_pass(timedelta(days=60))
    case_id = story.case_id
    until = desk.today + timedelta(days=60)
    desk.step("liaison", case_id, "request_extension", until=until.isoformat(), reason="管线迁改未完成")
    story.refusals["grant_extension"] = desk.unmet("office", case_id, "grant_extension")
    assert set(story.refusals["grant_extension"]) == {"outside_act"}
    desk.step("office", case_id, "grant_extension", outside=outside_act(desk, case_id, "延期批复"))
    item = desk.good("liaison", "GET", f"/v1/cases/{case_id}/item")
    assert item["due_on"] == until.isoformat() != item["first_due_on"]


def _checked(desk: Desk, case_id: str) -> None:
    """Tasks done, then every line of the checklist."""
    for no in (1, 2):
        desk.good(
            "liaison",
            "POST",
            f"/v1/cases/{case_id}/tasks/{no}/done",
            {"done_on": desk.today.isoformat()},
            **desk.version(case_id),
        )
    _self_check(desk, case_id)


def _self_check(desk: Desk, case_id: str) -> None:
    finished = desk.today.isoformat()
    desk.step("liaison", case_id, "self_check", finished_on=finished, checklist=MET, summary="已按方案完成")


def _applied(desk: Desk, cast: Cast, story: Told) -> None:
    """Refused for what is missing, then for the pair of photos, then taken; and what one's own unit may not do."""
    case_id = story.case_id
    story.refusals["apply_empty"] = desk.unmet("liaison", case_id, "apply")
    assert "materials_complete" in story.refusals["apply_empty"]
    papers(desk, case_id)
    station = set_station(desk, case_id)
    photo(desk, case_id, station, "before", 40)
    story.refusals["apply_unpaired"] = desk.unmet("liaison", case_id, "apply")
    assert "stations_paired" in story.refusals["apply_unpaired"]
    photo(desk, case_id, station, "after", 200)
    desk.step("liaison", case_id, "apply")
    _reach_for_everything(desk, cast, story)


def _reach_for_everything(desk: Desk, cast: Cast, story: Told) -> None:
    """The liaison cannot judge; given the verifier's post in the verifier's unit, he still may not judge his own."""
    path, body = f"/v1/cases/{story.case_id}/steps", {"action": "accept_materials"}
    desk.refused("liaison", "POST", path, body, 403, **desk.version(story.case_id))
    given = {"role": "verifier", "division": "430511", "unit_id": cast.unit("住建局")}
    desk.good("admin", "POST", f"/v1/accounts/{cast.accounts['liaison']}/grants", given)
    story.refusals["accept_own"] = desk.unmet("liaison", story.case_id, "accept_materials")
    assert set(story.refusals["accept_own"]) == {"not_applicant", "outside_family"}


def _verified(desk: Desk, cast: Cast, story: Told) -> None:
    """Returned once, accepted, found good on the site by one and signed by another."""
    case_id, reason = story.case_id, "照片不能证明/非同一点位"
    desk.step("verifier", case_id, "return_materials", reasons=[reason], note="请补同机位照片")
    desk.step("liaison", case_id, "apply")
    desk.step("verifier", case_id, "accept_materials")
    alone = _opinion(desk, [cast.accounts["verifier"], cast.accounts["liaison"]])
    story.refusals["verify_foreign"] = desk.unmet("verifier", case_id, "verify", **alone)
    assert set(story.refusals["verify_foreign"]) == {"members_of_unit"}
    _site(desk, cast, case_id, story)
    story.refusals["publish_early"] = desk.unmet("office", case_id, "publish")
    assert set(story.refusals["publish_early"]) == {"publication_ready"}


def _opinion(desk: Desk, members: list[str]) -> dict[str, Any]:
    return {
        "visited_on": desk.today.isoformat(),
        "opinion": "达到验收销号标准，同意公示",
        "members": members,
        "joint": [{"unit": "区林业局（样例）", "persons": ["样例会同人员"]}],
    }


def _site(desk: Desk, cast: Cast, case_id: str, story: Told | None = None) -> None:
    both = _opinion(desk, [cast.accounts["verifier"], cast.accounts["verifier2"]])
    desk.step("verifier", case_id, "verify", **both)
    if story is not None:
        story.refusals["countersign_same"] = desk.unmet("verifier", case_id, "countersign")
        assert set(story.refusals["countersign_same"]) == {"second_member"}
    desk.step("verifier2", case_id, "countersign")


def _publicity(desk: Desk, case_id: str) -> str:
    """Drafted by one, approved by another, begun by a step; gives the publication."""
    seen = desk.good("office", "POST", f"/v1/cases/{case_id}/publications/preview")
    body = {
        "case_id": case_id,
        "title": seen["title"]["text"],
        "text": seen["text"]["text"],
        "first_day": seen["period"]["first_day"],
        "last_day": seen["period"]["last_day"],
    }
    drafted = desk.good(
        "office", "POST", "/v1/publications", body, **{"Idempotency-Key": f"p-{case_id}-{desk.today}"}
    )
    path = f"/v1/publications/{drafted['id']}"
    desk.good("office2", "POST", f"{path}/approve", None, **{"If-Match": f'"{drafted["version"]}"'})
    first = date.fromisoformat(body["first_day"])
    if first > desk.today:
        desk.let_pass(timedelta(days=(first - desk.today).days))
    desk.step("office", case_id, "publish")
    return str(drafted["id"])


def _objected(desk: Desk, story: Told) -> None:
    """An objection blocks the approval; upheld, the item goes back to work."""
    case_id = story.case_id
    published = _publicity(desk, case_id)
    said = {"text": "雨天水渠仍有臭味和泡沫，请再查。", "contact": "13800000288"}
    desk.good(
        None,
        "POST",
        f"/v1/public/publications/{published}/objections",
        said,
        **{"Idempotency-Key": "story-obj-01"},
    )
    desk.let_pass(timedelta(days=14))
    outside = outside_act(desk, case_id, "销号批复一")
    story.refusals["approve_objected"] = desk.unmet(
        "office", case_id, "approve_write_off", note="同意", outside=outside
    )
    assert set(story.refusals["approve_objected"]) == {"objections_answered"}
    listed = desk.good("office", "GET", f"/v1/objections?publication_id={published}")["items"]
    answer = {"upheld": True, "answer": "经复核属实，退回整改。"}
    desk.good("supervisor", "POST", f"/v1/objections/{listed[0]['id']}/answer", answer)
    desk.step("office", case_id, "uphold_objection", note="异议成立")
    assert desk.good("liaison", "GET", f"/v1/cases/{case_id}")["state"] == "rectifying"


def _once_more(desk: Desk, cast: Cast, story: Told) -> None:
    """Again: self-check, application, acceptance, publicity; without objection this time."""
    case_id = story.case_id
    desk.let_pass(timedelta(days=3))
    _self_check(desk, case_id)
    desk.step("liaison", case_id, "apply")
    desk.step("verifier2", case_id, "accept_materials")
    _site(desk, cast, case_id)
    _publicity(desk, case_id)


def _written_off(desk: Desk, story: Told) -> None:
    """Not before the publicity is over, not without the city's paper, not with an incomplete file."""
    case_id = story.case_id
    story.refusals["approve_early"] = desk.unmet("office", case_id, "approve_write_off", note="同意销号")
    assert {"publicity_over", "outside_act"} <= set(story.refusals["approve_early"])
    desk.let_pass(timedelta(days=14))
    desk.step(
        "office",
        case_id,
        "approve_write_off",
        note="同意销号",
        outside=outside_act(desk, case_id, "销号批复"),
    )
    story.refusals["write_off_incomplete"] = desk.unmet("office", case_id, "write_off")
    assert set(story.refusals["write_off_incomplete"]) == {"file_complete"}
    end_papers(desk, case_id)
    desk.material("office", case_id, "objection", "异议处理", paper(f"异议{case_id}"))
    desk.step("office", case_id, "write_off")


def _looked_back(desk: Desk, story: Told) -> None:
    """Twice, by somebody else; then filed."""
    case_id = story.case_id
    for days in (80, 270):
        desk.let_pass(timedelta(days=days))
        visited = desk.today.isoformat()
        desk.material("inspector", case_id, "look_back", f"回头看记录{days}", paper(f"回头看{days}{case_id}"))
        desk.step("inspector", case_id, "look_back", visited_on=visited, finding="水清无异味，管护到位")
    desk.step("office", case_id, "archive")
    assert desk.good("office", "GET", f"/v1/cases/{case_id}")["state"] == "archived"


def _comes_back(desk: Desk, cast: Cast, story: Told) -> None:
    """The second problem is written off and comes back: its next round opens, the office is told."""
    case_id = story.relapsed_id
    _checked(desk, case_id)
    papers(desk, case_id)
    station = set_station(desk, case_id)
    photo(desk, case_id, station, "before", 41)
    photo(desk, case_id, station, "after", 201)
    desk.step("liaison", case_id, "apply")
    desk.step("verifier", case_id, "accept_materials")
    _site(desk, cast, case_id)
    _publicity(desk, case_id)
    desk.let_pass(timedelta(days=14))
    desk.step("office", case_id, "approve_write_off", note="同意销号")
    end_papers(desk, case_id)
    desk.material("office", case_id, "approval", "区整改办批复", paper(f"批复{case_id}"))
    desk.step("office", case_id, "write_off")
    desk.let_pass(timedelta(days=40))
    desk.step("inspector", case_id, "relapse", ground="回头看不合格", finding="排口又有污水流出")
    rounds = desk.good("office", "GET", f"/v1/cases/{case_id}/item")["rounds"]
    assert [one["round"] for one in rounds] == [1, 2], rounds
    story.fresh_id = rounds[1]["case_id"]
    fresh = desk.good("office", "GET", f"/v1/cases/{story.fresh_id}/item")
    assert fresh["accountability"] is True
    assert fresh["number"].endswith("（第2轮）"), fresh["number"]
    story.refusals["designate_again"] = desk.unmet(
        "office", story.fresh_id, "designate", unit_id=cast.unit("住建局")
    )
    assert set(story.refusals["designate_again"]) == {"designee_unused"}
