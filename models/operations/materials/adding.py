"""Adding a material 材料: first what it is and the file it promises, then the file; voiding one added by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.acceptance.materials import MOST_FILE_BYTES, MaterialKind
from models.domain.errors import Conflict, Flaw, Invalid, TooLarge
from models.domain.geo import Datum, to_wgs84
from models.domain.law import chain_of
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.materials import allowed, rows
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.materials import materials as T

_DAYS: Final = ("taken_on", "reported_on", "on", "dated_on")


@dataclass(frozen=True, slots=True)
class MaterialDraft:
    """A material as declared: its facts by kind as JSON values, and the file it promises."""

    id: UUID
    kind: MaterialKind
    title: str
    file_name: str
    sha256: bytes
    size: int
    facts: dict[str, Any]


def add(act: Act, case_id: UUID, draft: MaterialDraft, content: Any, version: int | None) -> UUID:
    """
    Put a material into the file of an item; a retry with the same id and content is the same one.

    Raises:
        NotFound; Forbidden: not his paper; Invalid, TooLarge; VersionMissing, StaleVersion; Conflict: closed;
        OtherContent: the id was used for something else.
    """
    key = Key(str(draft.id), keep="id")
    return once(act, key, f"materials/{case_id}", content, lambda: _add(act, case_id, draft, version))


def _add(act: Act, case_id: UUID, draft: MaterialDraft, version: int | None) -> UUID:
    case = sight.lock(act, case_id)
    rows.item_of(act, case_id)
    grants = allowed.grants_for(act, case, draft.kind)
    facts = _settled(act, case_id, draft)
    sight.current(act, case, version)
    unit_id = allowed.open_now(act, case, draft.kind, grants)
    act.db.execute(
        insert(T).values(
            id=draft.id,
            case_id=case_id,
            round=case.round,
            kind=draft.kind,
            title=draft.title,
            facts=facts,
            file_name=draft.file_name,
            sha256=draft.sha256,
            size=draft.size,
            unit_id=unit_id,
            uploaded_by=act.actor.account_id,
            received_at=act.now,
        )
    )
    raise_version(act, case)
    fields = ("kind", "title", "facts", "file_name", "sha256", "size")
    said = {"kind": draft.kind, "title": draft.title, "facts": facts, "sha256": draft.sha256.hex()}
    act.note("material.add", "case", case_id, chain=chain_of(case.division_code), fields=fields, content=said)
    return draft.id


def void(act: Act, case_id: UUID, material_id: UUID, *, reason: str, version: int | None) -> AnyRow:
    """
    Void a material; row and file stay. Gives the row.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: closed in this state, or void already.
    """
    case = sight.lock(act, case_id)
    row = rows.one_of(act, case_id, material_id)
    grants = allowed.grants_for(act, case, row.kind)
    sight.current(act, case, version)
    if row.voided_at is not None:
        raise Conflict("这份材料已经作废")
    allowed.open_now(act, case, row.kind, grants)
    values = {"voided_at": act.now, "voided_by": act.actor.account_id, "void_reason": reason}
    act.db.execute(update(T).where(T.c.id == material_id).values(values))
    raise_version(act, case)
    content = {"material": str(material_id), "reason": reason}
    chain = chain_of(case.division_code)
    act.note(
        "material.void", "case", case_id, chain=chain, fields=("voided_at", "void_reason"), content=content
    )
    return rows.one_of(act, case_id, material_id)


def raise_version(act: Act, case: AnyRow) -> None:
    """A guard reads the file of the item: whoever decides on what he saw must see it again."""
    act.db.execute(
        update(cases).where(cases.c.id == case.id).values(version=case.version + 1, changed_at=act.now)
    )


def _settled(act: Act, case_id: UUID, draft: MaterialDraft) -> dict[str, Any]:
    """The facts as they are kept: a photo's place in WGS-84 beside the one given. Raises ``Invalid``, ``TooLarge``."""
    if draft.size > MOST_FILE_BYTES:
        told = f"一份文件最大 {MOST_FILE_BYTES // 1_000_000} MB，请压缩、降低扫描分辨率或拆成几份再提交"
        raise TooLarge(told, most_bytes=MOST_FILE_BYTES)
    facts = dict(draft.facts)
    flaws = list(_in_future(facts, legal_day(act.now)))
    if flaws:
        raise Invalid(flaws=flaws)
    named = facts.get("station_id")
    if named and named not in {str(one.id) for one in rows.stations_of(act, case_id)}:
        raise Invalid(
            flaws=[Flaw("/facts/station_id", "unknown_station", "本问题没有这个机位，请先设置机位")]
        )
    if facts.get("datum"):
        given = facts["lon"], facts["lat"]
        facts |= {"given_lon": given[0], "given_lat": given[1]}
        facts["lon"], facts["lat"] = to_wgs84(*given, Datum(facts["datum"]))
    return facts


def _in_future(facts: dict[str, Any], today: date) -> Iterator[Flaw]:
    """A flaw for each declared day that has not come yet."""
    said = [(f"/facts/{name}", facts.get(name)) for name in _DAYS]
    said += [(f"/facts/samples/{n}/on", one["on"]) for n, one in enumerate(facts.get("samples", ()))]
    for pointer, day in said:
        if day and date.fromisoformat(day) > today:
            yield Flaw(pointer, "in_future", "日期不能晚于今天")
    at = facts.get("captured_at")
    if at and legal_day(datetime.fromisoformat(at)) > today:
        yield Flaw("/facts/captured_at", "in_future", "拍摄时间不能晚于今天")
