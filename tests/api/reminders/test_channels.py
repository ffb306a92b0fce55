"""Channels over HTTP: made, changed, switched off; where they may lead; what is never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from models.domain.outgoing.channels import ChannelKind
from models.domain.outgoing.targets import target_of
from models.tables.channels import channels
from models.tables.journal import journal
from models.tables.people import grants
from tests.api.people.asking import code
from tests.api.reminders.asking import (
    LISTED,
    MAIL,
    NOWHERE,
    SECRET,
    SMS,
    As,
    added,
    channel_json,
    flaws,
    listing,
    mail,
    robot,
    sms,
)
from tests.conftest import Clock
from tests.factories import COUNTY, OTHER_COUNTY, TOWN, World


@pytest.fixture(autouse=True)
def listed(client: TestClient) -> None:
    listing(client)


def stored(world: World, channel_id: str) -> dict[str, Any]:
    """The configuration as a worker opens it."""
    with world.engine.connect() as db:
        rows = db.execute(select(channels.c.id, channels.c.sealed_config)).all()
    sealed = {str(row.id): row.sealed_config for row in rows}[channel_id]
    text = world.vault.open_sealed(world.vault.channel_key(), sealed, place=f"channel:{channel_id}:config")
    return dict(json.loads(text))


def test_a_channel_is_made_and_shown_without_its_secrets(client: TestClient, as_: As, world: World) -> None:
    """What goes in comes out for the worker alone; a reader sees kind, title, scheme and host."""
    made = added(client, as_("admin"))
    assert (made["shown"], made["kind"], made["active"]) == (LISTED, "webhook", True)
    assert stored(world, made["id"]) == {"url": f"{LISTED}/hook?key=verborgen", "secret": SECRET}
    one = client.get(f"/v1/channels/{made['id']}", headers=as_("admin"))
    assert (one.json(), one.headers["etag"]) == (made, '"1"')
    everything = client.get("/v1/channels", headers=as_("admin")).text
    for hidden in (SECRET, "verborgen", "/hook"):
        assert hidden not in one.text + everything + json.dumps(made)


def test_nothing_of_a_configuration_is_journalled_or_plain(client: TestClient, as_: As, world: World) -> None:
    """Neither the journal nor the table holds a key or a path in the clear."""
    made = added(client, as_("admin"))
    client.patch(
        f"/v1/channels/{made['id']}",
        json={"config": {"url": f"{LISTED}/anders", "secret": SECRET}},
        headers=as_("admin") | {"If-Match": '"1"'},
    )
    with world.engine.connect() as db:
        written = " ".join(str(row) for row in db.execute(select(journal)))
        kept = " ".join(str(row) for row in db.execute(select(channels)))
    assert "channel.add" in written
    assert "channel.change" in written
    for hidden in (SECRET, "verborgen", "anders", "127.0.0.1"):
        assert hidden not in written, hidden
    for hidden in (SECRET, "verborgen", "anders"):
        assert hidden not in kept, hidden


def test_every_kind_can_be_made(client: TestClient, as_: As, world: World) -> None:
    """One of each kind, with the defaults filled in; the worker reads its target off what is stored."""
    admin = as_("admin")
    made = [added(client, admin), mail(client, admin), sms(client, admin), robot(client, admin)]
    made.append(added(client, admin, kind="dingtalk", config={"url": f"{LISTED}/robot/send?access_token=x"}))
    made.append(added(client, admin, kind="console", config={}))
    assert {one["kind"] for one in made} == set(ChannelKind)
    assert made[1]["shown"] == "smtp://127.0.0.1:9025"
    assert stored(world, made[2]["id"]) == {**SMS, "body": "json"}
    origins = client.app.state.house.origins  # type: ignore[attr-defined]
    targets = [target_of(ChannelKind(one["kind"]), stored(world, one["id"]), origins) for one in made]
    assert [target is None for target in targets] == [False] * 5 + [True]


def test_the_kinds_are_described(client: TestClient, as_: As) -> None:
    """A form can be built from what each kind asks for."""
    got = client.get("/v1/channels/kinds", headers=as_("admin")).json()["items"]
    assert [one["kind"] for one in got] == list(ChannelKind)
    assert {one["kind"]: one["address"] for one in got}["smtp"] == "email"
    fields = {field["name"]: field for one in got if one["kind"] == "webhook" for field in one["fields"]}
    assert (fields["secret"]["hidden"], fields["url"]["required"]) == (True, True)


def test_change_and_switch_off(client: TestClient, as_: As, world: World) -> None:
    """Title, whole configuration, off and on: each with the version read, and seen at once."""
    made, admin = added(client, as_("admin")), as_("admin")
    url = f"/v1/channels/{made['id']}"
    off = client.patch(url, json={"active": False, "title": "旧平台"}, headers=admin | {"If-Match": '"1"'})
    assert (off.json()["active"], off.json()["title"], off.headers["etag"]) == (False, "旧平台", '"2"')
    assert stored(world, made["id"])["secret"] == SECRET
    anew = {"config": {"url": "https://93.184.216.34/neu", "secret": SECRET}, "active": True}
    changed = client.patch(url, json=anew, headers=admin | {"If-Match": '"2"'}).json()
    assert (changed["shown"], changed["active"]) == ("https://93.184.216.34", True)
    assert stored(world, made["id"])["url"] == "https://93.184.216.34/neu"
    assert code(client.patch(url, json={"title": "无版本"}, headers=admin)) == "428 version_missing"
    late = client.patch(url, json={"title": "晚到的"}, headers=admin | {"If-Match": '"1"'})
    assert (code(late), late.json()["now"]["title"]) == ("412 stale_version", "旧平台")
    empty = client.patch(url, json={"config": None}, headers=admin | {"If-Match": '"3"'})
    assert code(empty) == "422 invalid"


def test_a_retry_makes_one(client: TestClient, as_: As) -> None:
    """The same key with the same content is the same channel; with another it is refused."""
    headers = as_("admin") | {"Idempotency-Key": "kanal-0001"}
    first, second = (client.post("/v1/channels", json=channel_json(), headers=headers) for _ in range(2))
    assert first.json() == second.json()
    other = client.post("/v1/channels", json=channel_json(title="另一个渠道"), headers=headers)
    assert code(other) == "409 other_content"
    assert len(client.get("/v1/channels", headers=as_("admin")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("https://localhost/hook", "address_refused"),
        ("https://127.0.0.1/hook", "address_refused"),
        ("https://10.1.2.3/hook", "address_refused"),
        ("https://[::1]/hook", "address_refused"),
        ("https://[::ffff:169.254.169.254]/latest", "address_refused"),
        ("https://169.254.169.254/latest/meta-data", "address_refused"),
        ("https://[64:ff9b::7f00:1]/", "address_refused"),
        ("https://100.64.0.1/", "address_refused"),
        ("https://nirgends.invalid/hook", "unresolvable"),
        ("http://127.0.0.1:9010/hook", "not_https"),
        ("http://93.184.216.34/hook", "not_https"),
        ("https://93.184.216.34:22/hook", "port_not_open"),
        ("https://2130706433/hook", "bad_host"),
        ("https://0x7f.1/hook", "bad_host"),
        ("https://0177.0.0.1/hook", "bad_host"),
        ("https://user:pw@93.184.216.34/", "user_in_url"),
        ("ftp://93.184.216.34/", "not_https"),
        ("javascript:alert(1)", "bad_url"),
        ("https://１２７.0.0.1/", "odd_url"),
        ("https://127。0。0。1/", "odd_url"),
    ],
)
def test_private_and_odd_targets_are_refused_at_save(
    client: TestClient, as_: As, url: str, flaw: str
) -> None:
    """Nothing inside the house, nothing oddly spelt, nothing that has no address; the answer repeats no URL."""
    body = channel_json(config={"url": url, "secret": SECRET})
    answer = client.post("/v1/channels", json=body, headers=as_("admin"))
    assert flaws(answer) == [("/config/url", flaw)]
    assert "hook" not in answer.text
    made = added(client, as_("admin"))
    changed = client.patch(
        f"/v1/channels/{made['id']}",
        json={"config": body["config"]},
        headers=as_("admin") | {"If-Match": '"1"'},
    )
    assert flaws(changed) == [("/config/url", flaw)]
    assert client.get("/v1/channels", headers=as_("admin")).json()["items"] == [made]


def test_a_listed_origin_alone_may_be_private(client: TestClient, as_: As) -> None:
    """Without the allow-list the same receiver is refused; a robot of a vendor leads to its vendor."""
    client.app.state.house.origins = frozenset()  # type: ignore[attr-defined]
    answer = client.post("/v1/channels", json=channel_json(), headers=as_("admin"))
    assert flaws(answer) == [("/config/url", "not_https")]
    assert "HUANXUN_WEBHOOK_ORIGINS" in answer.json()["errors"][0]["message"]
    posted = channel_json(kind="smtp", config=MAIL | {"security": "tls", "port": 465})
    answer = client.post("/v1/channels", json=posted, headers=as_("admin"))
    assert flaws(answer) == [("/config/host", "address_refused")]
    posted = channel_json(kind="dingtalk", config={"url": "https://93.184.216.34/robot/send"})
    answer = client.post("/v1/channels", json=posted, headers=as_("admin"))
    assert flaws(answer) == [("/config/url", "not_the_vendor")]


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("webhook", {}, [("/config/url", "missing"), ("/config/secret", "missing")]),
        ("webhook", {"url": 5, "secret": "abc"}, [("/config/url", "wrong"), ("/config/secret", "wrong")]),
        ("webhook", {"url": LISTED, "secret": "whsec_AAAA"}, [("/config/secret", "wrong")]),
        ("webhook", {"url": LISTED, "secret": "whsec_!" + "A" * 40}, [("/config/secret", "wrong")]),
        ("webhook", {"url": f"{LISTED}/\r\nX: 1", "secret": SECRET}, [("/config/url", "wrong")]),
        ("webhook", {"url": "https://" + "a" * 1000, "secret": SECRET}, [("/config/url", "wrong")]),
        ("webhook", {"url": LISTED, "secret": SECRET, "colour": "1"}, [("/config/colour", "unknown")]),
        ("console", {"绝密": "1"}, [("/config/…", "unknown")]),
        ("smtp", MAIL | {"port": 0}, [("/config/port", "wrong")]),
        ("smtp", MAIL | {"port": "25"}, [("/config/port", "wrong")]),
        ("smtp", MAIL | {"security": "none"}, [("/config/security", "wrong")]),
        ("smtp", MAIL | {"sender": "a@b.cn, c@d.cn"}, [("/config/sender", "wrong")]),
        ("sms", SMS | {"fields": "a=b"}, [("/config/fields", "wrong")]),
        ("sms", SMS | {"fields": {"a b": "c"}}, [("/config/fields", "wrong")]),
        ("sms", SMS | {"fields": {"a": "x" * 501}}, [("/config/fields", "wrong")]),
        ("sms", SMS | {"headers": {"X": "a\r\nB: c"}}, [("/config/headers", "wrong")]),
        ("sms", SMS | {"headers": {"Host": "a"}}, [("/config/headers", "wrong")]),
        ("sms", SMS | {"headers": {"X": "中文"}}, [("/config/headers", "wrong")]),
    ],
)  # fmt: skip
def test_a_bad_configuration_names_its_fields(
    client: TestClient, as_: As, kind: str, config: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Every flaw at once, each with its field, never with its value."""
    answer = client.post("/v1/channels", json=channel_json(kind=kind, config=config), headers=as_("admin"))
    assert flaws(answer) == expected
    assert "AAAA" not in answer.text


