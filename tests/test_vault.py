"""Sealing, wrapping, indexing, signing."""

import hmac
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import keyring, vault
from models.domain.errors import Unavailable, Unreadable
from models.domain.words import crockford
from models.keyring import add_master_key, create_keys, load_keys, new_keys
from models.vault import Suite, Vault, kid_of_wrap, new_data_key, phone_normal, verify

KEYS = new_keys()
VAULT = Vault(KEYS)
DATA_KEY = new_data_key()
PLACE = "complaints:42:phone"
SUITES = st.sampled_from(Suite)
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


@given(st.text(max_size=200), SUITES, SUITES)
def test_a_sealed_text_opens_at_its_place(text: str, written: Suite, now: Suite) -> None:
    """What is sealed with one suite opens after the suite was changed, and never shows in the bytes."""
    sealed = Vault(KEYS, suite=written).seal(DATA_KEY, text, place=PLACE)
    assert Vault(KEYS, suite=now).open_sealed(DATA_KEY, sealed, place=PLACE) == text
    assert len(sealed) == 2 + 12 + len(text.encode()) + 16
    assert len(text) < 4 or text.encode() not in sealed


@pytest.mark.parametrize("suite", list(Suite))
def test_every_changed_byte_and_every_cut_is_noticed(suite: Suite) -> None:
    """No byte of a sealed text can be changed, left out or added."""
    sealed = Vault(KEYS, suite=suite).seal(DATA_KEY, "张三", place=PLACE)
    changed = [
        sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
        for at in range(len(sealed))
        for bit in (1, 3)
    ]
    for bad in [*changed, *(sealed[:at] for at in range(len(sealed))), sealed + b"\x00"]:
        with pytest.raises(Unreadable):
            VAULT.open_sealed(DATA_KEY, bad, place=PLACE)


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("place", ["complaints:43:phone", "complaints:42:name", "", PLACE + " "])
def test_a_moved_ciphertext_does_not_open(suite: Suite, place: str) -> None:
    """A sealed value copied to another row or column is unreadable there."""
    sealed = Vault(KEYS, suite=suite).seal(DATA_KEY, "张三", place=PLACE)
    with pytest.raises(Unreadable):
        VAULT.open_sealed(DATA_KEY, sealed, place=place)
    with pytest.raises(Unreadable):
        VAULT.open_sealed(new_data_key(), sealed, place=PLACE)


def test_equal_texts_are_sealed_differently() -> None:
    """Nonces are random: a thousand seals of one text are all different."""
    assert len({VAULT.seal(DATA_KEY, "张三", place=PLACE) for _ in range(1000)}) == 1000
    assert len({VAULT.wrap(DATA_KEY, aad=PLACE) for _ in range(50)}) == 50


def test_a_wrapped_key_opens_where_it_belongs() -> None:
    """A data key unwraps under its own place and no other."""
    wrapped = VAULT.wrap(DATA_KEY, aad=PLACE)
    assert VAULT.unwrap(wrapped, aad=PLACE) == DATA_KEY
    assert kid_of_wrap(wrapped) == VAULT.kid == KEYS.current
    with pytest.raises(Unreadable):
        VAULT.unwrap(wrapped, aad="complaints:43:key")


def test_every_changed_byte_of_a_wrap_is_noticed() -> None:
    """No byte of a wrapped key can be changed or cut off."""
    wrapped = VAULT.wrap(DATA_KEY, aad=PLACE)
    changed = [wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :] for at in range(len(wrapped))]
    for bad in [*changed, *(wrapped[:at] for at in range(len(wrapped)))]:
        with pytest.raises(Unreadable):
            VAULT.unwrap(bad, aad=PLACE)


def test_an_unknown_master_is_named() -> None:
    """A key wrapped elsewhere is unreadable, and the refusal says which master it needs."""
    foreign = Vault(new_keys())
    wrapped = foreign.wrap(DATA_KEY, aad=PLACE)
    with pytest.raises(Unreadable, match="缺少对应的密钥") as refused:
        VAULT.unwrap(wrapped, aad=PLACE)
    assert refused.value.facts == {"kid": foreign.kid}
    assert isinstance(refused.value, Unavailable)
    assert refused.value.code == "unreadable"


