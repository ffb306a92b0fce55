"""Cases 案件: queues, lists, one case, its steps."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.paging import Page, read_cursor, write_cursor
from api.problems import refuses
from api.reads import Asked, PlainRoute, asked
from api.schemas.cases import (
    CaseCreated,
    CaseIn,
    CasePatch,
    CaseQuery,
    CaseRow,
    QueuesOut,
    ReassignIn,
    ReassignOut,
    case_rows,
)
from api.schemas.steps import CaseStep
from api.schemas.whole_case import CaseOut, DeadlineOut, HistoryOut
from api.work import IfMatch, May, OptionalKey, Work, etag
from models.domain.access import Verb
from models.domain.errors import (
    BadCursor,
    Forbidden,
    GuardsUnmet,
    IllegalTransition,
    NotFound,
    OtherContent,
    SessionEnded,
    StaleVersion,
    Unauthenticated,
    VersionMissing,
)
from models.operations import queues
from models.operations.casework import case_history, cases, stepping, triage
from models.operations.handling import advancing, case_views, reassigning

router = APIRouter(
    prefix="/v1/cases", tags=["案件"], route_class=PlainRoute
)  # the hottest routes first: each one before costs time

Reading = Annotated[Work, Depends(May(Verb.CASE_READ))]
Logging = Annotated[Work, Depends(May(Verb.CASE_LOG))]
Stepping = Annotated[Work, Depends(May(Verb.CASE_STEP))]
Registering = Annotated[Work, Depends(May(Verb.COMPLAINT_REGISTER))]
Reassigning = Annotated[Work, Depends(May(Verb.CASE_REASSIGN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@router.get(
    "",
    summary="案件列表",
    responses=refuses(*_ANY, NotFound, BadCursor),
    openapi_extra=asked(CaseQuery),
    operation_id="list_cases",
)
async def list_cases(work: Reading, query: Annotated[CaseQuery, Depends(Asked(CaseQuery))]) -> Page[CaseRow]:
    """按最近期限排序，逐页读取；只列出您看得到的案件。"""
    vault = work.house.vault
    after = read_cursor(vault, query.cursor, use="cases")
    rows = await work.read(queues.page, query.filters(), after=after, limit=query.limit)
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > query.limit else None
    following = write_cursor(vault, last.due_at, last.id, use="cases") if last is not None else None
    return Page[CaseRow].model_construct(items=case_rows(shown), next=following)


@router.get(
    "/{case_id:uuid}", summary="案件详情", responses=refuses(*_ANY, NotFound), operation_id="get_case"
)
async def get_case(case_id: UUID, work: Reading, response: Response) -> CaseOut:
    """全案，含可以进行的操作、所需填写项和尚未满足的条件。"""
    view = await work.read(case_views.whole, case_id)
    response.headers.update(etag(view.case.version))
    return CaseOut.of(view)


@router.post(
    "",
    summary="现场登记案件",
    status_code=201,
    responses=refuses(*_ANY, OtherContent),
    operation_id="log_case",
)
async def log_case(body: CaseIn, work: Logging, response: Response) -> CaseCreated:
    """手机离线登记的案件；同一 id 重复提交得到同一结果。"""
    made = CaseCreated.of(await work.do(cases.log, body.draft(), body.model_dump()))
    response.headers.update(etag(made.version))
    return made


@router.get("/queues", summary="我的待办", responses=refuses(*_ANY), operation_id="queues")
async def my_queues(work: Reading) -> QueuesOut:
    """各队列的数量（满 100 即止）和上次查看以来的变化。"""
    return QueuesOut.model_validate({"items": await work.read(queues.counts)})


@router.post(
    "/queues/{queue}/looked",
    summary="看过了",
    status_code=204,
    responses=refuses(*_ANY, NotFound),
    operation_id="looked",
)
async def looked(queue: str, work: Reading) -> Response:
    """记下“上次查看”的时间。"""
    await work.do(queues.look, queue)
    return Response(status_code=204)


@router.patch(
    "/{case_id:uuid}",
    summary="初审修正",
    responses=refuses(*_ANY, NotFound, VersionMissing, StaleVersion, IllegalTransition, OtherContent),
    operation_id="correct_case",
)
async def correct_case(
    case_id: UUID, body: CasePatch, work: Registering, version: IfMatch, key: OptionalKey, response: Response
) -> CaseOut:
    """受理前由受理员修正标题、工作文本、类别、地点、紧急程度。"""
    await work.do(triage.correct, case_id, body.model_dump(exclude_unset=True), version=version, key=key)
    return await get_case(case_id, work, response)


@router.post(
    "/{case_id:uuid}/steps",
    summary="办理一步",
    responses=refuses(
        *_ANY, NotFound, VersionMissing, StaleVersion, IllegalTransition, GuardsUnmet, OtherContent
    ),
    operation_id="take_step",
)
async def take_step(
    case_id: UUID, step: CaseStep, work: Stepping, version: IfMatch, key: OptionalKey, response: Response
) -> CaseOut:
    """受理、派单、提交、退回、审批、答复、回访、归档……；须带 If-Match，可带 Idempotency-Key。"""
    inputs = step.model_dump(mode="json", exclude={"action"}, exclude_none=True)
    await work.do(
        advancing.advance,
        case_id,
        stepping.Step(step.action, inputs),
        step.model_dump(mode="json"),
        version=version,
        key=key,
    )
    return await get_case(case_id, work, response)


@router.get(
    "/{case_id:uuid}/history",
    summary="办理过程",
    responses=refuses(*_ANY, NotFound),
    operation_id="case_history",
)
async def history(case_id: UUID, work: Reading) -> HistoryOut:
    """每一步由谁、何时、依什么岗位办理；联系记录与答复凭证。"""
    return HistoryOut.of(await work.read(case_history.history, case_id))


@router.get(
    "/{case_id:uuid}/deadlines",
    summary="期限",
    responses=refuses(*_ANY, NotFound),
    operation_id="case_deadlines",
)
async def deadlines(case_id: UUID, work: Reading) -> list[DeadlineOut]:
    """本案全部期限，每个都能说明自己是怎么算出来的。"""
    return [DeadlineOut.of(row) for row in await work.read(case_history.all_deadlines, case_id)]


@router.post("/reassignments", summary="批量改派", responses=refuses(*_ANY), operation_id="reassign")
async def reassign(body: ReassignIn, work: Reassigning) -> ReassignOut:
    """把一个人手上的案件整体交给他人；逐件给出结果。"""
    return ReassignOut.model_validate(
        {"items": await work.do(reassigning.bulk, body.model_dump(mode="json"))}
    )
