"""Stations and materials put into the file of an item by their people, with files in a store."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.domain.acceptance.materials import MaterialKind
from models.domain.ids import uuid7
from models.files.digests import digests_of
from models.operations.materials import adding, arriving, stations
from models.operations.materials.adding import MaterialDraft
from models.operations.materials.arriving import Arrived
from models.operations.materials.stations import StationDraft
from tests.factories import NOW, World
from tests.operations.ledgers.stories import case_of

PAPERS = (
    MaterialKind.ASSIGNMENT,
    MaterialKind.PLAN,
    MaterialKind.DUTIES,
    MaterialKind.PROCESS,
    MaterialKind.SELF_CHECK,
    MaterialKind.APPLICATION,
)
"""What the general standard asks for when applying, beside the photos."""


def draft(kind: MaterialKind, facts: dict[str, Any] | None = None, **changed: Any) -> MaterialDraft:
    """A material whose promised file is the words of its title."""
    body = f"{kind} {facts}".encode()
    values: dict[str, Any] = {
        "id": uuid7(NOW),
        "kind": kind,
        "title": "样例材料",
        "file_name": "样例 材料.pdf",
        "sha256": sha256(body).digest(),
        "size": len(body),
        "facts": facts or {},
    }
    return MaterialDraft(**(values | changed))


def promise(world: World, case_id: UUID, who: str, one: MaterialDraft, *, now: datetime = NOW) -> UUID:
    """A material declared, its file not yet there."""
    version = case_of(world, case_id).version
    with world.act(who, now=now) as act:
        return adding.add(act, case_id, one, {"sha256": one.sha256.hex(), "facts": one.facts}, version)


def arrive(world: World, case_id: UUID, who: str, material_id: UUID, *, now: datetime = NOW) -> None:
    with world.act(who, now=now) as act:
        arriving.arrive(act, case_id, material_id, Arrived("application/pdf", digests_of(b"x").sm3))


def put(
    world: World,
    case_id: UUID,
    who: str,
    kind: MaterialKind,
    facts: dict[str, Any] | None = None,
    *,
    now: datetime = NOW,
) -> UUID:
    """A material with its file."""
    made = promise(world, case_id, who, draft(kind, facts), now=now)
    arrive(world, case_id, who, made, now=now)
    return made


def station(
    world: World, case_id: UUID, no: int = 1, *, who: str = "liaison", now: datetime = NOW, **changed: Any
) -> UUID:
    """A photo station of the ditch."""
    version = case_of(world, case_id).version
    values: dict[str, Any] = {"no": no, "text": "涵洞口下游", "heading": 90} | changed
    with world.act(who, now=now) as act:
        made = stations.add(act, case_id, StationDraft(**values), values, version=version, key=None)
        return UUID(str(made.row.id))


def photo(
    world: World, case_id: UUID, station_id: UUID | None, phase: str, *, who: str = "liaison", **more: Any
) -> UUID:
    """A photo with its file."""
    facts = {"phase": phase, "taken_on": "2026-11-01"} | more
    if station_id is not None:
        facts["station_id"] = str(station_id)
    return put(world, case_id, who, MaterialKind.PHOTO, facts)


def complete(world: World, case_id: UUID, *, now: datetime = NOW) -> UUID:
    """All the general standard asks for when applying; gives the station."""
    for kind in PAPERS:
        put(world, case_id, "liaison", kind, now=now)
    made = station(world, case_id, now=now)
    for phase in ("before", "after"):
        photo(world, case_id, made, phase)
    return made
