"""The complaint form 举报表单: its fields, what they say as a ``PublicComplaintIn``, and the page that shows it (again)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.reading import Typed, beside, checked, zoned
from api.pages.refusing import wait_of
from api.pages.rendering import fresh_key, page
from api.pages.stamps import stamp
from api.problems import status_of
from api.schemas.public.complaints import PublicComplaintIn
from api.work import Work
from models.domain.complaints import Nuisance
from models.domain.errors import HuanxunError, Invalid, OtherContent
from models.operations.public import choices

NUISANCE: Final = frozenset(
    f"occurrence.{name}"
    for name in ("kind", "strength", "hour_from", "hour_to", "days", "indoors", "weather", "noticed_at")
)
FIELDS: Final = NUISANCE | {
    "words",
    "categories",
    "place.division",
    "place.text",
    "place.lon",
    "place.lat",
    "place.datum",
    "noticed_at",
    "wish",
    "confidentiality",
    "reporter",
    "reporter.name",
    "reporter.phone",
    "reporter.address",
    "consent.privacy_version",
    "consent.contact_on_site",
    "consent.reward_claim",
    "follows",
    "follows.number",
    "follows.query_code",
    "altcha",
}
SHOWN: Final = FIELDS - {"place.lon", "place.lat", "place.datum", "altcha"}
"""Fields with a place on the page; a message about another one stands at the top."""

_TOLD: Final[dict[str, str]] = {
    "匿名": "不留姓名；请保存好查询码，丢了不能补发",
    "要求保密": "姓名电话只有受理人员能看",
    "可联系": "办理中可以打电话向我了解情况",
}
_OTHER: Final = (
    "刚才这一页已经提交过一份，编号不变；这次的内容和那份不一样。"
    "只是补充的，请凭编号在“查询进展”里补充；确实要另外举报一件，请再按一次“提交”。"
)


def complaint_of(typed: Typed) -> PublicComplaintIn:
    """What the form says. Raises Invalid."""
    said = typed.said(FIELDS)
    occurrence = said.pop("occurrence", None)
    if occurrence:
        said["occurrences"] = [nuisance(occurrence)]
    if "noticed_at" in said:
        said["noticed_at"] = zoned(said["noticed_at"])
    for whole in ("place", "consent"):  # so that each field that is missing is named
        said.setdefault(whole, {})
    return checked(PublicComplaintIn, said)


def nuisance(said: Mapping[str, Any]) -> dict[str, Any]:
    """An occurrence; who says when or how strong, but not what, is not asked again."""
    made = {"kind": Nuisance.OTHER.value, **said}
    if "noticed_at" in made:
        made["noticed_at"] = zoned(made["noticed_at"])
    return made


async def show(
    request: Request, work: Work, now: datetime, typed: Typed | None = None, error: HuanxunError | None = None
) -> Response:
    """The form; after a refusal with everything that was typed and the messages beside the fields."""
    typed = typed or Typed()
    afresh = not typed.values or isinstance(error, OtherContent)
    key = fresh_key() if afresh else typed.key.value
    kept = "" if afresh else typed.values.get("stamp", "")
    offered = offer(await work.read(choices.offered))
    return page(
        request,
        "form",
        status=status_of(error) if error else 200,
        kept=error is None,
        wait=wait_of(error) if error else 0,
        sample=offered["sample"],
        choices=offered,
        typed=typed.values,
        categories=typed.several,
        errors=_messages(error),
        had_photos=bool(typed.photos) or typed.cut,
        key=key,
        stamp=kept or stamp(work.house.vault, key, now),
    )


def offer(offered: Mapping[str, Any]) -> dict[str, Any]:
    """The lists of a form as pairs of value and title."""
    return {
        **offered,
        "kinds": [(one, one) for one in offered["nuisances"]],
        "strengths": [(str(one["level"]), f"{one['level']}　{one['title']}") for one in offered["strengths"]],
        "days": [(one, one) for one in offered["days"]],
        "weather": [(one, one) for one in offered["weather"]],
        "hours": [(f"{hour:02}:00", f"{hour} 点") for hour in range(24)],
        "confidentiality": [(one, _TOLD[one]) for one in offered["confidentiality"]],
    }


def _messages(error: HuanxunError | None) -> dict[str, str]:
    if error is None:
        return {}
    if isinstance(error, Invalid):
        return beside(error, SHOWN)
    return {"": _OTHER if isinstance(error, OtherContent) else error.message}