def test_without_masters_everything_but_opening_works(tmp_path: Path) -> None:
    """With identities sealed a new complaint is taken in, indexed and signed; only looks must wait."""
    create_keys(tmp_path / "keys")
    whole = Vault(load_keys(tmp_path / "keys"))
    (tmp_path / "keys" / keyring.MASTERS).rename(tmp_path / "in the safe")
    with pytest.raises(Unreadable, match="identities-sealed"):
        load_keys(tmp_path / "keys")
    shut = Vault(load_keys(tmp_path / "keys", identities_sealed=True))
    assert (shut.identities_sealed, whole.identities_sealed) == (True, False)
    wrapped = shut.wrap(DATA_KEY, aad=PLACE)
    with pytest.raises(Unreadable):
        shut.unwrap(wrapped, aad=PLACE)
    assert whole.unwrap(wrapped, aad=PLACE) == DATA_KEY
    assert shut.blind_index("phone", "+8613800000201") == whole.blind_index("phone", "+8613800000201")
    assert verify(whole.public_key_raw, shut.sign(b"head"), b"head")


def test_rotation(tmp_path: Path) -> None:
    """After a new master old wraps still open, rewrapping moves them, and the old key is not needed then."""
    old = Vault(create_keys(tmp_path))
    wrapped = old.wrap(DATA_KEY, aad=PLACE)
    keys = add_master_key(tmp_path)
    assert load_keys(tmp_path) == keys
    new = Vault(keys)
    assert new.kid != old.kid
    assert new.unwrap(wrapped, aad=PLACE) == DATA_KEY
    moved = new.rewrap(wrapped, aad=PLACE)
    assert kid_of_wrap(moved) == new.kid
    assert new.rewrap(moved, aad=PLACE) == moved
    only_new = Vault(replace(keys, masters={new.kid: keys.masters[new.kid]}))
    assert only_new.unwrap(moved, aad=PLACE) == DATA_KEY
    with pytest.raises(Unreadable):
        only_new.rewrap(wrapped, aad=PLACE)
    assert new.blind_index("phone", "1") == old.blind_index("phone", "1")


def test_a_blind_index_tells_equality_within_a_kind_and_key() -> None:
    """Equal values meet; another kind, value or key does not; 16 bytes are kept."""
    index = VAULT.blind_index("phone", "+8613800000201")
    assert len(index) == 16
    assert index == Vault(KEYS).blind_index("phone", "+8613800000201")
    others = [
        VAULT.blind_index("name", "+8613800000201"),
        VAULT.blind_index("phone", "+8613800000202"),
        Vault(new_keys()).blind_index("phone", "+8613800000201"),
    ]
    assert index not in others


def test_keyed_digests_have_a_key_each() -> None:
    """Journal digest, code digest and rate mark of one value do not match each other."""
    same_key = replace(KEYS, code_key=KEYS.digest_key, rate_key=KEYS.digest_key, index_key=KEYS.digest_key)
    for one in (VAULT, Vault(same_key)):
        marks = {
            one.digest(b"x")[:32],
            one.code_digest("x").hex()[:32],
            one.rate_mark(date(2026, 11, 23), "x").hex(),
        }
        assert len(marks) == (3 if one is VAULT else 2)
    assert len(VAULT.digest(b"x")) == 64
    assert VAULT.digest(b"x") == VAULT.digest(b"x") != VAULT.digest(b"y")


def test_query_codes_are_derived() -> None:
    """Complaint and Idempotency-Key give one code of 80 bits under one key folder, and another for any other."""
    one, other = UUID(int=1), UUID(int=2)
    code = VAULT.query_code(one, "key-of-a-retry")
    assert code == Vault(KEYS).query_code(one, "key-of-a-retry")
    assert crockford.encode(crockford.decode(code)) == code
    assert (len(code), set(code) <= set(crockford.ALPHABET)) == (16, True)
    different = {
        code,
        VAULT.query_code(other, "key-of-a-retry"),
        VAULT.query_code(one, "key-of-a-retrz"),
        Vault(new_keys()).query_code(one, "key-of-a-retry"),
    }
    assert len(different) == 4
    plain = hmac.digest(KEYS.code_key, one.bytes + b"key-of-a-retry", "sha256")[:10]
    assert crockford.decode(code) == plain


