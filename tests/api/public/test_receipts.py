"""Receipts over HTTP: given with a submission, checked by anybody, worthless once a byte is changed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select, update

from models.domain.public import receipts as domain
from models.domain.public.receipts import Receipt
from models.keyring import new_keys
from models.operations.receipts import issuing
from models.tables.complaints import complaints
from models.tables.journal import instance
from models.vault import Vault, signing_kid_of
from tests.api.public.conftest import WORDS, Citizen
from tests.conftest import Clock
from tests.factories import KEYS, NOW, World

CHECK = "/v1/public/receipts/check"
SALT = bytes(range(16))
PHOTO = sha256(b"photo").hexdigest()


@pytest.fixture
def receipt(world: World) -> dict[str, str]:
    """A receipt with one file, as handed out."""
    with world.act() as act:
        return issue(act)


def issue(act: Any, **changed: Any) -> dict[str, str]:
    values: dict[str, Any] = {
        "number": "ABCDEFGHJKM",
        "received_at": NOW,
        "words": WORDS,
        "files": [PHOTO],
        "salt": SALT,
    }
    return issuing.issue(act, **(values | changed))


def check(citizen: Citizen, receipt: Any, **more: Any) -> Any:
    answer = citizen.client.post(CHECK, json={"receipt": receipt} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(receipt: dict[str, str], act: Any) -> bool:
    """Whether the check calls it bad, and says nothing of what it claims."""
    found = issuing.check(act, receipt)
    told = (found.kid, found.number, found.received_at, found.words_match, found.files_match)
    return not found.valid and set(told) == {None} and len(found.reasons) == 1


def test_a_submission_brings_a_true_receipt(citizen: Citizen) -> None:
    """What a citizen is given is true, names his number, and proves his words and no others."""
    made = citizen.submit().json()
    found = check(citizen, made["receipt"], words=WORDS)
    assert (found["valid"], found["words_match"], found["files_match"]) == (True, True, None)
    assert found["number"] == made["number"]
    assert datetime.fromisoformat(found["received_at"]) == datetime.fromisoformat(made["received_at"])
    assert found["reasons"] == [issuing.TRUE, issuing.SAMPLE, issuing.WORDS_FIT]
    other = check(citizen, made["receipt"], words=WORDS + "。")
    assert (other["valid"], other["words_match"]) == (True, False)
    assert other["reasons"] == [issuing.TRUE, issuing.SAMPLE, issuing.WORDS_DIFFER]
    for secret in (WORDS, "13800000201", "张三", made["query_code"]):
        assert secret not in json.dumps(made["receipt"], ensure_ascii=False)


def test_the_same_submission_has_the_same_receipt(citizen: Citizen) -> None:
    """A lost reply asked for again brings the same bytes."""
    key, ticket = uuid4().hex, citizen.ticket()
    one, two = (citizen.submit(key, ticket=ticket).json()["receipt"] for _ in range(2))
    assert one == two


def test_files_are_proven(citizen: Citizen, receipt: dict[str, str]) -> None:
    """A file that was handed in is proven; one that was not, or was squeezed by a chat app, is not."""
    assert check(citizen, receipt, files=[PHOTO])["files_match"] is True
    assert check(citizen, receipt, files=[])["files_match"] is True
    found = check(citizen, receipt, files=[PHOTO, sha256(b"squeezed").hexdigest()])
    assert (found["valid"], found["files_match"]) == (True, False)
    assert found["reasons"] == [issuing.TRUE, issuing.SAMPLE, issuing.FILES_DIFFER]


def test_every_changed_byte_is_found(world: World, receipt: dict[str, str]) -> None:
    """A flipped bit in any place of payload, signature or kid, in text or under base64, makes it untrue."""
    with world.act() as act:
        assert issuing.check(act, receipt).valid
        for part in ("payload", "signature", "kid"):
            for changed in flipped(receipt[part]):
                assert refused(receipt | {part: changed}, act), changed
        signature = b64decode(receipt["signature"])
        for at in range(64):
            bad = signature[:at] + bytes([signature[at] ^ 0x40]) + signature[at + 1 :]
            assert refused(receipt | {"signature": b64encode(bad).decode()}, act)


def flipped(text: str) -> list[str]:
    """The text with one bit of each character flipped, cut by each end, and with something added."""
    changed = [
        text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :] for at in range(len(text)) for bit in (1, 32)
    ]
    return [*changed, text[:-1], text[1:], text + " ", text + "\n", "", text * 2]


def test_another_salt_proves_no_words(citizen: Citizen, receipt: dict[str, str]) -> None:
    """The salt is not signed; with another one the receipt stays true and the words do not fit."""
    for salt in ("", "AAAA", b64encode(bytes(16)).decode()):
        found = check(citizen, receipt | {"salt": salt}, words=WORDS)
        assert (found["valid"], found["words_match"]) == (True, False)


def test_what_others_sign_is_worth_nothing(world: World, citizen: Citizen, receipt: dict[str, str]) -> None:
    """A receipt signed with a key we never had is refused, whatever it says, and so is a borrowed signature."""
    payload = domain.read_payload(receipt["payload"])
    assert payload is not None
    forger = Vault(new_keys())
    own = replace(payload, kid=forger.signing_kid, number="00000000000")
    made = domain.handed_out(own, signature=forger.sign(own.text().encode()), salt=SALT).as_dict()
    found = check(citizen, made)
    assert (found["valid"], found["number"], found["reasons"]) == (False, None, [issuing.UNKNOWN_KEY])
    posing = replace(payload, number="00000000000")
    made = domain.handed_out(posing, signature=forger.sign(posing.text().encode()), salt=SALT).as_dict()
    assert check(citizen, made)["reasons"] == [issuing.ALTERED]


def test_a_check_does_not_tell_what_exists(world: World, citizen: Citizen, receipt: dict[str, str]) -> None:
    """A receipt is judged by its signature alone: the answer is one whether its complaint is there or not."""
    absent = check(citizen, receipt)
    assert absent["valid"]
    made = citizen.submit().json()
    present = check(citizen, made["receipt"])
    assert absent.keys() == present.keys()
    assert absent["reasons"] == present["reasons"]


def test_keys_have_their_time(world: World, clock: Clock, citizen: Citizen) -> None:
    """After a change of keys old receipts hold, new ones too; what the old key signs afterwards does not."""
    changed_at = NOW + timedelta(days=3)
    later = World(world.url, world.engine, Vault(replace(KEYS, signing_key=new_keys().signing_key)))
    with world.act() as act:
        old = issue(act)
    with later.act(now=changed_at) as act:
        new = issue(act, received_at=changed_at)
        repeated = issue(act)
        payload = domain.read_payload(old["payload"])
        assert payload is not None
        stale = replace(payload, received_at=changed_at + timedelta(hours=1))
        backdated = replace(stale, received_at=NOW - timedelta(days=900))
    late = [
        domain.handed_out(one, signature=world.vault.sign(one.text().encode()), salt=SALT).as_dict()
        for one in (stale, backdated)
    ]
    assert [check(citizen, one)["valid"] for one in (old, new, repeated)] == [True, True, True]
    for one in late:
        found = check(citizen, one)
        assert (found["valid"], found["number"], found["reasons"]) == (False, None, [issuing.OUT_OF_TIME])
    listed = citizen.client.get("/v1/public/keys").json()["items"]
    assert [(one["kid"], one["valid_to"] is None) for one in listed] == [
        (world.vault.signing_kid, False),
        (later.vault.signing_kid, True),
    ]
    assert datetime.fromisoformat(listed[0]["valid_to"]) == changed_at


def test_a_restore_is_told_apart(world: World) -> None:
    """After a restore from a backup a receipt carries another epoch, so two of one number differ."""
    with world.act() as act:
        one = issue(act)
        act.db.execute(update(instance).values(epoch=2))
        two = issue(act)
        epochs = [json.loads(each["payload"])["epoch"] for each in (one, two)]
        assert epochs == [1, 2]
        assert all(issuing.check(act, each).valid for each in (one, two))


def test_keys_are_published(citizen: Citizen, world: World) -> None:
    """The keys are listed in both forms, may be kept, and are not sent twice."""
    answer = citizen.client.get("/v1/public/keys")
    (key,) = answer.json()["items"]
    raw = b64decode(key["public_key"])
    assert (key["kid"], key["algorithm"]) == (signing_kid_of(raw), "Ed25519")
    pem = load_pem_public_key(key["public_key_pem"].encode())
    assert isinstance(pem, Ed25519PublicKey)
    assert pem.public_bytes_raw() == raw == world.vault.public_key_raw
    assert (bool(key["valid_from"]), key["valid_to"]) == (True, None)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = citizen.client.get("/v1/public/keys", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert citizen.client.get("/v1/public/keys", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({}, "/receipt"),
        ({"receipt": "x"}, "/receipt"),
        ({"receipt": {"payload": "x"}}, "/receipt/signature"),
        ({"receipt": {"payload": 1, "signature": "", "kid": "", "salt": ""}}, "/receipt/payload"),
        ({"receipt": {"payload": "x" * 5000, "signature": "", "kid": "", "salt": ""}}, "/receipt/payload"),
        ({"receipt": {"payload": "", "signature": "", "kid": "", "salt": "", "more": 1}}, "/receipt/more"),
        ({"receipt": Receipt("", "", "", "").as_dict(), "files": ["xyz"]}, "/files/0"),
        ({"receipt": Receipt("", "", "", "").as_dict(), "words": "\x00"}, "/words"),
    ],
)
def test_bad_input_is_refused_plainly(citizen: Citizen, body: Any, pointer: str) -> None:
    """What is no receipt by its shape is refused with the place of each fault."""
    answer = citizen.client.post(CHECK, json=body)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("text", ["", "x", "{}", "[" * 3000, "null", '{"number":"砖厂"}', "\ud800"])
def test_junk_in_shape_is_just_not_true(citizen: Citizen, text: str) -> None:
    """Junk in the right members is an untrue receipt, or bad input; never a fault of ours."""
    body = json.dumps({"receipt": {"payload": text, "signature": text, "kid": text[:60], "salt": text[:60]}})
    answer = citizen.client.post(CHECK, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 422}
    assert answer.status_code == 422 or answer.json()["valid"] is False


def test_a_receipt_leads_to_its_complaint(world: World, citizen: Citizen) -> None:
    """A later complaint is linked by a true receipt alone, and not to one that is forgotten or another's."""
    made = citizen.submit().json()["receipt"]
    with world.act() as act:
        (complaint,) = act.db.execute(select(complaints)).all()
        assert issuing.follows(act, made) == complaint.id
        assert issuing.follows(act, made | {"payload": made["payload"].replace("Z", "z")}) is None
        assert issuing.follows(act, {}) is None
        assert issuing.follows(act, made | {"payload": 7}) is None
        other_time = issue(act, number=complaint.public_number, received_at=NOW - timedelta(days=1))
        assert issuing.check(act, other_time).valid
        assert issuing.follows(act, other_time) is None, "the same number, but another complaint"
        act.db.execute(update(complaints).values(erased_at=NOW))
        assert issuing.follows(act, made) is None


