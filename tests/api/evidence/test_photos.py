"""Photos of a complaint for staff: copies by sight of the case, originals by role and reason, never anything outside."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from models.tables.complaints import complaints
from models.tables.identities import identity_views
from models.tables.journal import journal
from models.tables.public import evidence
from tests.api.public.conftest import Citizen
from tests.api.public.test_uploads import PHOTO, send
from tests.factories import ROLES, World
from tests.files import pictures

As = Callable[[str], dict[str, str]]

SIGHT = {
    "clerk",
    "inspector",
    "inspector2",
    "office",
    "office2",
    "supervisor",
    "supervisor2",
    "deputy_head",
}
"""Who sees a case of the county that nobody was given yet."""

MAY_LOOK = {"clerk", "supervisor", "supervisor2", "deputy_head"}
NO_CASES = {"admin", "security", "auditor", "enterprise"}
REASON = {"reason": "核对拍摄时间与值班记录"}


class Sent:
    """A complaint with one photo."""

    def __init__(self, citizen: Citizen, world: World) -> None:
        self.client = citizen.client
        ticket = citizen.ticket()
        answer = citizen.submit(ticket=ticket)
        assert answer.status_code == 201, answer.text
        self.id: str = send(citizen, ticket).json()["id"]
        with world.engine.connect() as db:
            found = (
                select(complaints.c.case_id, complaints.c.id.label("complaint_id"))
                .join(evidence, evidence.c.complaint_id == complaints.c.id)
                .where(evidence.c.id == UUID(self.id))
            )
            row = db.execute(found).one()
        self.case_id, self.complaint_id = row.case_id, row.complaint_id

    def listed(self, who: dict[str, str]) -> Any:
        return self.client.get(f"/v1/cases/{self.case_id}/photos", headers=who)

    def preview(self, who: dict[str, str]) -> Any:
        return self.client.get(f"/v1/evidence/{self.id}/preview", headers=who)

    def original(self, who: dict[str, str], reason: Any = REASON) -> Any:
        return self.client.post(f"/v1/evidence/{self.id}/original", headers=who, json=reason)


@pytest.fixture
def sent(citizen: Citizen, world: World) -> Sent:
    return Sent(citizen, world)


def verbs(world: World, verb: str) -> list[str]:
    with world.engine.connect() as db:
        payloads = db.execute(select(journal.c.payload)).scalars()
        return [one for one in payloads if f'"{verb}"' in one]


def test_every_role_sees_what_it_may(sent: Sent, as_: As) -> None:
    """Copies: who sees the case. Originals: of these, the roles that may look at identities. Outside: 404."""
    told = {}
    for name in (*ROLES, "enterprise"):
        who = as_(name)
        told[name] = tuple(ask(who).status_code for ask in (sent.listed, sent.preview, sent.original))
    expected = {}
    for name in told:
        may_look = name in MAY_LOOK | {"stranger_clerk", "stranger_supervisor"}
        reading = 403 if name in NO_CASES else 200 if name in SIGHT else 404
        looking = 403 if not may_look else 200 if name in SIGHT else 404
        expected[name] = (reading, reading, looking)
    assert told == expected


def test_nobody_without_a_session(sent: Sent) -> None:
    """Without a token, or with one that ended, nothing is shown."""
    for ask in (sent.listed, sent.preview, sent.original):
        assert ask({}).status_code == 401
        assert ask({"Authorization": f"Bearer {'x' * 43}"}).json()["code"] == "session_ended"


def test_what_is_listed(sent: Sent, as_: As) -> None:
    """A list names id, sizes and time of receipt, and no digest, no type, no ticket."""
    (one,) = sent.listed(as_("inspector")).json()["items"]
    assert one.pop("received_at").startswith("2026-11-23T09:00:00")
    assert one == {
        "id": sent.id,
        "complaint_id": str(sent.complaint_id),
        "size": len(PHOTO),
        "width": 320,
        "height": 240,
        "erased": False,
    }


def test_the_copy_as_it_is_served(sent: Sent, as_: As) -> None:
    """The copy is a JPEG without metadata, never sniffed, never run, kept by nobody but the reader, with an ETag."""
    answer = sent.preview(as_("inspector"))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-disposition"] == f'inline; filename="photo-{sent.id[-8:]}.jpg"'
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert [place for place in pictures.PLACES if place in answer.content] == []
    same = sent.preview(as_("inspector") | {"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    hidden = sent.preview(as_("stranger_inspector") | {"If-None-Match": answer.headers["etag"]})
    assert hidden.status_code == 404


def test_the_original_as_it_came(sent: Sent, as_: As, world: World) -> None:
    """An original is given byte by byte, only to be saved, and who, what and when is kept beside the journal."""
    answer = sent.original(as_("supervisor"))
    assert answer.content == PHOTO
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    with world.engine.connect() as db:
        (view,) = db.execute(select(identity_views)).all()
    assert (view.complaint_id, view.what, view.role) == (sent.complaint_id, "photo", "supervisor")
    assert view.by == world.account("supervisor")
    assert REASON["reason"].encode() not in view.sealed_reason
    (noted,) = verbs(world, "identity.view")
    assert REASON["reason"] not in noted


@pytest.mark.parametrize(
    "reason", [{}, {"reason": ""}, {"reason": "看"}, {"reason": "x" * 301}, {"why": "查看照片"}]
)
def test_no_look_without_a_reason(sent: Sent, as_: As, world: World, reason: dict[str, str]) -> None:
    """Without a real reason nothing is opened and nothing put down; whoever may not look hears that first."""
    assert sent.original(as_("clerk"), reason).status_code == 422
    assert sent.original(as_("stranger_clerk"), reason).status_code == 404
    assert sent.original(as_("inspector"), reason).status_code == 403
    assert verbs(world, "identity.view") == []


def test_reaching_for_an_original_is_put_down(sent: Sent, as_: As, world: World) -> None:
    """Who has no right to originals is journalled with the photo he reached for; so is who has no sight."""
    assert sent.original(as_("inspector")).status_code == 403
    assert sent.original(as_("stranger_clerk")).status_code == 404
    (refused,) = verbs(world, "identity.refused")
    assert f'["evidence","{sent.id}"]' in refused
    assert len(verbs(world, "scope.refused")) == 1


def test_a_photo_without_a_complaint_is_nobodys(citizen: Citizen, as_: As) -> None:
    """Before its ticket is spent a photo can be seen by nobody; absent and not yet there look alike."""
    loose = send(citizen, citizen.ticket()).json()["id"]
    for one in (loose, str(uuid4())):
        assert citizen.client.get(f"/v1/evidence/{one}/preview", headers=as_("clerk")).status_code == 404
        answer = citizen.client.post(f"/v1/evidence/{one}/original", headers=as_("clerk"), json=REASON)
        assert answer.status_code == 404


def test_what_was_erased_is_told(sent: Sent, as_: As, world: World) -> None:
    """After the keys were destroyed the list says so, and neither copy nor original opens."""
    with world.engine.begin() as db:
        db.execute(update(evidence).values(sealed_key=None))
    who = as_("clerk")
    assert sent.listed(who).json()["items"][0]["erased"] is True
    assert sent.preview(who).json()["code"] == "forgotten"
    assert sent.original(who).json()["code"] == "forgotten"


def test_a_moved_original_does_not_open(citizen: Citizen, as_: As, world: World, tmp_path: Path) -> None:
    """Sealed bytes under another photo's name are refused: they are bound to their own."""
    first, second = Sent(citizen, world), Sent(citizen, world)
    folder = tmp_path / "files" / "sealed"
    paths = {path.name: path for path in folder.rglob("*") if path.is_file()}
    os.replace(paths[UUID(first.id).hex], paths[UUID(second.id).hex])
    moved = second.original(as_("clerk"))
    assert (moved.status_code, moved.json()["code"]) == (503, "unreadable")
    missing = first.original(as_("clerk"))
    assert (missing.status_code, missing.json()["code"]) == (503, "unavailable")


def test_a_copy_that_is_missing(sent: Sent, as_: As, tmp_path: Path) -> None:
    """A copy that was not restored with the database is told as such."""
    for path in (tmp_path / "files" / "copy").rglob("*"):
        if path.is_file():
            path.unlink()
    answer = sent.preview(as_("clerk"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "恢复" in answer.json()["detail"]
