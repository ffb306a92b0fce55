"""The conditions of the steps of a rectification item; each says the way out."""

from __future__ import annotations

from collections.abc import Sequence

from models.domain.access import Role
from models.domain.errors import Unmet
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import LOOK_BACKS


def is_responsible(facts: ItemFacts) -> Unmet | None:
    if facts.units_as(Role.LIAISON) & facts.responsible:
        return None
    return Unmet("is_responsible", "只有责任单位的联络员可以办理，请由责任单位操作")


def not_applicant(facts: ItemFacts) -> Unmet | None:
    if not facts.persons & facts.applicants:
        return None
    return Unmet(
        "not_applicant",
        "报送方案、提交材料、自查、申请过本问题的人员（或其代理人）不能审核、验收、批准，请由其他人员办理",
    )


def not_verifier(facts: ItemFacts) -> Unmet | None:
    if not facts.persons & facts.verifiers:
        return None
    return Unmet("not_verifier", "本轮验收人员（或其代理人）不能再公示、批准、回头看，请由其他人员办理")


def outside_family(facts: ItemFacts) -> Unmet | None:
    if not facts.own_units & facts.families:
        return None
    return Unmet(
        "outside_family",
        "您所在（或列入清单后任过职）的单位属于责任单位（含其上下级），不能验收、公示、批准自己的整改",
    )


def designee_outside(facts: ItemFacts) -> Unmet | None:
    if not facts.designee_related:
        return None
    return Unmet("designee_outside", "验收单位须在各责任单位的上下级单位之外，请指定其他单位")


def designee_unused(facts: ItemFacts) -> Unmet | None:
    if not facts.designee_verified_before:
        return None
    return Unmet(
        "designee_unused", "该单位没有可以验收本轮的人员：上一轮的验收人员不能验收本轮，请先补充人员或改派"
    )


def before_due(facts: ItemFacts) -> Unmet | None:
    if not facts.overdue:
        return None
    return Unmet("before_due", "延期须在整改期限届满前申请，现已逾期；请加快整改并在调度中说明")


def outside_act(facts: ItemFacts) -> Unmet | None:
    if not facts.needs_outside_act or facts.outside_act_given:
        return None
    return Unmet("outside_act", "本问题由上级批准：请填写上级批复的机关、文号、日期，并附批复扫描件")


def extended_in_time(facts: ItemFacts) -> Unmet | None:
    if facts.outside_act_in_time:
        return None
    return Unmet("extended_in_time", "延期须在原期限届满前批准；批复日期晚于原期限的，请不批准并按逾期处理")


def tasks_done(facts: ItemFacts) -> Unmet | None:
    if not facts.open_tasks:
        return None
    return Unmet("tasks_done", f"还有整改任务没有完成：{_numbers(facts.open_tasks)}")


def checklist_met(facts: ItemFacts) -> Unmet | None:
    if not facts.checklist_open:
        return None
    return Unmet("checklist_met", f"销号标准还有未达到的条目：第{_numbers(facts.checklist_open)}条")


def materials_complete(facts: ItemFacts) -> Unmet | None:
    if not facts.missing_materials:
        return None
    return Unmet("materials_complete", f"一事一档还缺：{'、'.join(facts.missing_materials)}")


def standard_met(facts: ItemFacts) -> Unmet | None:
    if not facts.unmet_standard:
        return None
    return Unmet("standard_met", f"未达到验收标准：{'；'.join(facts.unmet_standard)}")


def stations_paired(facts: ItemFacts) -> Unmet | None:
    if not facts.unpaired_stations:
        return None
    return Unmet("stations_paired", f"以下机位缺少同机位的整改前后照片：{'、'.join(facts.unpaired_stations)}")


def may_review(facts: ItemFacts) -> Unmet | None:
    allowed = facts.lead | ({facts.verifier} if facts.verifier else frozenset())
    if facts.units_as(Role.VERIFIER) & allowed:
        return None
    return Unmet("may_review", "材料由牵头单位或指定的验收单位审核，您所在单位不是")