def test_receipt_salts_are_derived() -> None:
    """A salt is 16 bytes, the same for a retry, and tells nothing of the code made from the same two."""
    one = UUID(int=1)
    salt = VAULT.receipt_salt(one, "key-of-a-retry")
    assert (len(salt), salt) == (16, Vault(KEYS).receipt_salt(one, "key-of-a-retry"))
    assert salt != VAULT.receipt_salt(UUID(int=2), "key-of-a-retry")
    assert salt[:10] != crockford.decode(VAULT.query_code(one, "key-of-a-retry"))


def test_rate_marks_of_two_days_do_not_join() -> None:
    """A caller's mark is the same all day and another the next."""
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert VAULT.rate_mark(monday, "192.0.2.1") == VAULT.rate_mark(monday, "192.0.2.1")
    assert VAULT.rate_mark(monday, "192.0.2.1") != VAULT.rate_mark(tuesday, "192.0.2.1")
    assert VAULT.rate_mark(monday, "192.0.2.1") != VAULT.rate_mark(monday, "192.0.2.2")


def test_signatures() -> None:
    """A signature holds for its message and key alone, and a crooked one is false, not an error."""
    signature = VAULT.sign(b"head")
    assert verify(VAULT.public_key_raw, signature, b"head")
    assert not verify(VAULT.public_key_raw, signature, b"heap")
    assert not verify(Vault(new_keys()).public_key_raw, signature, b"head")
    assert not verify(VAULT.public_key_raw, b"", b"head")
    assert not verify(b"short", signature, b"head")
    assert VAULT.signing_kid == vault.signing_kid_of(VAULT.public_key_raw)
    assert len(VAULT.signing_kid) == 16


def test_the_signature_of_the_standard() -> None:
    """The first test vector of RFC 8032 (empty message) comes out of our key format."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = Vault(replace(KEYS, signing_key=seed))
    assert signer.public_key_raw == PUBLIC
    assert (
        signer.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
    )


def test_keys_do_not_show() -> None:
    """No key is in the text form of the keys or of the vault."""
    shown = repr(KEYS) + str(VAULT)
    secrets = [
        *KEYS.masters.values(),
        KEYS.index_key,
        KEYS.code_key,
        KEYS.digest_key,
        KEYS.rate_key,
        KEYS.signing_key,
    ]
    assert KEYS.current in shown
    assert not any(repr(one) in shown or one.hex() in shown for one in secrets)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13800000201", "+8613800000201"),
        ("138 0000 0201", "+8613800000201"),
        ("１３８－００００－０２０１", "+8613800000201"),
        ("+86 138-0000-0201", "+8613800000201"),
        ("0086 13800000201", "+8613800000201"),
        ("电话13800000201", "+8613800000201"),
        ("Tel: 13800000201", "+8613800000201"),
        ("13800000201（晚上）", "+8613800000201"),
        ("0739-5321234", "+867395321234"),
        ("(0739) 5321234 转 12", "+867395321234"),
        ("010-62345678", "+861062345678"),
        ("19900000201", "+8619900000201"),
        ("+852 2345 6789", "+85223456789"),
        ("12345", None),
        ("12369", None),
        ("110", None),
        ("5321234", None),
        ("1380000020", None),
        ("138000002011", None),
        ("138ABCDEFGH", None),
        ("(+86)13800000201", "+8613800000201"),
        ("联系138 0000 0201或晚上打", "+8613800000201"),
        ("不留电话", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_phone_normal(written: str, normal: str | None) -> None:
    """One number has one form however written; what names no subscriber has none."""
    assert phone_normal(written) == normal


@given(st.text(max_size=40))
def test_any_text_has_a_phone_or_none(text: str) -> None:
    """No text makes the phone form fail, and the form is its own form."""
    found = phone_normal(text)
    assert found is None or phone_normal(found) == found
