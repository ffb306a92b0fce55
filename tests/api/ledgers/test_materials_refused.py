"""Each refusal of the file of an item, with the way out; a refused or broken upload leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from models.domain.acceptance.materials import MOST_FILE_BYTES
from models.domain.ids import uuid7
from models.domain.states import Action, State
from models.files import store
from models.tables.cases import cases
from models.tables.materials import materials
from tests.api.ledgers.materials_by_hand import PDF, As, Files, digest_header, material, zipped
from tests.factories import NOW, World
from tests.operations.ledgers import stories
from tests.operations.materials.stories import complete
from tests.operations.reminders.stories import spot_case

ABSENT = "01a205ea-be80-7e71-b7ca-927d3e44f74d"


@pytest.fixture
def case_id(world: World) -> UUID:
    return stories.listed(world)


@pytest.fixture
def mine(client: TestClient, as_: As, case_id: UUID) -> Files:
    return Files(client, as_("liaison"), case_id)


def files_in(folder: Path) -> list[str]:
    """Every file of the store, half ones too."""
    return [path.name for path in (folder / store.FOLDER).rglob("*") if path.is_file()]


def everything(files: Files, made: str, headers: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Each route of the file, asked with these headers."""
    other = Files(files.client, headers, UUID(files.base.rpartition("/")[2]))
    versioned = headers | {"If-Match": '"2"'}
    yield "put", other.put(material(title="另一份材料"), headers=versioned)
    yield "send", other.send(made)
    yield "void", other.void(made, headers=versioned)
    yield "read", other.read(made)
    yield "dossier", other.client.get(f"{other.base}/dossier", headers=headers)


def test_who_asks_comes_first(mine: Files) -> None:
    """Without a token, or with one that is none, every route says 401."""
    made = mine.put(material()).json()["id"]
    for headers, code in (
        ({}, "unauthenticated"),
        ({"Authorization": "Bearer " + "x" * 43}, "session_ended"),
    ):
        for route, answer in everything(mine, made, headers):
            assert (answer.status_code, answer.json()["code"]) == (401, code), route


def test_outside_there_is_no_such_file(mine: Files, as_: As) -> None:
    """A neighbour county finds no item, no material, no file; an unknown material is none either."""
    made = mine.put(material()).json()["id"]
    for route, answer in everything(mine, made, as_("stranger_inspector")):
        assert answer.status_code == 404, (route, answer.text)
    assert {mine.send(ABSENT).status_code, mine.read(ABSENT).status_code, mine.void(ABSENT).status_code} == {
        404
    }


def test_a_file_not_yet_there_cannot_be_read(mine: Files) -> None:
    """A promised file that has not come is 404 and says who must send it."""
    refused = mine.read(mine.put(material()).json()["id"])
    assert refused.status_code == 404
    assert "还没有传到" in refused.json()["detail"]


def test_a_complaint_has_no_such_file(client: TestClient, as_: As, world: World) -> None:
    """A case that is no rectification item has no dossier, no stations and takes no paper."""
    theirs = Files(client, as_("inspector"), spot_case(world))
    headers = theirs.headers | {"If-Match": '"1"'}
    assert client.get(f"{theirs.base}/dossier", headers=theirs.headers).status_code == 404
    assert client.get(f"{theirs.base}/stations", headers=theirs.headers).status_code == 404
    assert theirs.put(material(kind="look_back"), headers=headers).status_code == 404


