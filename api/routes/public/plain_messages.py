"""
Query, messages and withdrawal by plain forms 普通表单: the same addresses as with JSON, answered with pages.

Number and code travel in the body of a form and are never part of an address.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.limits import Gate
from api.pages import messages, multipart, photos, reading, refusing, rendering, stamps, status
from api.pages.reading import Typed
from api.pages.status import Outcome
from api.routes.public.plain import MOST_BODY_BYTES
from api.schemas.public.complaints import MessageMade, StatusOut
from api.uploading import Intake
from api.work import OpenWork, Work
from models.domain.errors import HuanxunError, Invalid, NotFound, TooManyRequests
from models.domain.public.messages import MessageKind
from models.domain.words import numbering, query_codes
from models.operations.public import plain, querying, writing

router = APIRouter(prefix="/v1/public/complaints", tags=["公众举报"], route_class=refusing.FormRoute)

RECEIVED = "已收到，受理人员会尽快查看"
WITHDRAWN = "已撤回；编号和查询码从现在起不能再查询"


@router.post("/query", include_in_schema=False)
async def query(request: Request, work: OpenWork) -> Response:
    """What became of a complaint, with forms for what can be said now."""
    typed = await _typed(request)
    try:
        code, found = await _found(request, work, typed)
    except HuanxunError as error:
        return await _again(request, work, typed, error)
    if refusing.wants_json(request):
        return _json(found)
    return await status.show(request, work, code, found, Outcome(), work.house.clock())


@router.post("/messages", include_in_schema=False, max_body_size=MOST_BODY_BYTES)
async def write(request: Request, work: OpenWork) -> Response:
    """A message, with photos as they come; then the page of the complaint with it."""
    intake: Intake = request.app.state.intake
    now = work.house.clock()
    with intake.room(0) as room:
        form = await multipart.read_form(request, intake, room)
        typed = reading.typed_of(form, request.headers.get("idempotency-key"))
        kind = typed.values.get("kind", MessageKind.MESSAGE.value)
        try:
            made = await _write(request, work, typed, now)
        except HuanxunError as error:
            return await _refused(request, work, typed, kind, error)
        taken = await _photos(request, work, typed, now)
    if refusing.wants_json(request):
        return _json(MessageMade(id=made, message=RECEIVED), 201)
    code, found = await _found(request, work, typed)
    return await status.show(request, work, code, found, Outcome(RECEIVED, taken), now)


@router.post("/withdraw", include_in_schema=False)
async def withdraw(request: Request, work: OpenWork) -> Response:
    """Take a complaint back."""
    typed = await _typed(request)
    try:
        body = messages.withdrawal_of(typed)
        number, code = numbering.parse_public_number(body.number), query_codes.parse(body.query_code)
        made = await _gate(request).answered(
            number,
            work.house.clock(),
            lambda: work.do(
                writing.write, number, code, MessageKind.WITHDRAW, {"text": body.reason}, typed.key
            ),
        )
    except HuanxunError as error:
        return await _refused(request, work, typed, MessageKind.WITHDRAW.value, error)
    if refusing.wants_json(request):
        return _json(MessageMade(id=made, message=WITHDRAWN))
    return rendering.page(request, "told", title="已撤回", message=WITHDRAWN)


async def _typed(request: Request) -> Typed:
    intake: Intake = request.app.state.intake
    with intake.room(0) as room:
        form = await multipart.read_form(request, intake, room)
    return reading.typed_of(form, request.headers.get("idempotency-key"))


async def _found(request: Request, work: Work, typed: Typed) -> tuple[tuple[str, str], StatusOut]:
    """Number and code as typed, and what is told for them."""
    body = messages.code_of(typed)
    number, code = numbering.parse_public_number(body.number), query_codes.parse(body.query_code)
    found = await _gate(request).answered(
        number, work.house.clock(), lambda: work.read(querying.query, number, code)
    )
    return (body.number, body.query_code), StatusOut.model_validate(found)


async def _write(request: Request, work: Work, typed: Typed, now: datetime) -> UUID:
    body, key = messages.message_of(typed, now)
    number, code = numbering.parse_public_number(body.number), query_codes.parse(body.query_code)
    return await _gate(request).answered(
        number, now, lambda: work.do(writing.write, number, code, body.kind, body.said(), key)
    )


async def _photos(request: Request, work: Work, typed: Typed, now: datetime) -> photos.Taken | None:
    """What became of the photos; ``None``: there were none."""
    if typed.cut:
        return photos.CUT
    if not typed.photos:
        return None
    vault = work.house.vault
    mark = photos.form_mark(vault, typed.key.value, stamps.made_at(vault, typed.values) or now)
    body = messages.code_of(typed)
    number, code = numbering.parse_public_number(body.number), query_codes.parse(body.query_code)
    try:
        await work.do(plain.admit_more_photos, mark, number, code)
    except HuanxunError as error:
        return photos.none_taken(typed.photos, error.message)
    return await photos.take(work, request.app.state.intake, mark, typed)


async def _again(request: Request, work: Work, typed: Typed, error: HuanxunError) -> Response:
    """The form for number and code, with what was typed."""
    if refusing.wants_json(request):
        raise error
    return await status.ask(request, work, typed, error)


async def _refused(request: Request, work: Work, typed: Typed, kind: str, error: HuanxunError) -> Response:
    """The page of the complaint with what was typed; when number or code are wrong, the form for these."""
    if isinstance(error, NotFound | TooManyRequests) or refusing.wants_json(request):
        return await _again(request, work, typed, error)
    if isinstance(error, Invalid) and {one.pointer for one in error.flaws} & {"/number", "/query_code"}:
        return await _again(request, work, typed, error)
    code, found = await _found(request, work, typed)
    kind = kind if kind in status.KINDS else MessageKind.MESSAGE.value
    outcome = Outcome(kind=kind, typed=typed, error=error)
    return await status.show(request, work, code, found, outcome, work.house.clock())


def _gate(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


def _json(answer: BaseModel, code: int = 200) -> Response:
    return JSONResponse(answer.model_dump(mode="json"), status_code=code)
