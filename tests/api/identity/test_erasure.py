"""Erasure: the person is gone from every store, the case and the chain stay whole (``product.md`` §4.16)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from models.db.engines import open_reader
from models.domain.words import query_codes
from models.files import erasures_log
from models.files.store import FOLDER, FolderStore, copy_key, sealed_key
from models.operations.chains import anchors
from models.operations.chains.verifying import verify
from models.operations.identity.forgetting import Forgetter
from models.operations.reminders import work_items
from models.tables.complaints import complaints, contacts
from models.tables.identities import erasures, identity_views
from models.tables.notices import work_items as items
from models.tables.public import evidence, messages
from models.vault import new_data_key
from tests.api.identity.people import (
    NAME,
    PHONE,
    SAID,
    As,
    Told,
    journalled,
    later,
    look_up,
    refused_as,
    write_message,
)
from tests.api.public.asking import public_face
from tests.conftest import Clock
from tests.factories import World

KEPT_DAYS = 200


def photo(world: World, store: FolderStore, complaint_id: str, content: bytes, copy: bytes) -> UUID:
    """A sealed original with its copy, as an upload leaves them."""
    with world.act() as act:
        made, data_key = act.new_id(), new_data_key()
        act.db.execute(
            insert(evidence).values(
                id=made,
                complaint_id=UUID(complaint_id),
                received_at=act.now,
                sha256=content.ljust(32, b"\0"),
                sm3=content.ljust(32, b"\0"),
                size=len(content),
                media_type="image/jpeg",
                sealed_key=act.vault.wrap(data_key, aad=f"evidence:{made}:key"),
                copy_sha256=copy.ljust(32, b"\0"),
                copy_size=len(copy),
                width=8,
                height=8,
            )
        )
    store.put(sealed_key(made), content)
    store.put(copy_key(copy.ljust(32, b"\0")), copy)
    return made


def ended(client: TestClient, as_: As, clock: Clock, world: World, **changed: Any) -> Told:
    """A complaint with all that may be sealed, refused long ago."""
    told = Told(client, as_, clock, **changed)
    body = {"way": "电话", "outcome": "已联系上", "note": f"{NAME}说是堂兄的窑"}
    answer = client.post(f"{told.path}/contacts", json=body, headers=as_("clerk") | told.version())
    assert answer.status_code == 201, answer.text
    write_message(world, told.id, SAID, clock.now)
    told.look("clerk")
    told.refuse()
    later(world, told, KEPT_DAYS)
    return told


def wraps_and_seals(world: World, complaint_id: str) -> list[bytes]:
    """Every wrapped key and ciphertext that belongs to a complaint."""
    found: list[bytes] = []
    with world.engine.connect() as db:
        own = select(complaints).where(complaints.c.id == UUID(complaint_id))
        rest = [
            select(table).where(table.c.complaint_id == UUID(complaint_id))
            for table in (messages, evidence, contacts, identity_views)
        ]
        for statement in (own, *rest):
            for row in db.execute(statement).mappings():
                found += [
                    bytes(value)
                    for name, value in row.items()
                    if (name.startswith("sealed_") or name in {"phone_index", "code_digest"}) and value
                ]
    return found


def finish(world: World, store: FolderStore, folder: Path) -> None:
    """What the worker does with the item that is waiting."""
    with world.act(now=soon_after(world)) as act:
        item = work_items.claim(act, "worker:test")
        assert item is not None
        assert Forgetter(store, erasures_log.path_in(folder))(act, item.payload)
        assert work_items.finish(act, item.id, "worker:test")


def soon_after(world: World) -> datetime:
    with world.engine.connect() as db:
        at: datetime = db.execute(select(erasures.c.at)).scalar_one()
    return at + timedelta(seconds=1)


def found_by_verify(world: World, folder: Path) -> list[str]:
    with world.engine.connect() as db:
        log = anchors.path_in(folder)
        anchors.sign_heads(db, world.vault, log, soon_after(world))
        keys = {world.vault.signing_kid: world.vault.public_key_raw}
        return [str(one) for one in verify(db, public_keys=keys, heads_log=log, vault=world.vault).findings]


def test_the_person_is_gone_and_the_case_is_whole(
    client: TestClient, as_: As, clock: Clock, world: World, tmp_path: Path
) -> None:
    """Keys, ciphertexts, phone, photos: nothing is left; history, journal and the neighbour's complaint are as before."""
    store = FolderStore(tmp_path / FOLDER)
    other = Told(client, as_, clock, reporter={"phone": "13900000499"})
    told = ended(client, as_, clock, world)
    one = photo(world, store, told.id, b"original", b"only here")
    photo(world, store, told.id, b"second", b"shared")
    kept = photo(world, store, other.id, b"third", b"shared")
    before = wraps_and_seals(world, told.id)
    assert len(before) > 8
    history = client.get(f"/v1/cases/{told.case}/history", headers=told.as_("clerk")).json()
    answer = told.erase()
    assert (answer.status_code, answer.json()["ground"]) == (200, "on_request"), answer.text
    assert wraps_and_seals(world, told.id) == []
    assert [name for name, _ in erasures_log.entries(erasures_log.path_in(tmp_path))] == [UUID(told.id)]
    finish(world, store, tmp_path)
    assert not store.exists(sealed_key(one))
    assert not store.exists(copy_key(b"only here".ljust(32, b"\0")))
    assert store.exists(copy_key(b"shared".ljust(32, b"\0")))
    assert store.exists(sealed_key(kept))
    assert len(list(erasures_log.entries(erasures_log.path_in(tmp_path)))) == 1
    assert client.get(f"/v1/cases/{told.case}/history", headers=told.as_("clerk")).json() == history
    assert wraps_and_seals(world, other.id)
    assert found_by_verify(world, tmp_path) == []
    (payload,) = journalled(world, "identity.erase")
    assert json.loads(payload)["reason"] == "on_request"
    assert NAME not in payload