def test_each_paper_has_its_author(mine: Files, as_: As, case_id: UUID) -> None:
    """Whose word a paper is alone puts it in and voids it; who may not write at all is 403 too."""
    made = mine.put(material()).json()["id"]
    tried = {
        "liaison": ("acceptance", "publicity", "approval", "look_back"),
        "office": ("plan", "self_check", "acceptance", "look_back"),
        "verifier": ("acceptance", "plan"),  # its unit leads, and is not yet designated
        "inspector": ("plan", "acceptance", "approval"),
        "clerk": ("plan",),
        "supervisor": ("plan",),
    }
    for name, kinds in tried.items():
        other = Files(mine.client, as_(name), case_id)
        for kind in kinds:
            refused = other.put(material(kind=kind), headers=other.headers | {"If-Match": '"2"'})
            assert refused.status_code == 403, (name, kind, refused.text)
    office = Files(mine.client, as_("office"), case_id)
    assert office.void(made).status_code == 403
    assert office.send(made).status_code == 403
    assert Files(mine.client, as_("admin"), case_id).read(made).status_code == 403


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"sha256": "00"}, "/sha256"),
        ({"size": 0}, "/size"),
        ({"title": "x"}, "/title"),
        ({"file_name": "folder/"}, "/file_name"),
        ({"extra": 1}, "/extra"),
        ({"facts": {"dated_on": "2026-11-24"}}, "/facts/dated_on"),
        ({"kind": "photo", "facts": {"phase": "after"}}, "/facts"),
        ({"kind": "photo", "facts": {"phase": "after", "taken_on": "2026-12-01"}}, "/facts/taken_on"),
        (
            {"kind": "photo", "facts": {"phase": "after", "captured_at": "2026-11-24T09:00:00+08:00"}},
            "/facts/captured_at",
        ),
        (
            {"kind": "photo", "facts": {"phase": "after", "taken_on": "2026-11-01", "station_id": ABSENT}},
            "/facts/station_id",
        ),
        ({"kind": "photo", "facts": {"phase": "after", "taken_on": "2026-11-01", "lon": 111}}, "/facts"),
        (
            {
                "kind": "survey",
                "facts": {"given_out": 30, "returned": 31, "satisfied": 1, "on": "2026-11-01"},
            },
            "/facts",
        ),
        (
            {
                "kind": "monitoring",
                "facts": {
                    "cma_no": "180012050000",
                    "reported_on": "2026-11-23",
                    "samples": [{"point": "W1", "on": "2026-11-24", "values": {"氨氮": 1}}],
                },
            },
            "/facts",
        ),
    ],
)
def test_what_cannot_be_declared(mine: Files, changed: dict[str, Any], pointer: str) -> None:
    """Each impossible declaration is refused at its field, and stores nothing."""
    refused = mine.put(material(**changed))
    assert refused.status_code == 422, refused.text
    assert any(one["pointer"].endswith(pointer) for one in refused.json()["errors"]), refused.text
    assert mine.dossier()["materials"] == []


def test_too_large_names_the_limit(mine: Files) -> None:
    """More than 50 MB is refused when declared, with the limit and the way out."""
    refused = mine.put(material(size=MOST_FILE_BYTES + 1))
    assert (refused.status_code, refused.json()["most_bytes"]) == (413, MOST_FILE_BYTES)
    assert "50 MB" in refused.json()["detail"]
    made = mine.put(material()).json()["id"]
    beyond = mine.send(made, bytes(64_000_001))
    assert (beyond.status_code, beyond.json()["code"]) == (413, "too_large")


def test_versions_are_asked_for_and_compared(mine: Files) -> None:
    """Without a version 428, with one that is stale 412: who acts must have seen what changed."""
    made = mine.put(material()).json()["id"]
    for refused in (mine.put(material(), headers=mine.headers), mine.void(made, headers=mine.headers)):
        assert (refused.status_code, refused.json()["code"]) == (428, "version_missing")
    stale = mine.headers | {"If-Match": '"1"'}
    for refused in (mine.put(material(), headers=stale), mine.void(made, headers=stale)):
        assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (
            412,
            "stale_version",
            2,
        )


def test_one_id_is_one_paper(mine: Files) -> None:
    """The same id for another paper is refused."""
    made = mine.put(material()).json()["id"]
    other = mine.put(material(title="另一份"), made)
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


def test_what_was_applied_for_stands_still(mine: Files, client: TestClient, as_: As, world: World) -> None:
    """While materials are reviewed the unit changes nothing; returned, it may again."""
    case_id = stories.self_checked(world)
    complete(world, case_id)
    theirs = Files(client, as_("liaison"), case_id)
    late = theirs.put(material(kind="process", facts={"name": "补充"})).json()["id"]
    with world.engine.begin() as db:
        db.execute(cases.update().where(cases.c.id == case_id).values(state=State.MATERIAL_REVIEW))
    done = next(one["id"] for one in theirs.dossier()["materials"] if one["arrived_at"])
    for refused in (theirs.put(material()), theirs.void(done), theirs.send(late)):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text
        assert "退回补正材料" in refused.json()["detail"]
    with world.engine.begin() as db:
        db.execute(cases.update().where(cases.c.id == case_id).values(state=State.SELF_CHECKED))
    assert theirs.send(late).status_code == 200


