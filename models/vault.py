"""
Cryptography in use: sealed fields, wrapped data keys, blind index, keyed digests, signatures.

Each complaint has a data key (32 random bytes). What must be hidden is sealed under it, bound to its
table, row and column. The data key itself is wrapped for the *public* half of the current master key
(HPKE), so whoever only receives complaints can seal but not open; opening needs the private half.
To destroy the wrapped key is to forget the person.

``sealed``: version 1 | suite 1 | nonce 12 | ciphertext and tag.
``wrapped``: version 1 | suite 1 | kid 4 | HPKE encapsulated key 32 | ciphertext and tag.

This is not a certified cryptographic module (密评). SM4-GCM may be chosen for sealed fields; wraps
are HPKE (X25519, HKDF-SHA-256, AES-256-GCM; RFC 9180) whatever the suite.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import phonenumbers
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as HpkeSuite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.domain.errors import Unreadable
from models.domain.words import crockford
from models.keyring import Keys

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HPKE: Final = HpkeSuite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_WRAP_HEAD: Final = bytes([_VERSION, 0x10])
_DIALLED: Final = re.compile(r"[+(]*\d[\d\s\-‐-―().·]*")
_MOVED: Final = "无法解密：密文已损坏，或不在原来的位置"


class Suite(StrEnum):
    """The cipher of sealed fields."""

    AES_256_GCM = "AES-256-GCM"
    SM4_GCM = "SM4-GCM"


_SUITE_BYTES: Final = {Suite.AES_256_GCM: 0x01, Suite.SM4_GCM: 0x02}
_SUITES: Final = {byte: suite for suite, byte in _SUITE_BYTES.items()}


def new_data_key() -> bytes:
    """Return a new data key: 32 random bytes."""
    return os.urandom(32)


class Vault:
    """What the keys of an instance can do; unchanging, so threads may share it."""

    __slots__ = ("_keys", "_signer", "_suite", "public_key_raw", "signing_kid")

    def __init__(self, keys: Keys, *, suite: Suite = Suite.AES_256_GCM) -> None:
        self._keys = keys
        self._suite = suite
        self._signer = Ed25519PrivateKey.from_private_bytes(keys.signing_key)
        self.public_key_raw: bytes = self._signer.public_key().public_bytes_raw()
        self.signing_kid: str = signing_kid_of(self.public_key_raw)

    @property
    def identities_sealed(self) -> bool:
        """Tell whether no master key is here: everything works but opening what was wrapped."""
        return not self._keys.masters

    @property
    def kid(self) -> str:
        """Return the id of the master key that wraps now."""
        return self._keys.current

    # --- data keys ---

    def wrap(self, data_key: bytes, *, aad: str) -> bytes:
        """Return the data key wrapped for the current master, bound to ``aad`` ("table:row:column")."""
        kid = self._keys.current
        head = _WRAP_HEAD + bytes.fromhex(kid)
        public = X25519PublicKey.from_public_bytes(self._keys.publics[kid])
        return head + _HPKE.encrypt(data_key, public, info=head + aad.encode())

    def unwrap(self, wrapped: bytes, *, aad: str) -> bytes:
        """
        Return the data key.

        Raises:
            Unreadable: the master key is not here, or the wrap was cut, changed or moved.
        """
        kid = kid_of_wrap(wrapped)
        master = self._keys.masters.get(kid)
        if master is None:
            raise Unreadable(kid=kid)
        private = X25519PrivateKey.from_private_bytes(master)
        try:
            return _HPKE.decrypt(wrapped[6:], private, info=wrapped[:6] + aad.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(_MOVED, kid=kid) from error

    def rewrap(self, wrapped: bytes, *, aad: str) -> bytes:
        """
        Return the data key wrapped for the current master; unchanged if it is already.

        Raises:
            Unreadable: see ``unwrap``.
        """
        if kid_of_wrap(wrapped) == self._keys.current:
            return wrapped
        return self.wrap(self.unwrap(wrapped, aad=aad), aad=aad)

    # --- fields ---

    def seal(self, data_key: bytes, text: str, *, place: str) -> bytes:
        """Return the text sealed under the data key, bound to its place ("table:row:column")."""
        return self.seal_bytes(data_key, text.encode(), place=place)

    def seal_bytes(self, data_key: bytes, data: bytes, *, place: str) -> bytes:
        """Return the bytes (a photo, say) sealed as ``seal`` does."""
        head = bytes([_VERSION, _SUITE_BYTES[self._suite]])
        nonce = os.urandom(_NONCE_BYTES)
        bound = head + place.encode()
        if self._suite is Suite.SM4_GCM:
            return head + nonce + _sm4_seal(data_key, nonce, data, bound)
        return head + nonce + AESGCM(data_key).encrypt(nonce, data, bound)

    def open_sealed(self, data_key: bytes, sealed: bytes, *, place: str) -> str:
        """
        Return the text; the suite is read from the data, whatever is written now.

        Raises:
            Unreadable: another key, or the data was cut, changed or moved to another place.
        """
        return self.open_bytes(data_key, sealed, place=place).decode()

    def open_bytes(self, data_key: bytes, sealed: bytes, *, place: str) -> bytes:
        """Return the bytes, as ``open_sealed`` does; raises ``Unreadable`` alike."""
        head, nonce, body = sealed[:2], sealed[2 : 2 + _NONCE_BYTES], sealed[2 + _NONCE_BYTES :]
        suite = _SUITES.get(head[1]) if len(body) >= _TAG_BYTES and head[0] == _VERSION else None
        if suite is None:
            raise Unreadable(_MOVED)
        try:
            if suite is Suite.SM4_GCM:
                return _sm4_open(data_key, nonce, body, head + place.encode())
            return AESGCM(data_key).decrypt(nonce, body, head + place.encode())
        except InvalidTag as error:
            raise Unreadable(_MOVED) from error

    # --- keyed digests ---

    def blind_index(self, kind: str, value: str) -> bytes:
        """Return 16 bytes that are equal for equal values of a kind ("phone", E.164) and tell no more."""
        return hmac.digest(self._keys.index_key, f"{kind}:{value}".encode(), "sha256")[:16]

    def code_digest(self, code: str) -> bytes:
        """Return 32 bytes to keep instead of a query code; ``code`` is 80 random bits, so no stretching."""
        return hmac.digest(self._keys.code_key, code.encode(), "sha256")

    def query_code(self, complaint_id: UUID, key: str) -> str:
        """
        Return the query code of a complaint: 16 characters, 80 bits, derived, so it is never stored.

        ``key``: the Idempotency-Key of the submission; a lost reply that is asked for again gets the same code.
        """
        # 16 bytes of id and a key of any length: no message of ``code_digest`` (16 characters) is this long.
        full = hmac.digest(self._keys.code_key, complaint_id.bytes + key.encode(), "sha256")
        return crockford.encode(full[:10])

    def receipt_salt(self, complaint_id: UUID, key: str) -> bytes:
        """Return the 16 bytes that salt the digest of the words in a receipt; kept in the receipt alone."""
        # The four letters in front cannot begin an id: they would be a time some 4,000 years from now.
        message = b"salt" + complaint_id.bytes + key.encode()
        return hmac.digest(self._keys.code_key, message, "sha256")[:16]

    def digest(self, value: bytes) -> str:
        """Return 64 hex digits that stand for a personal value in the journal."""
        return hmac.digest(self._keys.digest_key, value, "sha256").hex()

    def rate_mark(self, day: date, value: str) -> bytes:
        """Return 16 bytes to count a caller by for one day; another day's marks do not join to it."""
        daily = hmac.digest(self._keys.rate_key, day.isoformat().encode(), "sha256")
        return hmac.digest(daily, value.encode(), "sha256")[:16]

    def challenge_secret(self) -> bytes:
        """Return the 32 bytes that sign the challenges of the public face."""
        return hmac.digest(self._keys.rate_key, b"huanxun challenge", "sha256")

    def channel_key(self) -> bytes:
        """Return the 32 bytes that seal targets and addresses of reminders: the worker has no master key."""
        return hmac.digest(self._keys.rate_key, b"huanxun channels", "sha256")

    # --- signatures ---

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes)."""
        return self._signer.sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the signature of the message is by the holder of the public key (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def pem_of(public: bytes) -> str:
    """Return an Ed25519 public key (32 bytes) as tools read it: PEM of SubjectPublicKeyInfo (RFC 8410)."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signing_kid_of(public: bytes) -> str:
    """Return the id (16 hex digits) by which a signature names its public key."""
    return hashlib.sha256(b"huanxun signing key\x00" + public).hexdigest()[:16]


