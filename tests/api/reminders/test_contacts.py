"""Contacts over HTTP: one's own, and those an administrator sets; addresses are sealed, masked, never told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from models.tables.channels import attempts, contacts, dispatches
from models.tables.journal import journal
from models.tables.people import grants
from tests.api.people.asking import code
from tests.api.reminders.asking import (
    NOWHERE,
    PHONE,
    As,
    added,
    flaws,
    listing,
    mail,
    robot,
    sms,
)
from tests.conftest import Clock
from tests.factories import NOW, OTHER_COUNTY, TOWN, World

MINE = "/v1/me/contacts"


@pytest.fixture(autouse=True)
def listed(client: TestClient) -> None:
    listing(client)


@pytest.fixture
def ways(client: TestClient, as_: As) -> dict[str, str]:
    """A channel of each kind of address, by its name."""
    admin = as_("admin")
    made = {"mail": mail(client, admin), "sms": sms(client, admin), "robot": robot(client, admin)}
    made["hook"] = added(client, admin)
    return {name: one["id"] for name, one in made.items()}


def line(channel_id: str, address: str | None = None) -> dict[str, Any]:
    return {"channel_id": channel_id} | ({"address": address} if address is not None else {})


def put(client: TestClient, headers: dict[str, str], *lines: dict[str, Any], url: str = MINE) -> Any:
    return client.put(url, json={"items": list(lines)}, headers=headers)


def opened(world: World, who: str) -> list[tuple[int, str | None]]:
    """Positions and addresses as a worker opens them."""
    mine = select(contacts).where(contacts.c.account_id == world.account(who)).order_by(contacts.c.position)
    key = world.vault.channel_key()
    with world.engine.connect() as db:
        return [
            (
                row.position,
                row.sealed_address
                and world.vault.open_sealed(
                    key, row.sealed_address, place=f"reminder_contact:{row.id}:address"
                ),
            )
            for row in db.execute(mine)
        ]


def test_a_person_sets_his_own(client: TestClient, as_: As, world: World, ways: dict[str, str]) -> None:
    """In his order, masked when shown, whole for the worker; the next list replaces this one."""
    headers = as_("inspector")
    assert client.get(MINE, headers=headers).json()["items"] == []
    got = put(
        client,
        headers,
        line(ways["sms"], "+86 138-0000-0201"),
        line(ways["mail"], "zhang@example.com"),
        line(ways["hook"]),
    )
    assert got.status_code == 200, got.text
    shown = [(one["kind"], one["address"], one["active"]) for one in got.json()["items"]]
    assert shown == [
        ("sms", "138****0201", True),
        ("smtp", "z***@example.com", True),
        ("webhook", "", True),
    ]
    assert opened(world, "inspector") == [(1, PHONE), (2, "zhang@example.com"), (3, None)]
    turned = put(client, headers, line(ways["robot"], PHONE), line(ways["mail"]), line(ways["sms"]))
    assert [one["address"] for one in turned.json()["items"]] == [
        "138****0201",
        "z***@example.com",
        "138****0201",
    ]
    assert opened(world, "inspector") == [(1, PHONE), (2, "zhang@example.com"), (3, PHONE)]
    assert put(client, headers, line(ways["robot"])).json()["items"][0]["address"] == ""
    assert opened(world, "inspector") == [(1, None)]
    assert put(client, headers).json()["items"] == []


def test_what_may_be_chosen(client: TestClient, as_: As, world: World, ways: dict[str, str]) -> None:
    """The channels that work of one's own divisions and of those above; no other county's, no lower town's."""
    town = added(client, as_("admin"), division=TOWN, title="镇里的")["id"]
    headers = as_("inspector")
    offered = {
        one["channel_id"]: one["address"] for one in client.get(MINE, headers=headers).json()["channels"]
    }
    assert offered == {
        ways["mail"]: "email",
        ways["sms"]: "phone",
        ways["robot"]: "mention",
        ways["hook"]: "none",
    }
    assert town in {one["channel_id"] for one in client.get(MINE, headers=as_("warden")).json()["channels"]}
    off = as_("admin") | {"If-Match": '"1"'}
    assert put(client, headers, line(ways["hook"])).status_code == 200
    client.patch(f"/v1/channels/{ways['hook']}", json={"active": False}, headers=off)
    left = client.get(MINE, headers=headers).json()
    assert ways["hook"] not in {one["channel_id"] for one in left["channels"]}
    assert [one["active"] for one in left["items"]] == [False]
    for outside in (town, ways["hook"], NOWHERE):
        assert flaws(put(client, headers, line(outside))) == [("/items/0/channel_id", "unknown_channel")]
    stranger = as_("stranger_inspector")
    assert client.get(MINE, headers=stranger).json() == {"items": [], "channels": []}
    refused, absent = (put(client, stranger, line(one)) for one in (ways["mail"], NOWHERE))
    assert refused.json()["errors"] == absent.json()["errors"]


BAD_MAIL = (
    "zhang",
    "zhang@example",
    "a@b.cn, c@d.cn",
    "a@b.cn\r\nBcc: c@d.cn",
    "a b@c.cn",
    "张@example.cn",
    "a@-b.cn",
    "a@b..cn",
    ".a@b.cn",
    "a..b@c.cn",
    "a@1.2.3.4",
    '"a b"@c.cn',
    "a" * 65 + "@b.cn",
)
BAD_PHONES = ("12345", "0739-5012345", "+1 202 555 0123", "1380000020", "打我手机", "138000002011", "110")


