"""The README's commands, run as they stand: a receipt is checked with ``openssl`` and no part of ours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from models.domain.public.receipts import FILE_NAME, Receipt, saved
from tests.api.public.conftest import WORDS, Citizen
from tests.measure import ROOT

SECTION: Final = (ROOT / "README.md").read_text("utf-8").split("## Check a receipt")[1].split("\n## ")[0]
SIGNATURE, WORDS_DIGEST = re.findall(r"```sh\n(.*?)```", SECTION, re.S)
GOOD: Final = "Signature Verified Successfully"
BY_HAND: Final = bool(shutil.which("openssl") and shutil.which("sh") and shutil.which("sed"))


@pytest.fixture
def folder(citizen: Citizen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What a citizen has: the receipt as saved, the keys as published, the words he wrote."""
    if not BY_HAND:
        with capsys.disabled():
            print("\nno openssl on this machine: signature and digest are checked with cryptography instead")
    folder = tmp_path / "citizen"
    folder.mkdir()
    receipt = Receipt(**citizen.submit().json()["receipt"])
    (folder / FILE_NAME).write_text(saved(receipt), "utf-8")
    (folder / "keys.json").write_bytes(citizen.client.get("/v1/public/keys").content)
    (folder / "words.txt").write_text(WORDS + "\n", "utf-8")
    return folder


def run(commands: str, folder: Path) -> str:
    """What the commands print, in the folder of the citizen."""
    done = subprocess.run(["sh", "-c", commands], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def is_signed(folder: Path) -> bool:
    """Whether the signature of the saved receipt holds."""
    return GOOD in run(SIGNATURE, folder) if BY_HAND else is_signed_here(folder)


def is_signed_here(folder: Path) -> bool:
    """The same with ``cryptography``."""
    receipt = json.loads((folder / FILE_NAME).read_text("utf-8"))
    keys = json.loads((folder / "keys.json").read_text("utf-8"))["items"]
    pem = next(key["public_key_pem"] for key in keys if key["kid"] == receipt["kid"])
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, Ed25519PublicKey)
    try:
        public.verify(b64decode(receipt["signature"]), receipt["payload"].encode())
    except InvalidSignature:
        return False
    return True


def words_digest(folder: Path) -> str:
    """What the second block of commands prints for the words of the citizen."""
    if BY_HAND:
        return run(WORDS_DIGEST, folder)
    salt = b64decode(json.loads((folder / FILE_NAME).read_text("utf-8"))["salt"])
    return sha256(salt + (folder / "words.txt").read_text("utf-8").rstrip("\n").encode()).hexdigest()


def claimed(folder: Path) -> str:
    """The digest of the words in the payload."""
    receipt = json.loads((folder / FILE_NAME).read_text("utf-8"))
    return str(json.loads(receipt["payload"])["words"])


def test_a_receipt_is_checked_with_openssl_alone(folder: Path) -> None:
    """The commands of the README, copied as they stand, find a true receipt true."""
    assert is_signed(folder)
    if BY_HAND:
        receipt = json.loads((folder / FILE_NAME).read_text("utf-8"))
        assert (folder / "payload.json").read_text("utf-8") == receipt["payload"]


def test_both_ways_say_the_same(folder: Path) -> None:
    """What openssl says of a receipt, cryptography says too."""
    assert is_signed(folder) is is_signed_here(folder) is True


def test_a_receipt_saved_in_another_layout_is_checked_too(folder: Path) -> None:
    """Order and spacing of the saved file do not matter: some apps save JSON on many lines."""
    receipt = json.loads((folder / FILE_NAME).read_text("utf-8"))
    for layout in (dict(reversed(receipt.items())), receipt):
        (folder / FILE_NAME).write_text(json.dumps(layout, indent=2) + "\n", "utf-8")
        assert is_signed(folder)
        assert claimed(folder) in words_digest(folder)


@pytest.mark.parametrize("part", ["number", "received_at", "words"])
def test_a_changed_receipt_is_found_with_openssl_alone(folder: Path, part: str) -> None:
    """One changed character of number, time or digest, and openssl does not verify it."""
    line = (folder / FILE_NAME).read_text("utf-8")
    at = line.index(part) + len(part) + 5 + 6
    (folder / FILE_NAME).write_text(line[:at] + ("0" if line[at] != "0" else "1") + line[at + 1 :], "utf-8")
    assert not is_signed(folder)


def test_words_are_proven_with_openssl_alone(folder: Path) -> None:
    """The salted digest of the words is the one in the receipt; of other words it is not."""
    assert claimed(folder) in words_digest(folder)
    (folder / "words.txt").write_text(WORDS + "！", "utf-8")
    assert claimed(folder) not in words_digest(folder)
