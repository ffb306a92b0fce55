"""The receipt: what stands in it, how it is written and read."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.public import receipts
from models.domain.public.receipts import Payload, Receipt
from models.domain.words.numbering import public_number

AT = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
SALT = bytes(range(16))
WORDS = "砖厂天天冒黑烟，\n晾的衣服都是灰。"
ONE, TWO = sha256(b"1").hexdigest(), sha256(b"2").hexdigest()
KID = "00112233445566aa"


def payload(**changed: object) -> Payload:
    values = {
        "number": "ABCDEFGHJKM",
        "received_at": AT,
        "words": WORDS,
        "salt": SALT,
        "files": [ONE, TWO],
        "epoch": 1,
        "kid": KID,
    }
    return receipts.payload_of(**(values | changed))  # type: ignore[arg-type]


def test_the_payload_is_canonical_json() -> None:
    """What is signed is these bytes and no others: sorted keys, no spaces, UTC to the millisecond."""
    words = sha256(SALT + WORDS.encode()).hexdigest()
    files = ",".join(f'"{one}"' for one in sorted([ONE, TWO]))
    assert payload().text() == (
        f'{{"epoch":1,"files":[{files}],"kid":"{KID}","number":"ABCDEFGHJKM",'
        f'"received_at":"2026-11-23T01:02:03.456Z","words":"{words}"}}'
    )


def test_the_same_submission_has_one_payload() -> None:
    """The order of the files and the zone of the clock do not matter."""
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert payload(files=[TWO, ONE], received_at=elsewhere).text() == payload().text()


def test_nothing_of_the_words_shows() -> None:
    """Without the salt the words cannot be guessed at: equal words have different digests."""
    other = payload(salt=bytes(16))
    assert other.words != payload().words
    assert "砖厂" not in payload().text()


@given(
    st.integers(0, 1000 * 365 * 86_400_000_000).map(lambda us: AT + timedelta(microseconds=us)),
    st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=9),
    st.integers(1, 2**31),
    st.text(max_size=50),
)
def test_a_payload_is_read_back(at: datetime, files: list[str], epoch: int, words: str) -> None:
    """Every payload we write is read back, to the millisecond, and written the same again."""
    words = words.encode(errors="ignore").decode()
    made = payload(number=public_number(), received_at=at, files=files, epoch=epoch, words=words)
    text = made.text()
    read = receipts.read_payload(text)
    assert read is not None
    assert read.text() == text
    assert read.received_at == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert len(text) < receipts.MOST_CHARACTERS


def test_every_changed_character_is_another_payload_or_none() -> None:
    """No character can be changed without the text becoming unreadable or saying something else."""
    text = payload().text()
    for at in range(len(text)):
        for bit in (1, 2, 4, 16, 32):
            changed = text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :]
            read = receipts.read_payload(changed)
            assert read is None or (read.text() == changed != text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        "[" * 100_000,
        payload().text() + " ",
        " " + payload().text(),
        payload().text().replace('"epoch":1', '"epoch":true'),
        payload().text().replace('"epoch":1', '"epoch":1.0'),
        payload().text().replace('"epoch":1', f'"epoch":{"9" * 3000}').replace(":9", ":-09"),
        payload().text().replace('"epoch":1', '"epoch":1,"note":"x"'),
        payload().text().replace('"number":"ABCDEFGHJKM"', '"number":"abcdefghjkm"'),
        payload().text().replace('"number":"ABCDEFGHJKM"', '"number":7'),
        payload().text().replace("2026-11-23T", "2026-13-23T"),
        payload().text().replace(f'"{ONE}"', "7"),
        payload().text().replace(f'"{ONE}"', f'"{ONE[:-1]}"'),
        json.dumps(json.loads(payload().text()), sort_keys=True),
        json.dumps({**json.loads(payload().text()), "files": None}, separators=(",", ":"), sort_keys=True),
        json.dumps({**json.loads(payload().text()), "files": {}}, separators=(",", ":"), sort_keys=True),
    ],
)
def test_what_we_did_not_write_is_no_payload(text: str) -> None:
    """Other spacing, types, members or forms are no payload of ours; nothing makes the reading fail."""
    assert receipts.read_payload(text) is None


@pytest.mark.parametrize("changed", [{"salt": b"short"}, {"files": ["xyz"]}, {"files": [ONE.upper()]}])
def test_what_cannot_be_in_a_receipt_is_not_built(changed: dict[str, object]) -> None:
    """A short salt or a digest in another form is a fault of the program."""
    with pytest.raises(ValueError, match="16 bytes"):
        payload(**changed)


def test_base64_has_one_form() -> None:
    """Bytes are read only from their one base64 form: unused bits, line ends and other lengths are no form of it."""
    signature = bytes(range(64))
    text = b64encode(signature).decode()
    assert receipts.read_bytes(text, 64) == signature
    unused = text[:-3] + chr(ord(text[-3]) + 1) + "=="
    for bad in (unused, text + "\n", text[:-1], text[:-4], " " + text, "签" + text, ""):
        assert receipts.read_bytes(bad, 64) is None


def test_words_fit_as_stored() -> None:
    """The words fit with the ends of lines of any system; one other mark and they do not."""
    made = payload()
    assert receipts.words_fit(made, WORDS, SALT)
    assert receipts.words_fit(made, "  " + WORDS.replace("\n", "\r\n") + "\n", SALT)
    assert not receipts.words_fit(made, WORDS.replace("。", ""), SALT)
    assert not receipts.words_fit(made, WORDS, bytes(16))
    with pytest.raises(Invalid):
        receipts.words_fit(made, "\x00", SALT)


def test_a_receipt_is_saved_on_one_line() -> None:
    """A person saves one line, and what he pastes back, with a line end or a byte order mark, is the receipt."""
    receipt = receipts.handed_out(payload(), signature=bytes(64), salt=SALT)
    line = receipts.saved(receipt)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert line.isascii()
    for pasted in (
        line,
        line.strip(),
        "\ufeff" + line,
        "\r\n" + line,
        json.dumps(receipt.as_dict(), indent=2),
    ):
        assert receipts.read_saved(pasted) == receipt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好",
        "[]",
        "{}",
        '{"payload":"x"}',
        "[" * 50_000,
        '{"kid":1,"payload":"","salt":"","signature":""}',
        json.dumps({**Receipt("a", "b", "c", "d").as_dict(), "more": "x"}),
        json.dumps(Receipt("a" * 5000, "b", "c", "d").as_dict()),
    ],
)
def test_what_is_no_receipt_is_refused_plainly(text: str) -> None:
    """What was pasted by mistake is refused with what to do."""
    with pytest.raises(Invalid, match=r"huanxun-receipt\.json") as caught:
        receipts.read_saved(text)
    assert caught.value.flaws[0].pointer == "/receipt"
