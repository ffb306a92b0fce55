"""Photos from the public over HTTP: one request, refusals in plain words, a retry is free, the text is never harmed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from models.domain.public.upload_limits import TRIES_PER_HOUR, UploadLimits
from models.files.digests import digests_of
from models.tables.journal import journal
from models.tables.public import evidence, tickets
from tests.api.public.conftest import Citizen
from tests.conftest import Clock
from tests.factories import World
from tests.files import pictures

PHOTO: Final = pictures.photo(320, 240)
TYPE: Final = "application/offset+octet-stream"


def send(citizen: Citizen, ticket: str | None, data: Any = PHOTO, **changed: str | None) -> Any:
    """The answer to one upload; ``changed`` headers are named with underscores, ``None`` leaves one out."""
    size = len(data) if isinstance(data, bytes) else len(PHOTO)
    headers = {
        "Huanxun-Ticket": ticket,
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(size),
        "Content-Type": TYPE,
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return citizen.client.post("/v1/public/uploads", content=data, headers=kept)


def metadata(digest: str) -> str:
    name = base64.b64encode("我家阳台.jpg".encode()).decode()
    return f"filename {name},sha256 {base64.b64encode(digest.encode()).decode()}"


def rows(world: World) -> list[Any]:
    with world.engine.connect() as db:
        return list(db.execute(select(evidence).order_by(evidence.c.received_at, evidence.c.id)))


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


def limited(citizen: Citizen, **changed: Any) -> None:
    citizen.client.app.state.intake.limits = UploadLimits(**changed)  # type: ignore[attr-defined]


def test_a_photo_in_one_request(citizen: Citizen, world: World, tmp_path: Path) -> None:
    """A photo is stored sealed, with both digests and a clean copy, before 201 is answered; its name is nowhere."""
    answer = send(citizen, citizen.ticket(), Upload_Metadata=metadata(sha256(PHOTO).hexdigest()))
    assert answer.status_code == 201, answer.text
    (row,) = rows(world)
    assert answer.json() == {"id": str(row.id), "sha256": sha256(PHOTO).hexdigest()}
    assert answer.headers["location"] == f"/v1/public/uploads/{row.id}"
    assert answer.headers["upload-offset"] == str(len(PHOTO))
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert (row.sha256, row.sm3) == digests_of(PHOTO)
    assert (row.size, row.media_type, row.width, row.height) == (len(PHOTO), "image/jpeg", 320, 240)
    assert row.complaint_id is None
    assert len(files(tmp_path)) == 2
    for path in tmp_path.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert pictures.SECRET not in data, path
        assert "我家阳台".encode() not in data, path


def test_the_copy_is_clean(citizen: Citizen, tmp_path: Path) -> None:
    """The re-encoded copy on the disk has no byte of the phone's metadata."""
    assert send(citizen, citizen.ticket()).status_code == 201
    (copy,) = [path for path in files(tmp_path) if path.parts[-3] == "copy"]
    data = copy.read_bytes()
    assert copy.name == sha256(data).hexdigest()
    assert [place for place in pictures.PLACES if place in data] == []


def test_a_retry_is_free(citizen: Citizen, world: World, tmp_path: Path) -> None:
    """The same photo under the same ticket, after a lost reply, is the same evidence and counts once."""
    ticket = citizen.ticket()
    first = send(citizen, ticket)
    again = send(citizen, ticket)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(rows(world)) == 1
    assert len(files(tmp_path)) == 2


def test_twenty_at_once(citizen: Citizen, world: World) -> None:
    """The same photo sent twenty times in parallel under one ticket is one evidence, counted once."""
    ticket = citizen.ticket()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(citizen, ticket), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    with world.engine.connect() as db:
        assert db.execute(select(tickets.c.files)).scalar_one() == 1


def test_the_same_photo_under_another_ticket(citizen: Citizen, world: World, tmp_path: Path) -> None:
    """Two people may send the same picture: two rows, two sealed originals, one copy."""
    first, second = (send(citizen, citizen.ticket()).json()["id"] for _ in range(2))
    assert first != second
    assert len(rows(world)) == 2
    assert len(files(tmp_path)) == 3