def test_bad_addresses(client: TestClient, as_: As, ways: dict[str, str]) -> None:
    """What is no single address is refused at its place, and not repeated."""
    headers = as_("inspector")
    for one in BAD_MAIL:
        answer = put(client, headers, line(ways["hook"]), line(ways["mail"], one))
        assert flaws(answer) == [("/items/1/address", "bad_email")], one
        assert one.strip() not in answer.text
    for one in BAD_PHONES:
        for way in ("sms", "robot"):
            answer = put(client, headers, line(ways[way], one))
            assert flaws(answer) == [("/items/0/address", "bad_phone")], one
    lines = [
        line(ways["hook"], PHONE),
        line(ways["hook"]),
        line(ways["sms"]),
        line(ways["mail"], ""),
        line(NOWHERE),
    ]
    assert flaws(put(client, headers, *lines)) == [
        ("/items/0/address", "needless"),
        ("/items/1/channel_id", "repeated"),
        ("/items/2/address", "missing"),
        ("/items/3/address", "missing"),
        ("/items/4/channel_id", "unknown_channel"),
    ]
    many = [line(ways["hook"])] * 9
    assert flaws(put(client, headers, *many)) == [("/items", "too_long")]
    assert client.get(MINE, headers=headers).json()["items"] == []


def test_no_address_in_the_journal_or_the_logs(
    client: TestClient, as_: As, world: World, ways: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither journal nor log nor table holds an address in the clear, whether it was taken or refused."""
    headers = as_("inspector")
    put(client, headers, line(ways["sms"], PHONE), line(ways["mail"], "zhang@example.com"))
    put(client, headers, line(ways["mail"], "zhang@example.com\r\nBcc: x"))
    with world.engine.connect() as db:
        written = " ".join(str(row) for row in db.execute(select(journal)))
        kept = " ".join(str(row) for row in db.execute(select(contacts)))
    logged = "".join(capsys.readouterr())
    assert "contacts.set" in written
    for place in (written, kept, logged):
        assert PHONE not in place
        assert "zhang" not in place


def test_an_administrator_sets_them_for_others(
    client: TestClient, as_: As, world: World, ways: dict[str, str]
) -> None:
    """For a person of his; not for himself that way, not for other administrators, not outside his county."""
    admin = as_("admin")
    url = f"/v1/accounts/{world.account('inspector')}/contacts"
    got = put(client, admin, line(ways["sms"], PHONE), url=url)
    assert got.json()["items"][0]["address"] == "138****0201"
    assert client.get(url, headers=admin).json() == got.json()
    assert client.get(MINE, headers=as_("inspector")).json() == got.json()
    assert flaws(put(client, admin, line(ways["sms"], "110"), url=url)) == [("/items/0/address", "bad_phone")]
    for who, expected in (
        ("admin", "403 forbidden"),
        ("security", "403 forbidden"),
        ("stranger_clerk", "404 not_found"),
    ):
        other = f"/v1/accounts/{world.account(who)}/contacts"
        assert code(client.get(other, headers=admin)) == expected, who
        assert code(put(client, admin, line(ways["sms"], PHONE), url=other)) == expected, who
    for reader in ("supervisor", "inspector"):
        assert code(client.get(url, headers=as_(reader))) == "403 forbidden"
        assert code(put(client, as_(reader), line(ways["sms"], PHONE), url=url)) == "403 forbidden"


def test_what_went_out_keeps_its_place(
    client: TestClient, as_: As, world: World, ways: dict[str, str]
) -> None:
    """A contact that is kept keeps its id; one that is given up leaves the attempts it had."""
    headers, person = as_("inspector"), world.account("inspector")
    put(client, headers, line(ways["hook"]), line(ways["sms"], PHONE))
    with world.engine.begin() as db:
        rows = db.execute(select(contacts.c.id).order_by(contacts.c.position)).scalars().all()
        job = {"id": uuid7(NOW), "account_id": person, "key": "digest/2026-11-24", "day": NOW.date()}
        times = {"created_at": NOW, "next_at": NOW, "lease_until": NOW, "state": "sent"}
        db.execute(insert(dispatches).values(**job, **times))
        for contact in rows:
            made = {"id": uuid7(NOW), "dispatch_id": job["id"], "contact_id": contact, "channel": "sms"}
            db.execute(insert(attempts).values(**made, begun_at=NOW, outcome="sent"))
    assert put(client, headers, line(ways["sms"]), line(ways["mail"], "z@example.cn")).status_code == 200
    with world.engine.connect() as db:
        kept = select(contacts.c.id).where(contacts.c.position == 1)
        assert db.execute(kept).scalar_one() == rows[1]
        left = db.execute(select(attempts.c.contact_id)).scalars().all()
    assert set(left) == {None, rows[1]}


def test_nobody_and_nobody_any_more(
    client: TestClient, as_: As, world: World, clock: Clock, ways: dict[str, str]
) -> None:
    """Without a token or with an ended one every route refuses; without any grant only one's own list is left."""
    theirs = f"/v1/accounts/{world.account('inspector')}/contacts"
    headers = as_("clerk")
    with world.engine.begin() as db:
        db.execute(update(grants).where(grants.c.role == "clerk").values(division_code=OTHER_COUNTY))
    assert put(client, headers, line(ways["hook"])).status_code == 200, "his unit is still of the county"
    clock.now = clock.now.replace(hour=3)
    for url in (MINE, theirs):
        for method in ("GET", "PUT"):
            body: dict[str, Any] = {"json": {"items": []}} if method == "PUT" else {}
            assert code(client.request(method, url, **body)) == "401 unauthenticated"
            assert code(client.request(method, url, headers=headers, **body)) == "401 session_ended"