def test_who_keeps_which(client: TestClient, as_: As, world: World) -> None:
    """An administrator keeps the channels of his subtree; those of others are not there, for anybody else it is 403."""
    made, admin = added(client, as_("admin"), division=TOWN), as_("admin")
    for url in (f"/v1/channels/{made['id']}", f"/v1/channels/{NOWHERE}"):
        assert code(client.get(url, headers=as_("security"))) == "403 forbidden"
    outside = channel_json(division=OTHER_COUNTY)
    assert code(client.post("/v1/channels", json=outside, headers=admin)) == "403 forbidden"
    unknown = client.post("/v1/channels", json=channel_json(division=COUNTY + "999"), headers=admin)
    assert flaws(unknown) == [("/division", "unknown_division")]
    mine = grants.c.account_id == world.account("admin")
    with world.engine.begin() as db:
        db.execute(update(grants).where(mine).values(division_code=OTHER_COUNTY))
    assert client.get("/v1/channels", headers=admin).json() == {"items": [], "next": None}
    for one in (made["id"], NOWHERE):
        url = f"/v1/channels/{one}"
        assert code(client.get(url, headers=admin)) == "404 not_found"
        assert code(client.patch(url, json={"nonsense": 1}, headers=admin)) == "404 not_found"
        change = client.patch(url, json={"active": False}, headers=admin | {"If-Match": '"1"'})
        assert code(change) == "404 not_found"


