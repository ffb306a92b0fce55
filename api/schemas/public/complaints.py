"""What the public sends and gets 公众举报 on the wire; the forms without JavaScript fill the same shapes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import In, Moment, Out, PlaceIn, Words
from api.schemas.complaints import ReporterIn
from models.domain.complaints import Confidentiality, Nuisance, Satisfaction, Weather
from models.domain.drafts import Place, PublicDraft
from models.domain.public.messages import MessageKind
from models.domain.words.numbering import shown
from models.domain.words.query_codes import shown as code_shown
from models.operations.public.submitting import Submitted

Typed = Annotated[Words, Field(min_length=1, max_length=60)]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="北京时间，如 22:30")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NuisanceIn(In):
    """When it happens: kind, strength 0–5, hours, days, indoors, weather; only words from lists."""

    kind: Nuisance
    strength: Annotated[int, Field(ge=0, le=5, description="强度：0 感觉不到，5 无法忍受")] | None = None
    hour_from: Hour | None = None
    hour_to: Hour | None = None
    days: Literal["每天", "工作日", "周末", "雨天", "不定"] | None = None
    indoors: bool | None = Field(None, description="关窗在室内也闻得到、听得到")
    weather: Weather | None = None
    noticed_at: Moment | None = None

    def plain(self) -> dict[str, Any]:
        """As it is kept with the complaint."""
        return self.model_dump(mode="json", exclude_none=True) | {"weather": self.weather or ""}


class CodeIn(In):
    """Number and query code, as typed from the receipt."""

    number: Typed = Field(description="举报编号，如 ABCDE-FGHJK-M")
    query_code: Typed = Field(description="查询码，四组，每组五位")


class ConsentIn(In):
    """What the person agreed to; each by itself."""

    privacy_version: Annotated[str, Field(min_length=1, max_length=20)] = Field(
        description="已阅读的隐私告知版本"
    )
    contact_on_site: bool = Field(False, description="愿意在现场调查时被联系")
    reward_claim: bool = Field(False, description="有意申请举报奖励（仅作登记）")


class PublicComplaintIn(In):
    """A complaint from the public face."""

    words: Annotated[Words, Field(min_length=5, max_length=5000)] = Field(
        description="要反映的情况；立即加密封存"
    )
    place: PlaceIn
    categories: Annotated[list[Words], Field(max_length=6)] = []
    occurrences: Annotated[list[NuisanceIn], Field(max_length=10)] = []
    noticed_at: Moment | None = None
    wish: Annotated[Words, Field(min_length=1, max_length=500)] | None = Field(
        None, description="希望怎样解决"
    )
    confidentiality: Confidentiality
    reporter: ReporterIn = ReporterIn()
    consent: ConsentIn
    files: Annotated[list[Sha256], Field(max_length=9)] = Field([], description="随后要传的照片的 SHA-256")
    follows: CodeIn | None = Field(None, description="同一问题以前的编号和查询码")
    follows_receipt: dict[str, str] | None = Field(None, description="丢了查询码时，可附上以前的回执")
    altcha: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        None, description="验证题的答案（GET /v1/public/challenge）；普通表单可以没有"
    )

    @model_validator(mode="after")
    def _one_earlier(self) -> Self:
        if self.follows is not None and self.follows_receipt is not None:
            raise ValueError("以前的编号和回执，填一样即可")
        return self

    def draft(self, follows: UUID | None) -> PublicDraft:
        """The plain values an operation takes."""
        where = self.place
        return PublicDraft(
            words=self.words,
            place=Place(where.division, where.text, where.lon, where.lat, where.datum),
            confidentiality=self.confidentiality,
            reporter=self.reporter.plain(),
            categories=tuple(self.categories),
            occurrences=tuple(one.plain() for one in self.occurrences),
            noticed_at=self.noticed_at,
            wish=self.wish,
            consents=self.consent.model_dump(),
            files=tuple(self.files),
            follows=follows,
        )


class ReceiptOut(Out):
    """A signed receipt 回执: check it offline with the keys of ``/v1/public/keys``."""

    payload: str
    signature: str
    kid: str
    salt: str


class SubmittedOut(Out):
    """What to keep: number, query code, receipt. ``query_code``: null when asked again after 24 hours."""

    number: str
    query_code: str | None
    received_at: datetime
    receipt: ReceiptOut
    message: str

    @classmethod
    def of(cls, made: Submitted) -> Self:
        code = code_shown(made.query_code) if made.query_code else None
        told = (
            "请保存编号、查询码和回执：凭编号和查询码可以查询进展、留言和补充照片"
            if code
            else "该举报已经登记过；查询码只在提交后 24 小时内重复显示"
        )
        return cls.model_validate(
            {
                "number": shown(made.number),
                "query_code": code,
                "received_at": made.received_at,
                "receipt": made.receipt,
                "message": told,
            }
        )


class MessageIn(CodeIn):
    """What a person says later; which fields are needed depends on ``kind``."""

    kind: Literal[
        MessageKind.MESSAGE,
        MessageKind.SUPPLEMENT,
        MessageKind.AGAIN,
        MessageKind.NOT_FIXED,
        MessageKind.SATISFACTION,
    ] = MessageKind.MESSAGE
    text: Annotated[Words, Field(min_length=1, max_length=3000)] | None = None
    occurrence: NuisanceIn | None = Field(None, description="“又发生了”时的现象和时间")
    satisfaction: Literal[Satisfaction.SATISFIED, Satisfaction.MOSTLY, Satisfaction.NOT] | None = None
    altcha: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        None, description="要随留言传照片时，附上验证题的答案"
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.kind is MessageKind.SATISFACTION and self.satisfaction is None:
            raise ValueError("请选择满意程度")
        silent = {MessageKind.AGAIN, MessageKind.SATISFACTION, MessageKind.SUPPLEMENT}
        if self.text is None and self.kind not in silent:
            raise ValueError("请写下要说的话")
        return self

    def said(self) -> dict[str, Any]:
        """The plain values an operation takes."""
        return {
            "text": self.text,
            "occurrence": self.occurrence.plain() if self.occurrence else None,
            "satisfaction": self.satisfaction.value if self.satisfaction else None,
        }


class AnswerIn(In):
    """What the bureau writes back."""

    text: Annotated[Words, Field(min_length=1, max_length=3000)]


class CodeOut(Out):
    """A new query code; shown this once."""

    number: str
    query_code: str


class WithdrawIn(CodeIn):
    """Taking a complaint back; what was reported may still be looked into."""

    reason: Annotated[Words, Field(max_length=500)] = ""


class MessageMade(Out):
    """The message is kept."""

    id: UUID
    message: str


class ExtensionOut(Out):
    """A limit that was lengthened, why, and until when."""

    granted_at: datetime
    reason: str
    due_on: date


class AnswerOut(Out):
    """An answer of the bureau."""

    at: datetime
    text: str


class RefusalOut(Out):
    """Why it was not accepted, and where else to turn."""

    reason: str
    text: str


class MessageOut(Out):
    """One message; ``text`` null: it cannot be shown just now."""

    at: datetime
    from_bureau: bool
    kind: MessageKind
    title: str
    text: str | None


class StatusOut(Out):
    """What became of it; never who handled it."""

    number: str
    state: str
    state_words: str
    unit: str
    place: str
    categories: list[str]
    received_at: datetime
    accepted_at: datetime | None
    concluded_at: datetime | None
    due_on: date | None
    extensions: list[ExtensionOut]
    visited_at: list[datetime]
    refusal: RefusalOut | None
    answers: list[AnswerOut]
    messages: list[MessageOut]
    satisfaction: Satisfaction | None
    may: list[str]
    next_doors: list[str]