def test_a_void_paper_takes_no_file_and_is_not_voided_twice(mine: Files) -> None:
    """A void paper takes no file, and voiding it again is refused."""
    made = mine.put(material()).json()["id"]
    assert mine.void(made).status_code == 200
    for refused in (mine.send(made), mine.void(made)):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ\x90\x00" + b"\x00" * 100, "不能接收这种文件"),
        (b"<html><script>alert(1)</script></html>", "不能接收这种文件"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不能接收这种文件"),
        (b"\x1f\x8b\x08\x00" + b"\x00" * 40, "不能接收这种文件"),
        (zipped("a.pdf", "b.pdf"), "压缩包"),
        (zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏"),
        (zipped("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), "压缩包"),
        (zipped("[Content_Types].xml", "word/document.xml")[:-30], "不完整"),
        (b"PK\x03\x04" + b"\x00" * 100, "不完整"),
    ],
)
def test_other_kinds_of_files_are_refused(mine: Files, data: bytes, said: str, tmp_path: Path) -> None:
    """Programs, pages, archives, macros and damaged documents are refused by content, and nothing is kept."""
    made = mine.put(material(data, file_name="方案.pdf")).json()["id"]
    refused = mine.send(made, data)
    assert (refused.status_code, refused.json()["code"]) == (415, "not_a_paper"), refused.text
    assert said in refused.json()["detail"]
    assert files_in(tmp_path) == []


def test_other_bytes_than_promised_are_not_kept(mine: Files, tmp_path: Path, world: World) -> None:
    """A flipped byte, a byte too few, a byte too many, another digest: refused, nothing kept, and a good one goes in."""
    made = mine.put(material()).json()["id"]
    flipped = PDF[:-1] + b"\r"
    for sent in (
        mine.send(made, flipped),
        mine.send(made, PDF[:-1]),
        mine.send(made, PDF + b"\n"),
        mine.send(made, PDF, digest=digest_header(b"other")),
    ):
        assert sent.status_code == 422, sent.text
        assert sent.json()["errors"][0]["code"] in {"digest_mismatch", "length_mismatch"}
    assert files_in(tmp_path) == []
    with world.engine.connect() as db:
        assert db.execute(select(materials.c.arrived_at)).scalar_one() is None
    assert mine.send(made).status_code == 200


def test_a_file_lost_from_the_store_says_so(mine: Files, tmp_path: Path) -> None:
    """A row whose file is gone is 503 with what the administrator must know."""
    made = mine.put(material()).json()["id"]
    mine.send(made)
    for path in (tmp_path / store.FOLDER).rglob("*"):
        if path.is_file():
            path.unlink()
    refused = mine.read(made)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def test_a_disk_that_takes_nothing_is_told(mine: Files, tmp_path: Path) -> None:
    """Where the store cannot write, the upload is 503, and goes in once it can."""
    made = mine.put(material()).json()["id"]
    (tmp_path / store.FOLDER).mkdir(exist_ok=True)
    obstacle = tmp_path / store.FOLDER / "file"
    obstacle.write_bytes(b"")
    refused = mine.send(made)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    obstacle.unlink()
    assert mine.send(made).status_code == 200


def test_ids_are_of_version_seven(mine: Files) -> None:
    """An id that no clock made is refused: lists are ordered by it."""
    assert mine.put(material(), "7f0d7b5e-0000-4000-8000-000000000000").status_code == 422
    assert mine.put(material(), str(uuid7(NOW))).status_code == 200


def test_a_void_item_takes_nothing(mine: Files, world: World, case_id: UUID) -> None:
    """Once the item itself is void its file is closed."""
    stories.step(world, case_id, "deputy_head", Action.VOID, reason="重复登记")
    refused = mine.put(material())
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text