def kid_of_wrap(wrapped: bytes) -> str:
    """
    Return the id of the master key that opens it: rotation finds its rows by this.

    Raises:
        Unreadable: these bytes are no wrapped key of a known version.
    """
    if len(wrapped) < 6 + KEM.X25519.enc_length() + _TAG_BYTES or wrapped[:2] != _WRAP_HEAD:
        raise Unreadable(_MOVED)
    return wrapped[2:6].hex()


def phone_normal(text: str) -> str | None:
    """
    Return the number in E.164 (+8613800000201), the form for the blind index.

    None for what is no subscriber's number: short codes (12345, 110), too few digits, words.
    """
    # The digits alone: the library would read letters as on a keypad (138ABCDEFGH), and stumble over
    # remarks behind the number (转 12, 晚上打).
    found = _DIALLED.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    try:
        number = phonenumbers.parse(found[0], "CN")
    except phonenumbers.NumberParseException:
        return None
    # A Chinese number without its area code is called valid by the library, but it names nobody.
    local = number.country_code == 86 and (number.national_number or 0) < 10**9
    if local or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _sm4_key(data_key: bytes) -> bytes:
    """Return the 16 bytes for SM4: derived, so that one key never serves two ciphers."""
    return hmac.digest(data_key, b"sm4-gcm", "sha256")[:16]


def _sm4_seal(data_key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
    encryptor = Cipher(SM4(_sm4_key(data_key)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(text) + encryptor.finalize() + encryptor.tag


def _sm4_open(data_key: bytes, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    mode = modes.GCM(nonce, body[-_TAG_BYTES:])
    decryptor = Cipher(SM4(_sm4_key(data_key)), mode).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(body[:-_TAG_BYTES]) + decryptor.finalize()