def test_the_picture_needs_number_and_code(citizen: Citizen) -> None:
    """Number and code bring the picture; wrong ones what a query brings; a mistyped group is named."""
    kept, other = citizen.kept(), citizen.kept()
    answer = citizen.client.post("/v1/public/receipts/image", json=kept)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\x89PNG")
    wrong = kept | {"query_code": other["query_code"]}
    for path in ("/v1/public/receipts/image", "/v1/public/complaints/query"):
        refused = citizen.client.post(path, json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    typo = kept["query_code"][:-1] + ("A" if kept["query_code"][-1] != "A" else "B")
    refused = citizen.client.post("/v1/public/receipts/image", json=kept | {"query_code": typo})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query_code")
    assert "第四组" in refused.json()["detail"]


def test_guessing_at_pictures_is_slowed_like_guessing_at_queries(citizen: Citizen) -> None:
    """Wrong codes tried here count for the number; the honest holder is let in all the same."""
    kept, other = citizen.kept(), citizen.kept()
    gate = citizen.client.app.state.gate  # type: ignore[attr-defined]
    wrong = kept | {"query_code": other["query_code"]}
    number = kept["number"].replace("-", "")
    for _ in range(gate.limits.wrong_codes_free_per_hour + 1):
        assert citizen.client.post("/v1/public/receipts/image", json=wrong).status_code == 404
    assert gate.slowness(number, NOW) > 0
    assert citizen.client.post("/v1/public/receipts/image", json=kept).status_code == 200
