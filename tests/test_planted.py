"""
Forty planted secrets go through the public face; afterwards none lies anywhere in clear.

Names, phones, ID numbers, addresses, client addresses, query codes, and what a phone writes into a photo are sent
in every place where people put them: words, wish, contact, messages, wrong fields, headers. Then every file of the
data folder (database, WAL, photos, signed heads), every log line, the metrics, every body of a refusal and, on
PostgreSQL, every value of every table is searched.
"""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from altcha import Challenge, Payload, solve_challenge
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.factories import PASSWORD, World
from tests.test_redaction import database, served

NAMES: Final = [
    f"样例{name}" for name in ("甲伯光", "乙仲明", "丙叔亮", "丁季辉", "戊孟昭", "己长庚", "庚启明")
]
PHONES: Final = [f"138000002{n:02d}" for n in range(20, 27)]
ID_NUMBERS: Final = [f"43051119900101{n:04d}" for n in range(1010, 1015)]
ADDRESSES: Final = [f"样例里弄{n}号院{n}栋" for n in range(71, 77)]
CALLERS: Final = [f"203.0.113.{n}" for n in range(51, 56)]
IN_PHOTOS: Final = ["Owner Renshuisheng", "照片备注癸未央", "27.2543217", "111.4523458", "SERIAL-7788-9900"]
PLANTED: Final = [*NAMES, *PHONES, *ID_NUMBERS, *ADDRESSES, *CALLERS, *IN_PHOTOS]


def photo() -> bytes:
    """A JPEG as a phone makes it: owner, comment, serial number and coordinates inside."""
    picture, file = Image.new("RGB", (640, 480), (90, 120, 60)), BytesIO()
    exif = picture.getexif()
    exif[Base.Artist], exif[Base.ImageDescription] = IN_PHOTOS[0], " ".join(IN_PHOTOS[2:4])
    exif.get_ifd(IFD.Exif)[Base.BodySerialNumber] = IN_PHOTOS[4]
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (27.0, 15.0, 15.558)
    picture.save(file, "JPEG", exif=exif, comment=IN_PHOTOS[1].encode())
    assert all(one.encode() in file.getvalue() for one in IN_PHOTOS)
    return file.getvalue()