def test_pages_of_channels(client: TestClient, as_: As, clock: Clock) -> None:
    """Newest first, page by page; a cursor that we did not make is refused."""
    made = []
    for n in range(5):
        clock.now = clock.now.replace(second=n // 2)
        made.append(added(client, as_("admin"), title=f"渠道{n}")["title"])
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        got = client.get("/v1/channels", params=query, headers=as_("admin")).json()
        seen += [one["title"] for one in got["items"]]
        cursor = got["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    assert seen[0] == "渠道4"
    bad = client.get("/v1/channels", params={"cursor": "bm9uc2Vuc2U"}, headers=as_("admin"))
    assert code(bad) == "422 bad_cursor"


ROUTES = (
    ("GET", "/v1/channels"),
    ("GET", "/v1/channels/kinds"),
    ("GET", f"/v1/channels/{NOWHERE}"),
    ("POST", "/v1/channels"),
    ("PATCH", f"/v1/channels/{NOWHERE}"),
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_and_nobody_any_more(
    client: TestClient, as_: As, clock: Clock, method: str, path: str
) -> None:
    """Without a token, with an ended one, and for anybody but the administrator every route refuses."""
    body: dict[str, Any] = {"json": channel_json()} if method != "GET" else {}
    assert code(client.request(method, path, **body)) == "401 unauthenticated"
    assert code(client.request(method, path, headers=as_("supervisor"), **body)) == "403 forbidden"
    headers = as_("admin")
    clock.now = clock.now.replace(hour=3)
    assert code(client.request(method, path, headers=headers, **body)) == "401 session_ended"