def test_photos_before_the_text(citizen: Citizen, world: World) -> None:
    """Photos sent before the complaint belong to it once it is stored."""
    ticket = citizen.ticket()
    for width in (100, 200):
        assert send(citizen, ticket, pictures.photo(width, 80)).status_code == 201
    answer = citizen.submit(ticket=ticket)
    assert answer.status_code == 201, answer.text
    assert {row.complaint_id is None for row in rows(world)} == {False}


def test_photos_after_the_text(citizen: Citizen, world: World) -> None:
    """Text first: a photo that arrives later under the same ticket belongs to the complaint at once."""
    ticket = citizen.ticket()
    assert citizen.submit(ticket=ticket).status_code == 201
    assert send(citizen, ticket).status_code == 201
    (row,) = rows(world)
    assert row.complaint_id is not None


def test_a_failing_photo_never_harms_the_text(citizen: Citizen, world: World) -> None:
    """After photos that were refused, the ticket still takes the complaint and a good photo."""
    ticket = citizen.ticket()
    for bad in (b"GIF89a" + bytes(90), PHOTO[:-500], pictures.boxed(b"heic")):
        assert send(citizen, ticket, bad).status_code == 415
    assert citizen.submit(ticket=ticket).status_code == 201
    assert send(citizen, ticket).status_code == 201
    assert len(rows(world)) == 1


def test_no_photo_after_a_withdrawal(citizen: Citizen, world: World) -> None:
    """A complaint that was withdrawn takes no more photos, and the refusal says what to do."""
    ticket = citizen.ticket()
    answer = citizen.submit(ticket=ticket).json()
    kept = {name: answer[name] for name in ("number", "query_code")}
    taken_back = citizen.client.post(
        "/v1/public/complaints/withdraw", json=kept, headers={"Idempotency-Key": "withdraw-1"}
    )
    assert taken_back.status_code < 300, taken_back.text
    refused = send(citizen, ticket)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "重新提交" in refused.json()["detail"]
    assert rows(world) == []


REFUSED: Final[list[tuple[dict[str, str | None], int, str]]] = [
    ({"Huanxun_Ticket": None}, 422, "bad_ticket"),
    ({"Huanxun_Ticket": "bm90IG91cnM="}, 422, "bad_ticket"),
    ({"Upload_Length": None}, 422, "invalid"),
    ({"Upload_Length": "0"}, 422, "invalid"),
    ({"Upload_Length": "-5"}, 422, "invalid"),
    ({"Upload_Length": "many"}, 422, "invalid"),
    ({"Upload_Length": str(len(PHOTO) + 1)}, 422, "invalid"),
    ({"Upload_Length": str(len(PHOTO) - 1)}, 422, "invalid"),
    ({"Upload_Length": "12000001"}, 413, "too_large"),
    ({"Upload_Metadata": "sha256 %%%"}, 422, "invalid"),
    ({"Upload_Metadata": "sha256 " + base64.b64encode(b"short").decode()}, 422, "invalid"),
    ({"Upload_Metadata": "x " + "A" * 5000}, 422, "invalid"),
    ({"Upload_Metadata": metadata("0" * 64)}, 422, "invalid"),
    ({"Tus_Resumable": None}, 412, "other_protocol"),
    ({"Tus_Resumable": "0.2.2"}, 412, "other_protocol"),
    ({"Content_Type": "image/jpeg"}, 415, "not_a_picture"),
]


@pytest.mark.parametrize(("changed", "status", "code"), REFUSED)
def test_refusals_store_nothing(
    citizen: Citizen, world: World, tmp_path: Path, changed: dict[str, str | None], status: int, code: str
) -> None:
    """What is wrong with a request is told in Chinese with its code, and no row and no file is left."""
    refused = send(citizen, citizen.ticket(), **changed)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert rows(world) == []
    assert files(tmp_path) == []
    if status == 412:
        assert refused.headers["tus-version"] == "1.0.0"


def test_other_files_are_told_apart(citizen: Citizen, tmp_path: Path) -> None:
    """An iPhone's HEIC is refused with what to change on the phone; a bomb with the limit; nothing is stored."""
    ticket = citizen.ticket()
    heic = send(citizen, ticket, pictures.boxed(b"heic", b"mif1"))
    assert (heic.status_code, heic.json()["code"]) == (415, "not_a_picture")
    assert "兼容性最佳" in heic.json()["detail"]
    bomb = send(citizen, ticket, pictures.png_of_size(20_000, 20_000))
    assert (bomb.status_code, bomb.json()["most_pixels"]) == (413, 50_000_000)
    assert files(tmp_path) == []