class Sender:
    """Somebody who tells too much, from several addresses; keeps every code he was given and every refusal."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client
        self.codes: list[str] = []
        self.refusals: list[str] = []
        self._turn = 0

    def post(self, path: str, **how: Any) -> httpx2.Response:
        self._turn += 1
        caller = {"X-Forwarded-For": CALLERS[self._turn % len(CALLERS)], "User-Agent": f"phone/{PHONES[0]}"}
        headers = caller | {"Idempotency-Key": uuid4().hex} | how.pop("headers", {})
        answer = self.client.post(path, headers=headers, **how)
        if answer.status_code >= 400 and "html" not in answer.headers["content-type"]:
            self.refusals.append(
                answer.text
            )  # a form shown again holds what was typed, so that nothing is lost
        return answer

    def ticket(self) -> str:
        challenge = Challenge.from_dict(self.client.get("/v1/public/challenge").json())
        solution = solve_challenge(challenge)
        assert solution is not None
        return Payload(challenge, solution).to_base64()

    def tell_everything(self, turn: int) -> None:
        """One complaint with photo, message, wrong codes and a withdrawal at the end of every second one."""
        name, phone = NAMES[turn % len(NAMES)], PHONES[turn % len(PHONES)]
        proof, address = ID_NUMBERS[turn % len(ID_NUMBERS)], ADDRESSES[turn % len(ADDRESSES)]
        ticket = self.ticket()
        made = self.post(
            "/v1/public/complaints",
            json={
                "words": f"我叫{name}，身份证{proof}，电话{phone}，住{address}，夜里有气味",
                "place": {"division": "430511101", "text": address},
                "wish": f"请打{phone}找{name}",
                "confidentiality": "要求保密",
                "reporter": {"name": name, "phone": phone, "address": address},
                "consent": {"privacy_version": "1"},
                "altcha": ticket,
            },
        )
        assert made.status_code == 201, made.text
        kept = {one: made.json()[one] for one in ("number", "query_code")}
        self.codes.append(kept["query_code"])
        self.photograph(ticket)
        self.say_and_err(kept, f"{name} {phone} {proof} {address}")
        if turn % 2:
            assert self.post("/v1/public/complaints/withdraw", json=kept).status_code == 200

    def photograph(self, ticket: str) -> None:
        data = photo()
        metadata = f"filename {base64.b64encode(IN_PHOTOS[0].encode()).decode()}"
        sent = self.post(
            "/v1/public/uploads",
            content=data,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": str(len(data)),
                "Upload-Metadata": metadata,
                "Content-Type": "application/offset+octet-stream",
                "Huanxun-Ticket": ticket,
            },
        )
        assert sent.status_code == 201, sent.text

    def say_and_err(self, kept: dict[str, Any], all_of_it: str) -> None:
        said = self.post("/v1/public/complaints/messages", json=kept | {"text": all_of_it})
        assert said.status_code == 201, said.text
        assert all_of_it in self.post("/v1/public/complaints/query", json=kept).text, "the holder can read it"
        for wrong in ({"number": all_of_it, "query_code": kept["query_code"]}, kept | {all_of_it: "x"}):
            assert self.post("/v1/public/complaints/query", json=wrong).status_code == 422
        self.post(f"/v1/public/{all_of_it}", content=all_of_it.encode())
        self.post("/v1/public/complaints", json={"words": all_of_it, "place": all_of_it})
        self.post("/v1/public/complaints", data={"words": all_of_it, "reporter.name": all_of_it})


def looked_at(client: httpx2.Client) -> None:
    """The clerk opens one identity, the inspector tries to; lists and counts are read."""
    session = client.post("/v1/auth/login", json={"login": "clerk", "password": PASSWORD, "device": "测试机"})
    who = {"Authorization": f"Bearer {session.json()['access_token']}"}
    rows = client.get("/v1/cases", headers=who).json()["items"]
    case = client.get(f"/v1/cases/{rows[0]['id']}", headers=who).json()
    path = f"/v1/complaints/{case['complaints'][0]['id']}/identity-views"
    seen = client.post(path, json={"reason": f"回访{NAMES[1]}"}, headers=who)
    assert seen.status_code == 200, seen.text
    assert any(phone in seen.text for phone in PHONES)


def bare(code: str) -> str:
    """The sixteen characters without the check of each group."""
    return "".join(group[:4] for group in code.split("-"))


def found_in(where: bytes, secrets: list[str]) -> set[str]:
    """The secrets that stand there, in UTF-8 or UTF-16."""
    return {one for one in secrets if one.encode() in where or one.encode("utf-16-le") in where}


def test_no_secret_lies_anywhere_in_clear(world: World, tmp_path: Path) -> None:
    """A full run of the public face with 35 planted values and five codes: nothing in clear afterwards."""
    folder, log = tmp_path / "data", tmp_path / "log.txt"
    with served(world, folder, log, face="all", HUANXUN_TRUSTED_PROXIES="127.0.0.1") as client:
        sender = Sender(client)
        for turn in range(7):
            sender.tell_everything(turn)
        looked_at(client)
        metrics = client.get("/metrics").text
    codes = [*sender.codes, *(code.replace("-", "") for code in sender.codes), *map(bare, sender.codes)]
    secrets = PLANTED + codes
    assert len(PLANTED) + len(sender.codes) >= 40
    keys = folder / "keys"
    files = [file for file in tmp_path.rglob("*") if file.is_file() and keys not in file.parents]
    assert any("files" in file.parts for file in files), "photos were stored"
    for file in files:
        assert found_in(file.read_bytes(), secrets) == set(), file
    assert found_in(metrics.encode(), secrets) == set()
    assert found_in("\n".join(sender.refusals).encode(), secrets) == set()
    assert found_in(database(world).encode(), secrets) == set()
