"""
The lifecycle of a complaint case 举报: its guards, and its one tuple of rows.

Source: 环保举报热线工作管理办法 (令15) art. 8–12, 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.domain.access import Role as R
from models.domain.complaints import ATTEMPTS_FOR_UNREACHABLE
from models.domain.errors import Unmet
from models.domain.lifecycle import ALL_CLOCKS, Facts, Lifecycle, Start, Transition
from models.domain.states import Action as A
from models.domain.states import State as S


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFacts(Facts):
    """
    What ``decide`` may know about a complaint case and the step at hand; plain values only.

    The fields after ``# of the step`` describe the inputs; their defaults are those of a step without
    flaws, so that ``GET`` can ask "what is unmet" before anybody has typed anything.
    """

    has_reporter: bool = True
    has_category: bool = True
    text_written: bool = True  # by a clerk, over what the public face put there
    contactable: bool = True
    urgent: bool = False
    has_external_number: bool = False
    has_sign_by: bool = False
    has_return_by: bool = False
    told: bool = False
    failed_attempts: int = 0
    platform_replied: bool = False
    handlers: frozenset[object] = frozenset()
    doers: frozenset[object] = frozenset()  # who proposed, investigated or asked for what is now judged
    unanswered_points: tuple[int, ...] = ()
    close_clock: str = "none"  # none | running | suspended
    close_overdue: bool = False
    extensions_left: int = 0
    # of the step
    unqualified: tuple[str, ...] = ()
    reached: bool = True
    extension_too_long: bool = False


def category_given(facts: ComplaintFacts) -> Unmet | None:
    return None if facts.has_category else Unmet("category_given", "请先选择至少一个污染类别")


def text_written(facts: ComplaintFacts) -> Unmet | None:
    if facts.text_written:
        return None
    return Unmet("text_written", "公众提交的原话已封存，受理前请查看后写好标题和工作文本")


def not_yet_told(facts: ComplaintFacts) -> Unmet | None:
    if not facts.has_reporter:
        return Unmet("not_yet_told", "本案没有举报人，无需告知")
    return Unmet("not_yet_told", "已经告知过举报人") if facts.told else None


def told_or_two_attempts(facts: ComplaintFacts) -> Unmet | None:
    if facts.reached or not facts.contactable or facts.failed_attempts >= ATTEMPTS_FOR_UNREACHABLE:
        return None
    return Unmet(
        "told_or_two_attempts",
        f"按“联系不上”处理须先登记至少{ATTEMPTS_FOR_UNREACHABLE}次联系记录（现有{facts.failed_attempts}次）",
    )


def assignees_qualified(facts: ComplaintFacts) -> Unmet | None:
    if not facts.unqualified:
        return None
    return Unmet("assignees_qualified", f"以下人员在本辖区没有有效的执法岗位：{'、'.join(facts.unqualified)}")


def is_handler(facts: ComplaintFacts) -> Unmet | None:
    if facts.actor.account_id in facts.handlers:
        return None
    return Unmet("is_handler", "您不是本案承办人，请由承办人操作或先改派")


def points_answered(facts: ComplaintFacts) -> Unmet | None:
    if not facts.unanswered_points:
        return None
    numbers = "、".join(f"P{number}" for number in facts.unanswered_points)
    return Unmet("points_answered", f"还有问题点没有逐项答复：{numbers}")


def four_eyes(facts: ComplaintFacts) -> Unmet | None:
    persons = {facts.actor.account_id} | {grant.principal_id for grant in facts.actor.grants}
    if not (persons - {None}) & facts.doers:
        return None
    return Unmet("four_eyes", "承办、提交或代理承办过本案的人员不能审批，请由其他负责人审批")


def not_by_handler(facts: ComplaintFacts) -> Unmet | None:
    if facts.actor.account_id not in facts.doers:
        return None
    return Unmet("not_by_handler", "回访须由承办人以外的人员进行")


def reporter_told(facts: ComplaintFacts) -> Unmet | None:
    if facts.told or not facts.has_reporter:
        return None
    return Unmet("reporter_told", "尚未告知举报人是否受理（联系不上的，登记联系记录后按“联系不上”处理）")


def platform_answered(facts: ComplaintFacts) -> Unmet | None:
    if facts.platform_replied or not facts.has_external_number:
        return None
    return Unmet("platform_answered", "尚未回复来件平台（工单、转办单须有回复凭证）")


def platform_asks(facts: ComplaintFacts) -> Unmet | None:
    if not facts.has_external_number:
        return Unmet("platform_asks", "本案没有外部工单号，无需回复平台")
    return Unmet("platform_asks", "已经回复过来件平台") if facts.platform_replied else None


def no_reporter(facts: ComplaintFacts) -> Unmet | None:
    return Unmet("no_reporter", "有举报人的案件须先答复") if facts.has_reporter else None


def someone_waits(facts: ComplaintFacts) -> Unmet | None:
    return None if facts.has_reporter else Unmet("someone_waits", "本案没有举报人，无需答复")


def nobody_to_call(facts: ComplaintFacts) -> Unmet | None:
    return Unmet("nobody_to_call", "可以联系的举报人须先回访") if facts.contactable else None


def close_clock_runs(facts: ComplaintFacts) -> Unmet | None:
    return None if facts.close_clock == "running" else Unmet("close_clock_runs", "办结期限没有在计时")


def close_clock_suspended(facts: ComplaintFacts) -> Unmet | None:
    return None if facts.close_clock == "suspended" else Unmet("close_clock_suspended", "办结期限没有中止")


def before_due(facts: ComplaintFacts) -> Unmet | None:
    return Unmet("before_due", "延期须在原期限届满前批准，现已逾期") if facts.close_overdue else None


def extension_left(facts: ComplaintFacts) -> Unmet | None:
    if facts.extensions_left > 0:
        return None
    return Unmet("extension_left", "该期限的延期次数已用完")


def extension_within_limit(facts: ComplaintFacts) -> Unmet | None:
    return Unmet("extension_within_limit", "延长的时间超过规定上限") if facts.extension_too_long else None


def _has_reporter(facts: ComplaintFacts) -> bool:
    return facts.has_reporter


def _spot_case(facts: ComplaintFacts) -> bool:
    return not facts.has_reporter


def _urgent(facts: ComplaintFacts) -> bool:
    return facts.urgent and facts.has_reporter


def _sign_by(facts: ComplaintFacts) -> bool:
    return facts.has_sign_by


def _return_by(facts: ComplaintFacts) -> bool:
    return facts.has_return_by


def _contactable(facts: ComplaintFacts) -> bool:
    return facts.contactable


def _nobody_to_call(facts: ComplaintFacts) -> bool:
    return not facts.contactable


def _platform(facts: ComplaintFacts) -> bool:
    return facts.has_external_number


_HEADS: Final = frozenset({R.SUPERVISOR, R.DEPUTY_HEAD})
_CLERK: Final = frozenset({R.CLERK})
_HANDLER: Final = frozenset({R.INSPECTOR})
_TRIAGE: Final = frozenset({S.REGISTERED, S.AWAITING_SUPPLEMENT})
_WORKING: Final = frozenset({S.ACCEPTED, S.ASSIGNED, S.INVESTIGATING, S.IN_REVIEW, S.RETURNED})
_TELLABLE: Final = frozenset({S.REFUSED, S.CONCLUDED, S.REPLIED, S.CALLED_BACK})
_OPEN: Final = frozenset(
    {
        S.REGISTERED,
        S.AWAITING_SUPPLEMENT,
        S.REFUSAL_REVIEW,
        S.REFUSED,
        S.ACCEPTED,
        S.ASSIGNED,
        S.INVESTIGATING,
    }
    | {S.IN_REVIEW, S.RETURNED, S.CONCLUDED, S.REPLIED, S.CALLED_BACK, S.NOT_FIXED_REVIEW}
)
_TRIAGE_CLOCKS: Final = ("CASE_TRIAGE", "RPT_SUPPLEMENT", "HOTLINE_SIGN", "HOTLINE_RETURN", "RPT_URGENT")
_CLOSING: Final = ("RPT_CLOSE", "RPT_REDO", "RPT_ASSIGN_LOWER")
_SAME: Final = None

# fmt: off
COMPLAINT: Final[Lifecycle[ComplaintFacts]] = (
    Transition(A.REGISTER, frozenset({S.NEW}), S.REGISTERED,
               frozenset({R.CLERK, R.INSPECTOR, R.WARDEN, R.PUBLIC}) | _HEADS,
               starts=(Start("RPT_ACCEPT_TELL", _has_reporter), Start("CASE_TRIAGE", _spot_case),
                       Start("HOTLINE_SIGN", _sign_by), Start("HOTLINE_RETURN", _return_by),
                       Start("RPT_URGENT", _urgent))),
    Transition(A.REQUEST_SUPPLEMENT, frozenset({S.REGISTERED}), S.AWAITING_SUPPLEMENT, _CLERK, (someone_waits,),
               starts=(Start("RPT_SUPPLEMENT"),), stops=("CASE_TRIAGE",)),
    Transition(A.SUPPLEMENT, frozenset({S.AWAITING_SUPPLEMENT}), S.REGISTERED, _CLERK,
               starts=(Start("CASE_TRIAGE"),), stops=("RPT_SUPPLEMENT",)),
    Transition(A.ACCEPT, _TRIAGE, S.ACCEPTED, _CLERK, (category_given, text_written),
               starts=(Start("RPT_CLOSE"), Start("RPT_ASSIGN_LOWER")), stops=_TRIAGE_CLOCKS),
    Transition(A.REFUSE, _TRIAGE, S.REFUSAL_REVIEW, _CLERK,
               starts=(Start("RPT_REFUSAL_REVIEW"),), stops=_TRIAGE_CLOCKS),
    Transition(A.CONFIRM_REFUSAL, frozenset({S.REFUSAL_REVIEW}), S.REFUSED, _HEADS, (four_eyes,),
               starts=(Start("ARCHIVE_BY"),), stops=("RPT_REFUSAL_REVIEW",)),
    Transition(A.TELL, _WORKING | _TELLABLE, _SAME, _CLERK,
               (not_yet_told, told_or_two_attempts), stops=("RPT_ACCEPT_TELL",)),
    Transition(A.ASSIGN, frozenset({S.ACCEPTED, S.RETURNED}), S.ASSIGNED, _HEADS, (assignees_qualified,),
               stops=("RPT_ASSIGN_LOWER",)),
    Transition(A.UNASSIGN, frozenset({S.ASSIGNED}), S.ACCEPTED, _HEADS, reopens=("RPT_ASSIGN_LOWER",)),
    Transition(A.REASSIGN, frozenset({S.ASSIGNED, S.INVESTIGATING}), _SAME, _HEADS, (assignees_qualified,)),
    Transition(A.INVESTIGATE, frozenset({S.ASSIGNED, S.RETURNED}), S.INVESTIGATING, _HANDLER, (is_handler,)),
    Transition(A.PROPOSE, frozenset({S.INVESTIGATING, S.RETURNED}), S.IN_REVIEW, _HANDLER,
               (is_handler, points_answered)),
    Transition(A.RETURN, frozenset({S.IN_REVIEW}), S.RETURNED, _HEADS, (four_eyes,)),
    Transition(A.RETURN, frozenset({S.REFUSAL_REVIEW}), S.REGISTERED, _HEADS, (four_eyes,),
               starts=(Start("CASE_TRIAGE"),), stops=("RPT_REFUSAL_REVIEW",)),
    Transition(A.RETURN, frozenset({S.CALLED_BACK}), S.RETURNED, _HEADS, (four_eyes,),
               starts=(Start("RPT_REDO"),), stops=("ARCHIVE_BY",)),
    Transition(A.RETURN, frozenset({S.NOT_FIXED_REVIEW}), S.RETURNED, _HEADS, (four_eyes,),
               starts=(Start("RPT_REDO"),), stops=("REVIEW_NOT_FIXED",)),
    Transition(A.APPROVE, frozenset({S.IN_REVIEW}), S.CONCLUDED, _HEADS, (four_eyes, points_answered),
               starts=(Start("RPT_REPLY", _has_reporter), Start("PLATFORM_REPLY", _platform),
                       Start("ARCHIVE_BY", _spot_case)), stops=_CLOSING),
    Transition(A.REPLY, frozenset({S.CONCLUDED}), S.REPLIED, _CLERK, (someone_waits, told_or_two_attempts),
               starts=(Start("RPT_CALL_BACK", _contactable), Start("ARCHIVE_BY", _nobody_to_call)),
               stops=("RPT_REPLY", "RPT_ACCEPT_TELL")),
    Transition(A.REPLY_PLATFORM, _TELLABLE | {S.NOT_FIXED_REVIEW}, _SAME, _CLERK,
               (platform_asks,), stops=("PLATFORM_REPLY",)),
    Transition(A.CALL_BACK, frozenset({S.REPLIED}), S.CALLED_BACK, frozenset({R.CLERK, R.OFFICE}),
               (not_by_handler,), starts=(Start("ARCHIVE_BY", _contactable),), stops=("RPT_CALL_BACK",)),
    Transition(A.NOT_FIXED, frozenset({S.REPLIED, S.CALLED_BACK}), S.NOT_FIXED_REVIEW,
               frozenset({R.PUBLIC, R.CLERK}), (someone_waits,), starts=(Start("REVIEW_NOT_FIXED"),),
               stops=("RPT_CALL_BACK", "ARCHIVE_BY")),
    Transition(A.UPHOLD, frozenset({S.NOT_FIXED_REVIEW}), S.CONCLUDED, _HEADS, (four_eyes,),
               starts=(Start("RPT_REPLY"),), stops=("REVIEW_NOT_FIXED",)),
    Transition(A.ARCHIVE, frozenset({S.REFUSED, S.CALLED_BACK}), S.ARCHIVED, frozenset({R.CLERK, R.OFFICE}),
               (reporter_told, platform_answered), stops=(ALL_CLOCKS,)),
    Transition(A.ARCHIVE, frozenset({S.CONCLUDED}), S.ARCHIVED, frozenset({R.CLERK, R.OFFICE}),
               (no_reporter, platform_answered), stops=(ALL_CLOCKS,)),
    Transition(A.ARCHIVE, frozenset({S.REPLIED}), S.ARCHIVED, frozenset({R.CLERK, R.OFFICE}),
               (nobody_to_call, platform_answered), stops=(ALL_CLOCKS,)),
    Transition(A.EXTEND, _WORKING, _SAME, _HEADS,
               (close_clock_runs, before_due, extension_left, extension_within_limit)),
    Transition(A.SUSPEND, _WORKING, _SAME, _HEADS, (close_clock_runs,)),
    Transition(A.RESUME, _WORKING, _SAME, _HEADS, (close_clock_suspended,)),
    Transition(A.VOID, _OPEN, S.VOID, _HEADS, (four_eyes,), stops=(ALL_CLOCKS,)),
)
# fmt: on
