"""The file of an item over HTTP: declared, uploaded, read back byte by byte, voided, and always its catalogue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models.tables.journal import journal
from models.tables.materials import materials
from tests.api.ledgers.materials_by_hand import PDF, As, Files, digest_header, material, zipped
from tests.factories import World
from tests.operations.ledgers import stories
from tests.operations.materials.stories import station

DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 40


@pytest.fixture
def case_id(world: World) -> UUID:
    return stories.listed(world)


@pytest.fixture
def mine(client: TestClient, as_: As, case_id: UUID) -> Files:
    """The file of the item, in the hands of the unit that rectifies."""
    return Files(client, as_("liaison"), case_id)


def test_a_paper_goes_in_and_comes_out_as_it_was(mine: Files, client: TestClient, as_: As) -> None:
    """A declared paper is missing until its file is there; then it comes back byte by byte, named, unsniffed."""
    made = mine.put(material())
    assert made.status_code == 200, made.text
    assert (made.json()["arrived_at"], made.headers["etag"]) == (None, '"2"')
    assert "整改方案" in mine.dossier()["missing"]
    sent = mine.send(made.json()["id"], digest=digest_header(PDF))
    assert sent.status_code == 200, sent.text
    assert (sent.json()["media_type"], sent.headers["etag"]) == ("application/pdf", '"3"')
    assert len(bytes.fromhex(sent.json()["sm3"])) == 32
    found = mine.dossier()
    assert "整改方案" not in found["missing"]
    assert [one["title"] for one in found["materials"]] == ["样例村水渠整改方案"]
    got = Files(client, as_("office"), UUID(mine.base.rpartition("/")[2])).read(made.json()["id"])
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''%E6%95%B4%E6%94%B9%E6%96%B9%E6%A1%88%20%E5%AE%9A%E7%A8%BF.pdf"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in got.headers["cache-control"]
    assert got.headers["etag"] == f'"{made.json()["sha256"]}"'


def test_identical_retries_are_one_row(mine: Files, world: World) -> None:
    """The same paper and the same file again, even with a stale version, are the same row, said the same way."""
    headers, body = mine.as_of_now(), material()
    first = mine.put(body, headers=headers)
    again = mine.put(body, first.json()["id"], headers=headers)
    assert again.status_code == first.status_code == 200
    assert again.json() == first.json()
    sent = [mine.send(first.json()["id"]) for _ in range(2)]
    assert [one.status_code for one in sent] == [200, 200]
    assert sent[0].json() == sent[1].json()
    with world.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(materials)).scalar_one() == 1


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF, "application/pdf"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (HEIC, "image/heic"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 40, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "image/png"),
    ],
)
def test_a_file_is_known_by_its_content(mine: Files, data: bytes, media_type: str) -> None:
    """Whatever it is called, a file is what its bytes say, and goes out under that type."""
    made = mine.put(material(data, file_name="随便.txt")).json()
    sent = mine.send(made["id"], data)
    assert (sent.status_code, sent.json()["media_type"]) == (200, media_type), sent.text
    assert mine.read(made["id"]).headers["content-type"] == media_type


def test_a_file_of_many_pieces_arrives_whole(mine: Files) -> None:
    """A file of several megabytes, in pieces, is the same when read back."""
    data = PDF + bytes(range(256)) * 20_000
    made = mine.put(material(data)).json()
    assert mine.send(made["id"], data).status_code == 200
    assert mine.read(made["id"]).content == data


def test_a_voided_paper_stays_with_its_reason(mine: Files) -> None:
    """Voiding keeps row and file and says why; the paper is missing again."""
    made = mine.put(material()).json()
    mine.send(made["id"])
    voided = mine.void(made["id"])
    assert (voided.status_code, voided.json()["void_reason"]) == (200, "传错了"), voided.text
    found = mine.dossier()
    assert found["materials"][0]["voided_at"] is not None
    assert "整改方案" in found["missing"]
    assert mine.read(made["id"]).content == PDF


def test_a_photo_keeps_its_declared_story(mine: Files, world: World, case_id: UUID) -> None:
    """A photo without EXIF is taken with its declared day, source and place in the datum it came in."""
    at = station(world, case_id)
    facts: dict[str, Any] = {
        "phase": "before",
        "station_id": str(at),
        "taken_on": "2026-03-20",
        "source": "微信转来，无EXIF",
        "lon": 111.4354,
        "lat": 27.2633,
        "datum": "GCJ-02",
        "heading": 95,
    }
    made = mine.put(material(kind="photo", facts=facts))
    assert made.status_code == 200, made.text
    kept = made.json()["facts"]
    assert (kept["given_lon"], kept["source"]) == (111.4354, "微信转来，无EXIF")
    assert 0.001 < abs(kept["lon"] - 111.4354) < 0.01


def test_every_look_at_a_file_is_put_down(mine: Files, world: World) -> None:
    """Adding, arriving and each download are in the journal, without the words of the paper."""
    made = mine.put(material()).json()
    mine.send(made["id"])
    mine.read(made["id"])
    mine.read(made["id"])
    with world.engine.connect() as db:
        rows = db.execute(select(journal.c.payload)).scalars().all()
    said = [row for row in rows if '"material.' in row]
    assert [row.count('"material.read"') for row in said] == [0, 0, 1, 1]
    assert not any("样例村水渠整改方案" in row or "定稿" in row for row in said)


def test_the_standards_are_there_for_everybody(client: TestClient, as_: As) -> None:
    """The list of standards gives each limit with its source and how well it is known."""
    got = client.get("/v1/reference/standards", headers=as_("liaison"))
    assert got.status_code == 200, got.text
    town = next(one for one in got.json()["items"] if one["type"] == "城市黑臭水体")
    ammonia = next(one for one in town["indicators"] if one["name"] == "氨氮")
    assert (ammonia["op"], ammonia["limit"], ammonia["confidence"]) == ("<", "8.0", "V2")
    assert town["monitoring"]["confidence"] == "?"