def test_nothing_of_the_person_lies_in_the_file(
    client: TestClient, as_: As, clock: Clock, world: World, tmp_path: Path
) -> None:
    """On SQLite the destroyed keys and ciphertexts are overwritten in the file, not only freed."""
    told = ended(client, as_, clock, world)
    before = wraps_and_seals(world, told.id)
    assert told.erase().status_code == 200
    if world.engine.dialect.name == "sqlite":
        reader = open_reader(world.url)
        with reader.connect() as db:
            db.exec_driver_sql("pragma wal_checkpoint(truncate)")
        reader.dispose()
        files = [path.read_bytes() for path in tmp_path.glob("huanxun.db*")]
        pieces = [one[at : at + 12] for one in before for at in range(2, len(one) - 12, 4)]
        assert [one for one in pieces for content in files if one in content] == []


def test_afterwards_nobody_can_look_or_call(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """Looks and contacts say that the person was forgotten; the phone finds nothing and counts nothing."""
    again = Told(client, as_, clock)
    told = ended(client, as_, clock, world)
    assert told.erase().status_code == 200
    refused_as(told.look("clerk"), 409, "forgotten")
    body = {"way": "电话", "outcome": "无人接听"}
    headers = told.as_("clerk") | told.version()
    refused_as(client.post(f"{told.path}/contacts", json=body, headers=headers), 409, "forgotten")
    found = look_up(client, told.as_("clerk"), PHONE).json()["items"]
    assert [row["id"] for row in found] == [again.id]
    counted = client.get(f"{again.path}/same-reporter", headers=told.as_("clerk"))
    assert counted.json() == {"count": 0}


def test_the_query_code_opens_nothing_any_more(
    client: TestClient, as_: As, clock: Clock, world: World, tmp_path: Path
) -> None:
    """Who still has number and code is told the very same as who made them up."""
    told = ended(client, as_, clock, world)
    code = "0123456789ABCDEF"
    with world.act() as act:
        digest = act.vault.code_digest(code)
        act.db.execute(update(complaints).where(complaints.c.id == UUID(told.id)).values(code_digest=digest))
    body = {"number": told.made["public_number"], "query_code": query_codes.shown(code)}
    with public_face(world, clock, tmp_path) as face:
        assert face.post("/v1/public/complaints/query", json=body).status_code == 200
        assert told.erase().status_code == 200
        after = face.post("/v1/public/complaints/query", json=body)
        invented = body | {"query_code": query_codes.shown("0123456789ABCDEG")}
        wrong = face.post("/v1/public/complaints/query", json=invented)
    said = [{**one.json(), "request_id": ""} for one in (after, wrong)]
    assert (after.status_code, said[0]) == (404, said[1])


def test_links_to_the_person_are_cut(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """A later complaint of the same person no longer names the erased one, nor the reverse."""
    again = Told(client, as_, clock)
    told = ended(client, as_, clock, world)
    with world.engine.begin() as db:
        for one, other in ((told, again), (again, told)):
            db.execute(
                update(complaints).where(complaints.c.id == UUID(one.id)).values(follows_id=UUID(other.id))
            )
    assert told.erase().status_code == 200
    with world.engine.connect() as db:
        assert set(db.execute(select(complaints.c.follows_id)).scalars()) == {None}


def test_asking_again_is_free(
    client: TestClient, as_: As, clock: Clock, world: World, tmp_path: Path
) -> None:
    """A retry gives the same answer and does nothing; another ground is refused and says what was done."""
    told = ended(client, as_, clock, world)
    version = told.version()
    first = told.erase(**version)
    assert told.erase(**version).json() == first.json()
    assert len(journalled(world, "identity.erase")) == 1
    refused = refused_as(told.erase(ground="unlawful"), 409, "conflict")
    assert "本人撤回同意" in refused["detail"]
    with world.engine.connect() as db:
        assert len(db.execute(select(items.c.id).where(items.c.kind == "forget")).all()) == 1


def test_a_running_case_keeps_its_reporter(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """Until the reporter has been answered the address is needed: refused with the basis, and no day to promise."""
    told = Told(client, as_, clock)
    refused = refused_as(told.erase(), 409, "retention_runs")
    assert refused["first_day"] is None
    assert "环保举报热线工作管理办法" in refused["basis"]
    assert told.look("clerk").status_code == 200


def test_retention_refuses_with_basis_and_day(
    client: TestClient, as_: As, clock: Clock, world: World, tmp_path: Path
) -> None:
    """Six months from the end: refused to the last day, naming basis and the first possible day; then it is done."""
    told = Told(client, as_, clock)
    told.refuse()
    refused = refused_as(told.erase(), 409, "retention_runs")
    assert (refused["first_day"], refused["rule"]) == ("2027-05-24", "KEEP_REPORT")
    assert "行政诉讼法" in refused["basis"]
    assert "2027-05-24" in refused["detail"]
    later(world, told, 181)  # the 23rd of May
    refused_as(told.erase(), 409, "retention_runs")
    assert not erasures_log.path_in(tmp_path).exists()
    later(world, told, 1)
    assert told.erase().status_code == 200


def test_a_petition_is_kept_for_thirty_years(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """The longest term prevails: a petition's is thirty years."""
    told = ended(client, as_, clock, world, track="信访31(6)")
    assert refused_as(told.erase(), 409, "retention_runs")["first_day"] == "2056-11-24"


def test_refusals_come_in_order(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """No token 401, outside 404, wrong role 403, bad body 422, no version 428, a stale one 412."""
    told = ended(client, as_, clock, world)
    body = {"ground": "on_request", "note": "本人书面申请"}
    path = f"{told.path}/erasure"
    assert client.post(path, json=body).status_code == 401
    refused_as(client.post(path, json=body, headers=told.as_("stranger_supervisor")), 404, "not_found")
    refused_as(client.post(path, json=body, headers=told.as_("clerk")), 403, "forbidden")
    for bad in ({}, {"ground": "because", "note": "本人申请"}, {"ground": "on_request"}, body | {"more": 1}):
        refused_as(client.post(path, json=bad, headers=told.as_("supervisor")), 422, "invalid")
    refused_as(client.post(path, json=body, headers=told.as_("supervisor")), 428, "version_missing")
    stale = told.as_("supervisor") | {"If-Match": '"1"'}
    refused_as(client.post(path, json=body, headers=stale), 412, "stale_version")


@pytest.mark.parametrize("who", ["supervisor", "deputy_head"])
def test_either_head_may(client: TestClient, as_: As, clock: Clock, world: World, who: str) -> None:
    """Supervisor and deputy head carry out a request."""
    told = ended(client, as_, clock, world)
    assert told.erase(who).status_code == 200
    with world.engine.connect() as db:
        row = db.execute(select(erasures)).one()
    assert (row.by, row.ground) == (world.account(who), "on_request")
