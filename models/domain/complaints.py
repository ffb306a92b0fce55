"""
The words of a complaint 举报: channels, tracks, verdicts, reasons; each value is the official Chinese term.

Source: 环保举报热线工作管理办法 (令15) art. 8–12; national platform bulletins; handling practice of county bureaus.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    """Where a complaint came from (来件渠道)."""

    HOTLINE_12345 = "12345工单"
    WECHAT = "微信举报"
    WEB = "网络举报"
    NETIZEN = "网民留言"
    LETTER = "来信"
    VISIT = "来访"
    PETITION_SYSTEM = "国家信访系统"
    INSPECTORATE_CALL = "督察来电"
    INSPECTORATE_LETTER = "督察来信"
    UPPER_LEVEL = "上级转办"
    INSTRUCTION = "领导批示"
    OPINION = "舆情"
    POLICE_110 = "110联动"
    CONGRESS = "人大建议/政协提案"
    PROCURATORATE = "检察建议"
    REWARD = "有奖举报"
    WARDEN = "风险监督员"
    SELF_CHECK = "自查"
    MONITORING = "监控预警"


class Confidentiality(StrEnum):
    """How the reporter wants to be treated."""

    ANONYMOUS = "匿名"
    CONFIDENTIAL = "要求保密"
    CONTACTABLE = "可联系"


class Track(StrEnum):
    """Which procedure applies (办理途径); each has its own clocks."""

    REPORT = "举报"
    PETITION = "信访31(6)"
    LITIGATION = "涉法涉诉"
    ADVICE = "咨询"
    NOT_OURS = "不属职责"
    RECTIFICATION = "督察整改"


class Verdict(StrEnum):
    """Finding on one point 问题点; the case's verdict is derived from all of them."""

    TRUE = "属实"
    PARTLY = "部分属实"
    FALSE = "不属实"


class Measure(StrEnum):
    """What was done about a point (处理)."""

    ON_THE_SPOT = "当场整改"
    CORRECTION_ORDER = "责令改正"
    FILED = "立案"
    TO_DEPARTMENT = "移送部门"
    TO_POLICE = "移送公安"
    MEDIATED = "调解"
    TO_LEDGER = "纳入整改清单"
    NONE = "无需处理"


class RefusalReason(StrEnum):
    """Why a complaint is not accepted. Source: 令15 art. 8."""

    NOT_OUR_DUTY = "不属职责"
    IN_LITIGATION = "已进入诉讼仲裁复议"
    ALREADY_ACCEPTED = "同一事项已受理"
    SAME_FACTS = "不服答复同一事实理由"
    TOO_VAGUE = "线索不详"


class ReturnReason(StrEnum):
    """Why a proposal goes back to the handler."""

    POINTS_UNANSWERED = "未逐项答复"
    EVIDENCE_THIN = "证据不足"
    WRONG_HOURS = "时段不符"
    FACTS_UNCLEAR = "事实不清"
    WRONG_LAW = "适用法律错误"
    COPIED_ANSWER = "答复雷同"
    REPORTER_NOT_CONTACTED = "未联系举报人"
    MEASURES_OPEN = "措施未闭环"
    PHOTOS_PROVE_NOTHING = "照片不能证明"


class ContactWay(StrEnum):
    """How somebody was told or called."""

    PHONE = "电话"
    SMS = "短信"
    PLATFORM = "来件平台"
    LETTER = "书面"
    IN_PERSON = "当面"
    QUERY_CODE = "查询码留言"


class ContactOutcome(StrEnum):
    """What came of an attempt to reach the reporter."""

    REACHED = "已联系上"
    NO_ANSWER = "无人接听"
    WRONG_NUMBER = "号码错误"
    REFUSED = "拒绝沟通"


class Satisfaction(StrEnum):
    """Answer of a call-back 回访."""

    SATISFIED = "满意"
    MOSTLY = "基本满意"
    NOT = "不满意"
    UNREACHABLE = "联系不上"


class PhraseUse(StrEnum):
    """Where a phrase text 短语 is offered."""

    TELL = "tell"  # 告知
    REFUSE = "refuse"  # 不予受理
    REPLY = "reply"  # 答复
    FINDING = "finding"  # 调查情况
    RETURN = "return"  # 退回


PHRASE_TITLES: Final[dict[PhraseUse, str]] = {
    PhraseUse.TELL: "告知",
    PhraseUse.REFUSE: "不予受理",
    PhraseUse.REPLY: "答复",
    PhraseUse.FINDING: "调查情况",
    PhraseUse.RETURN: "退回",
}

ATTEMPTS_FOR_UNREACHABLE: Final = 2
"""Logged attempts after which 联系不上 holds and telling is no longer owed. Source: issue A; 令15 art. 8."""


UNWRITTEN: Final = "（公众提交，原话已封存；请查看后在此写工作文本）"
"""The working text of what the public face received, until a clerk has written one."""


class Nuisance(StrEnum):
    """What is smelled, heard or seen (现象); the public picks, so that it can be counted and tells nobody's name."""

    ROTTEN = "腐臭味"
    CHEMICAL = "化学味"
    COOKING_FUME = "油烟味"
    BURNT = "焦糊味"
    PLASTIC = "塑料橡胶味"
    AMMONIA = "氨味或粪臭"
    PAINT = "油漆味"
    OTHER_SMELL = "其他异味"
    MACHINES = "机器噪声"
    BUILDING_SITE = "施工噪声"
    LOUDSPEAKERS = "音响或喇叭"
    TRAFFIC = "交通噪声"
    OTHER_NOISE = "其他噪声"
    BLACK_SMOKE = "冒黑烟"
    DUST = "扬尘"
    DIRTY_WATER = "污水或黑水"
    DEAD_FISH = "死鱼"
    DUMPED_WASTE = "倾倒垃圾或废物"
    OTHER = "其他现象"


class Weather(StrEnum):
    """What the weather was like."""

    CLEAR = "晴"
    CLOUDY = "阴"
    RAIN = "下雨"
    FOG = "雾"
    WINDY = "有风"
    STILL = "无风"
    UNKNOWN = "不清楚"


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """All true: true; none true: false; else partly (``domain.md`` §2.2)."""
    found = set(verdicts)
    if found == {Verdict.TRUE}:
        return Verdict.TRUE
    if found == {Verdict.FALSE}:
        return Verdict.FALSE
    return Verdict.PARTLY