def test_nine_photos_of_sixty_megabytes(citizen: Citizen, world: World, tmp_path: Path) -> None:
    """The tenth photo under a ticket is refused before it is worked on; the first nine and the text are not harmed."""
    ticket = citizen.ticket()
    for width in range(100, 109):
        assert send(citizen, ticket, pictures.photo(width, 80)).status_code == 201
    stored = len(files(tmp_path))
    tenth = send(citizen, ticket, pictures.photo(109, 80))
    assert (tenth.status_code, tenth.json()["code"]) == (413, "too_large")
    assert send(citizen, ticket, pictures.photo(100, 80)).status_code == 201  # a retry of the first
    assert (len(rows(world)), len(files(tmp_path))) == (9, stored)
    assert citizen.submit(ticket=ticket).status_code == 201


def test_a_ticket_ends(citizen: Citizen, clock: Clock, world: World) -> None:
    """Two hours after it was opened a ticket takes no more photos."""
    ticket = citizen.ticket()
    assert send(citizen, ticket).status_code == 201
    clock.now += timedelta(hours=2, minutes=1)
    late = send(citizen, ticket, pictures.photo(100, 80))
    assert (late.status_code, late.json()["code"]) == (409, "ticket_over")
    assert len(rows(world)) == 1


def test_rubbish_is_not_decoded_for_ever(citizen: Citizen) -> None:
    """One ticket may try thirty times an hour; then it is told when to come again and that the text may go first."""
    ticket = citizen.ticket()
    for _ in range(TRIES_PER_HOUR):
        assert send(citizen, ticket, b"rubbish").status_code == 415
    refused = send(citizen, ticket)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert "12345" in refused.json()["detail"]


def test_no_room_in_memory(citizen: Citizen, world: World) -> None:
    """When the bodies of all together would be too much, one is put off with 503, and its room is given back."""
    limited(citizen, upload_waiting_bytes=len(PHOTO) - 1)
    refused = send(citizen, citizen.ticket())
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "先提交文字" in refused.json()["detail"]
    assert "12345" in refused.json()["detail"]
    limited(citizen, upload_waiting_bytes=len(PHOTO))
    for _ in range(3):
        assert send(citizen, citizen.ticket()).status_code == 201
    assert len(rows(world)) == 3


def test_a_body_that_never_ends(citizen: Citizen, world: World) -> None:
    """More than was announced is refused as soon as it is seen, without a Content-Length too."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 3_000_000:
            sent += 65_536
            yield bytes(65_536)

    refused = send(citizen, citizen.ticket(), endless())
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "length_mismatch")
    assert rows(world) == []


def test_no_room_on_the_disk(citizen: Citizen, world: World, tmp_path: Path) -> None:
    """When the files cannot be written the photo is put off, and the text is taken."""
    (tmp_path / "files").write_bytes(b"in the way")
    ticket = citizen.ticket()
    refused = send(citizen, ticket)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "文字部分不受影响" in refused.json()["detail"]
    assert rows(world) == []
    assert citizen.submit(ticket=ticket).status_code == 201


def test_what_the_server_offers(citizen: Citizen) -> None:
    """OPTIONS tells version, extensions and the largest photo; anybody may ask."""
    answer = citizen.client.options("/v1/public/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload"
    assert answer.headers["tus-max-size"] == "12000000"


def test_what_is_journalled(citizen: Citizen, world: World) -> None:
    """Receiving and attaching are in the journal, with ids and keyed digests and nothing of the photo."""
    ticket = citizen.ticket()
    answer = send(citizen, ticket)
    assert citizen.submit(ticket=ticket).status_code == 201
    with world.engine.connect() as db:
        payloads = db.execute(select(journal.c.payload)).scalars().all()
    received = [one for one in payloads if '"evidence.receive"' in one]
    attached = [one for one in payloads if '"evidence.attach"' in one]
    assert (len(received), len(attached)) == (1, 1)
    assert answer.json()["id"] in received[0]
    assert sha256(PHOTO).hexdigest() not in received[0]