def is_designated(facts: ItemFacts) -> Unmet | None:
    if facts.verifier is None:
        return Unmet("is_designated", "整改办还没有指定验收单位，请联系整改办")
    if facts.verifier in facts.units_as(Role.VERIFIER):
        return None
    return Unmet("is_designated", "只有整改办指定的验收单位可以验收，您所在单位不是")


def not_verified_before(facts: ItemFacts) -> Unmet | None:
    if not facts.persons & facts.earlier_verifiers:
        return None
    return Unmet("not_verified_before", "验收过前一轮的人员不能验收本轮，请由验收单位其他人员办理")


def members_of_unit(facts: ItemFacts) -> Unmet | None:
    if not facts.members_foreign:
        return None
    return Unmet(
        "members_of_unit",
        "验收组至少2人、包括您本人，须是验收单位在岗人员，且没有申请过本问题、不属于责任单位、没有验收过前一轮",
    )


def second_member(facts: ItemFacts) -> Unmet | None:
    if facts.verified_by in facts.persons:
        return Unmet("second_member", "会签须由另一名验收人员本人办理")
    if facts.actor.account_id not in facts.members:  # was on the site himself: nobody stands in for that
        return Unmet("second_member", "您不在本次验收组名单内，不能会签")
    return None


def publication_ready(facts: ItemFacts) -> Unmet | None:
    if facts.published:
        return None
    return Unmet("publication_ready", "请先拟好公示稿（期限不少于规定的工作日），由另一人批准后再开始公示")


def objection_upheld(facts: ItemFacts) -> Unmet | None:
    if facts.upheld_objections:
        return None
    return Unmet("objection_upheld", "没有成立的异议；请先在异议中作出答复")


def publicity_over(facts: ItemFacts) -> Unmet | None:
    if facts.publicity_over:
        return None
    if facts.publicity_ends_on is None:
        return Unmet("publicity_over", "公示已撤回或天数不足，请重新拟稿公示")
    ends = facts.publicity_ends_on.isoformat()
    return Unmet("publicity_over", f"公示至{ends}，届满次日起才能批准")


def objections_answered(facts: ItemFacts) -> Unmet | None:
    if not facts.open_objections:
        return None
    return Unmet("objections_answered", f"还有{facts.open_objections}件公示异议没有答复")


def no_objection_upheld(facts: ItemFacts) -> Unmet | None:
    if not facts.upheld_objections:
        return None
    return Unmet("no_objection_upheld", "公示异议成立，请办理“异议成立退回整改”")


def file_complete(facts: ItemFacts) -> Unmet | None:
    if not facts.missing_at_end:
        return None
    return Unmet("file_complete", f"一事一档还缺：{'、'.join(facts.missing_at_end)}")


def looks_left(facts: ItemFacts) -> Unmet | None:
    if facts.look_backs < LOOK_BACKS:
        return None
    return Unmet("looks_left", "两次回头看都已合格，请归档")


def looked_back(facts: ItemFacts) -> Unmet | None:
    if facts.look_backs >= LOOK_BACKS:
        return None
    return Unmet("looked_back", f"须回头看合格{LOOK_BACKS}次后归档，现有{facts.look_backs}次")


def looks_apart(facts: ItemFacts) -> Unmet | None:
    if facts.next_look_on is None or facts.looked_on is None or facts.looked_on >= facts.next_look_on:
        return None
    return Unmet("looks_apart", f"两次回头看应相隔足够时间：第二次不早于{facts.next_look_on.isoformat()}")


def filed_whole(facts: ItemFacts) -> Unmet | None:
    if not facts.missing_at_filing:
        return None
    return Unmet("filed_whole", f"归档前一事一档还缺：{'、'.join(facts.missing_at_filing)}")


def _numbers(values: Sequence[int]) -> str:
    return "、".join(str(one) for one in values)
