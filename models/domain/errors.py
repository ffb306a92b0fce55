"""
What can be refused, as one small tree without HTTP.

HuanxunError
├─ Unauthenticated            who are you?
│  ├─ BadCredentials          name or password wrong (never says which)
│  ├─ SessionEnded            token unknown, expired or revoked
│  └─ TokenReused             an old refresh token came back: the family is ended
├─ NotFound                   not there, or not yours
├─ Forbidden                  yours to see, not yours to do
├─ Invalid                    the input breaks a rule that the shape alone cannot say
│  ├─ BadCursor               a paging cursor that we did not make
│  ├─ BadTicket               a solved challenge that is none of ours, altered or too old
│  └─ TooLarge                more than a stated limit
├─ NotAPicture                a file of a kind we do not take, or a picture that cannot be opened
│  └─ NotAPaper               a file that is none of the kinds an item's file holds
├─ OtherProtocol              an upload in a version of its protocol that we do not speak
├─ VersionMissing             no If-Match
├─ StaleVersion               somebody changed it first
├─ Conflict                   the state of things forbids it
│  ├─ OtherContent            a key or id that was used for other content
│  ├─ Duplicate               a unique thing that exists already
│  ├─ RuleOverlap             two versions of one rule in force on one day
│  ├─ TicketOver              its two hours are over
│  ├─ IllegalTransition       no such action in this state
│  ├─ GuardsUnmet             all conditions still open, at once
│  ├─ RetentionRuns           a record that must still be kept; says until when, and by what basis
│  ├─ Forgotten               the person behind it was forgotten: nothing is left to open
│  └─ InProgress              the same request is still being worked on
├─ TooManyRequests            a limit in time; says when to come again
└─ Unavailable                a part of us is not there now (busy database)
   └─ Unreadable            sealed, and the key that opens it is not here; or moved or damaged

``code`` is the stable identifier that clients match on; the message is plain Chinese and names the
way out. ``api/problems.py`` alone gives each class its HTTP status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with one field: JSON pointer, stable code, Chinese message."""

    pointer: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """One condition of a lifecycle step that does not hold yet."""

    guard: str
    message: str


class HuanxunError(Exception):
    """Root of everything the product refuses on purpose."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "请求未能完成"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message or self.title)
        self.message: str = message or self.title
        self.facts: Mapping[str, Any] = facts
        self.aftermath: Callable[[Any], None] | None = None

    def recorded(self, aftermath: Callable[[Any], None]) -> HuanxunError:
        """Attach what must be written, in a transaction of its own, after the roll-back."""
        self.aftermath = aftermath
        return self


class Unauthenticated(HuanxunError):
    code = "unauthenticated"
    title = "请先登录"


class BadCredentials(Unauthenticated):
    code = "bad_credentials"
    title = "账号或密码不正确"


class SessionEnded(Unauthenticated):
    code = "session_ended"
    title = "登录已失效，请重新登录；手机里未上传的内容不会丢失"


class TokenReused(Unauthenticated):
    code = "token_reused"
    title = "检测到旧的登录凭证被再次使用，为保护账号已结束该设备的登录，请重新登录"


class NotFound(HuanxunError):
    code = "not_found"
    title = "没有找到，或不在您的查看范围内"


class Forbidden(HuanxunError):
    code = "forbidden"
    title = "您的岗位没有这项权限，请联系本单位负责人或管理员"


class Invalid(HuanxunError):
    code = "invalid"
    title = "填写的内容有误，请按提示修改后再提交"

    def __init__(self, message: str | None = None, *, flaws: Sequence[Flaw] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.flaws: tuple[Flaw, ...] = tuple(flaws)


class BadCursor(Invalid):
    code = "bad_cursor"
    title = "翻页标记无效，请从第一页重新打开列表"


class BadTicket(Invalid):
    code = "bad_ticket"
    title = "提交凭证无效或已过期，请重新获取验证后再提交；已填写的内容请保留，不必重写"


class TooLarge(Invalid):
    code = "too_large"
    title = "内容超过允许的大小"


class NotAPicture(HuanxunError):
    code = "not_a_picture"
    title = "这个文件不能作为照片接收"


class NotAPaper(NotAPicture):
    code = "not_a_paper"
    title = "这种文件不能收进一事一档"


class OtherProtocol(HuanxunError):
    code = "other_protocol"
    title = "上传方式的版本不对，应带请求头 Tus-Resumable: 1.0.0；请刷新页面后重试"


class VersionMissing(HuanxunError):
    code = "version_missing"
    title = "缺少 If-Match：请先读取最新内容，再带上其 ETag 提交"


class StaleVersion(HuanxunError):
    code = "stale_version"
    title = "内容已被他人更新，请查看变化后再决定是否提交"


class Conflict(HuanxunError):
    code = "conflict"
    title = "与现有内容冲突"


class OtherContent(Conflict):
    code = "other_content"
    title = "同一编号或幂等键已用于其他内容；如要提交新内容，请换一个新的编号"


class Duplicate(Conflict):
    code = "duplicate"
    title = "已存在相同的记录"


class TicketOver(Conflict):
    code = "ticket_over"
    title = "这次提交的凭证已过 2 小时；请重新获取验证后再提交，还没有收到回执的照片请再传一次"


class RuleOverlap(Conflict):
    code = "rule_overlap"
    title = "与该规则已有版本的有效期重叠；请改生效日期，或同时结束上一版本"


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title = "当前状态不能进行这一步"


class GuardsUnmet(Conflict):
    code = "guards_unmet"
    title = "还有条件没有满足"

    def __init__(self, unmet: Sequence[Unmet], message: str | None = None) -> None:
        super().__init__(message or "；".join(one.message for one in unmet))
        self.unmet: tuple[Unmet, ...] = tuple(unmet)


class RetentionRuns(Conflict):
    code = "retention_runs"
    title = "法定保存期限还没有届满，暂不能删除"


class Forgotten(Conflict):
    code = "forgotten"
    title = "举报人身份信息已依申请销毁，无法再查看或联系"


class InProgress(Conflict):
    code = "in_progress"
    title = "同一请求正在处理，请稍候几秒再试，不会重复登记"


class TooManyRequests(HuanxunError):
    code = "too_many_requests"
    title = "请求过于频繁"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(HuanxunError):
    code = "unavailable"
    title = "系统暂时繁忙，请稍后再试；已经收到确认的内容不会丢失"


class Unreadable(Unavailable):
    code = "unreadable"
    title = "无法解密：缺少对应的密钥"
