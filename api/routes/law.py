"""Law as data: calendar 日历, rules 规则, code lists 代码表."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.problems import refuses
from api.reads import Asked, asked
from api.schemas.law import (
    CodeLists,
    RuleAdded,
    RuleIn,
    RuleQuery,
    RulesOut,
    YearIn,
    YearLoaded,
    YearOut,
    YearQuery,
)
from api.work import May, OptionalKey, Work
from models.domain.access import Verb
from models.domain.errors import Forbidden, OtherContent, RuleOverlap, SessionEnded, Unauthenticated
from models.operations.law import calendars, code_lists, rules

calendar_router = APIRouter(prefix="/v1/calendar", tags=["法规数据"])
rules_router = APIRouter(prefix="/v1/rules", tags=["法规数据"])
reference_router = APIRouter(prefix="/v1/reference", tags=["法规数据"])

Reading = Annotated[Work, Depends(May(Verb.REFERENCE_READ))]
Keeping = Annotated[Work, Depends(May(Verb.REFERENCE_ADMIN))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@calendar_router.get(
    "",
    summary="工作日历",
    responses=refuses(*_ANY),
    openapi_extra=asked(YearQuery),
    operation_id="get_calendar",
)
async def get_calendar(work: Reading, query: Annotated[YearQuery, Depends(Asked(YearQuery))]) -> YearOut:
    """一年的放假和调休上班日及其通知文号；尚未公布的年份 confirmed 为 false，只按周末计算。"""
    return YearOut.model_validate(await work.read(calendars.year, query.year))


@calendar_router.post("/years", summary="导入放假安排", responses=refuses(*_ANY), operation_id="load_year")
async def load_year(body: YearIn, work: Keeping) -> YearLoaded:
    """导入国务院办公厅公布的一年放假安排；列出会变动的期限，由各单位负责人逐个确认，不会自行变动。"""
    return YearLoaded.of(await work.do(calendars.load, body.csv))


@rules_router.get(
    "",
    summary="期限规则",
    responses=refuses(*_ANY),
    openapi_extra=asked(RuleQuery),
    operation_id="list_rules",
)
async def list_rules(work: Reading, query: Annotated[RuleQuery, Depends(Asked(RuleQuery))]) -> RulesOut:
    """国家规定和地方规定的各个版本，附依据、有效期和可信程度；几项并存时取最短的。"""
    return RulesOut.of(await work.read(rules.listed, query.filters()))


@rules_router.post(
    "",
    summary="增加地方规则",
    status_code=201,
    responses=refuses(*_ANY, RuleOverlap, OtherContent),
    operation_id="add_rule",
)
async def add_rule(body: RuleIn, work: Keeping, key: OptionalKey) -> RuleAdded:
    """增加一个地方版本；正在计时的期限仍用原版本，列出会变动的，不会自行变动。"""
    content = body.model_dump(mode="json")
    return RuleAdded.of(
        await work.do(
            rules.add_local, body.cells(), ends_previous=body.ends_previous, content=content, key=key
        )
    )


@reference_router.get("", summary="代码表", responses=refuses(*_ANY), operation_id="code_lists")
async def list_codes(work: Reading) -> CodeLists:
    """各表单可选的词：渠道、途径、类别、结论、措施、理由、岗位、状态、动作……"""
    return CodeLists.model_validate(await work.read(code_lists.lists))
