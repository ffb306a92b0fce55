"""Ledgers 清单 and their items 整改问题 on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Note, Out, PlaceIn, PlaceOut, Words
from api.schemas.cases import Categories, ClientId, due, place_of
from api.schemas.item_steps import Line, Person, Text
from api.schemas.whole_case import place_out
from models.domain.geo import Datum
from models.domain.rectification.drafts import ItemDraft, LedgerDraft
from models.domain.rectification.words import Level, Origin, Part, PlaceKind, Progress, Stage
from models.domain.states import STATE_TITLES, State
from models.operations.ledgers.listing import ItemView, Listed

Title = Annotated[Words, Field(min_length=2, max_length=120)]
Vertex = Annotated[list[float], Field(min_length=2, max_length=2)]


class LedgerIn(In):
    """A ledger as the office makes it."""

    title: Title
    origin: Origin
    level: Level = Field(description="审批层级：一般与来源层级相同，由整改办确定")
    year: int = Field(ge=2000, le=2100)
    division: DivisionCode
    batch: Annotated[Words, Field(min_length=1, max_length=80)] | None = None
    document: Annotated[Words, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="交办文件的标题和文号"
    )

    def draft(self) -> LedgerDraft:
        return LedgerDraft(**self.model_dump())


class LedgerOut(Out):
    """A ledger; ``published_count`` and ``outcome`` only of a published batch, which has no items of ours."""

    id: UUID
    title: str
    origin: Origin
    level: Level
    year: int
    batch: str | None
    document: str | None
    division: str
    read_only: bool
    published_count: int | None
    outcome: str | None
    item_count: int
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row._mapping, "division": row.division_code})


class GeometryIn(In):
    """A line or an area; a point is the place itself."""

    kind: Literal[PlaceKind.LINE, PlaceKind.AREA]
    coordinates: Annotated[list[Vertex], Field(min_length=2, max_length=500, description="[[经度, 纬度], …]")]
    datum: Datum
    k_from: Annotated[str, Field(max_length=12, description="起点桩号，如 K0+200")] | None = None
    k_to: Annotated[str, Field(max_length=12, description="止点桩号，如 K0+900")] | None = None


class ItemIn(In):
    """A problem entered into a ledger."""

    id: ClientId
    problem_no: Annotated[Words, Field(min_length=1, max_length=40)] = Field(description="问题编号")
    title: Title
    text: Text = Field(description="问题描述")
    categories: Categories
    place: PlaceIn
    geometry: GeometryIn | None = None
    site_id: UUID | None = None
    points: Annotated[list[Annotated[Words, Field(min_length=1, max_length=1000)]], Field(max_length=30)] = []
    problem_type: Annotated[Words, Field(max_length=40)] | None = Field(
        default=None, description="问题类型：决定适用哪个验收标准"
    )
    listed_on: date = Field(description="交办日期")
    responsible: Annotated[list[UUID], Field(min_length=1, max_length=10, description="责任单位")]
    lead: UUID | None = Field(default=None, description="牵头单位")
    joint: Annotated[list[UUID], Field(max_length=20, description="会同单位")] = []
    level: Level | None = Field(default=None, description="审批层级；不填与清单相同")
    stage: Stage | None = None
    goal: Text | None = None
    measures: Text | None = None
    checklist: Annotated[list[Line], Field(max_length=30, description="销号标准")] = []
    due_on: date | None = Field(default=None, description="清单规定的整改时限")
    responsible_person: Person | None = None
    contact_leader: Person | None = None

    def draft(self, ledger_id: UUID) -> ItemDraft:
        """The plain values an operation takes."""
        values = self.model_dump(exclude={"place", "geometry"})
        geometry = self.geometry.model_dump() if self.geometry else None
        return ItemDraft(ledger_id=ledger_id, place=place_of(self.place), geometry=geometry, **values)


class ItemQuery(PageQuery):
    """A page of a ledger's items."""


class UnitPart(Out):
    """A unit with a part in an item."""

    id: UUID
    name: str
    part: Part


class ItemRow(Out):
    """An item as a line of its ledger."""

    case_id: UUID
    number: str
    problem_no: str
    round: int
    state: State
    state_title: str
    version: int
    title: str
    text: str
    categories: list[str]
    place: PlaceOut
    level: Level
    problem_type: str | None
    listed_on: date
    stage: Stage | None
    due_on: date | None
    first_due_on: date | None
    progress: Progress
    percent: int
    finished_on: date | None
    written_off_on: date | None
    accountability: bool
    due_at: datetime | None
    units: list[UnitPart]

    @classmethod
    def of(cls, one: Listed) -> Self:
        return cls.model_validate(row_of(one))


def row_of(one: Listed) -> dict[str, Any]:
    """The values of a line."""
    row = one.row
    return {
        **row._mapping,
        "text": row.working_text,
        "state_title": STATE_TITLES[row.state],
        "due_at": due(row.due_at),
        "place": place_out(row),
        "units": [
            {"id": unit.id, "name": unit.name, "part": part}
            for part, units in one.units.items()
            for unit in units
        ],
    }


class ChecklistLine(Out):
    """One line of the 销号标准; ``met`` null until the self-check."""

    text: str
    met: bool | None
    note: str | None


class TaskOut(Out):
    """A task of an item."""

    no: int
    text: str
    unit_id: UUID
    unit: str
    person: str | None
    due_on: date
    done_on: date | None
    note: str | None


class RoundOut(Out):
    """A round of the same problem."""

    case_id: UUID
    round: int
    number: str
    state: State
    written_off_on: date | None


class ItemOut(ItemRow):
    """One item whole: what the case itself does not say."""

    ledger: str
    ledger_id: UUID
    origin: Origin
    goal: str | None
    measures: str | None
    checklist: list[ChecklistLine]
    responsible_person: str | None
    contact_leader: str | None
    place_kind: PlaceKind
    line: list[list[float]]
    k_from_m: int | None
    k_to_m: int | None
    size: float | None
    tasks: list[TaskOut]
    rounds: list[RoundOut]

    @classmethod
    def whole(cls, view: ItemView) -> Self:
        return cls.model_validate(
            {
                **row_of(view.item),
                "ledger": view.ledger.title,
                "origin": view.ledger.origin,
                "tasks": view.tasks,
                "rounds": view.rounds,
            }
        )


class TaskDoneIn(In):
    """A task reported done."""

    done_on: date
    note: Note = ""
