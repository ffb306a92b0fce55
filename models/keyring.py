"""
Keys on disk and on paper: made once, never overwritten, printed as 2-of-3 shares.

A key folder holds two files. ``masters.json`` has the private master keys and nothing else: take it
away and the program runs on with identities sealed. ``keys.json`` has all the rest, the public
halves of the masters too, so that new identities can still be sealed without any master.
The folder stands outside the data folder and outside backups.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from models.domain.errors import Conflict, Flaw, Invalid, Unreadable
from models.domain.words import shares

REST: Final = "keys.json"
MASTERS: Final = "masters.json"
_FORMAT: Final = 1
_SINGLE: Final = ("index_key", "code_key", "digest_key", "rate_key", "signing_key")


@dataclass(frozen=True, slots=True)
class Keys:
    """
    Every key of an instance; each is 32 bytes, and none shows in a log.

    ``masters`` and ``publics``: private and public X25519 keys by key id (kid, 8 hex digits);
    ``current``: the kid that seals; ``index_key``: blind index; ``code_key``: query codes;
    ``digest_key``: journal digests; ``rate_key``: root of the daily rate keys; ``signing_key``:
    Ed25519 private key.
    """

    masters: Mapping[str, bytes] = field(repr=False)
    publics: Mapping[str, bytes] = field(repr=False)
    current: str
    index_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    digest_key: bytes = field(repr=False)
    rate_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)


def kid_of(public: bytes) -> str:
    """Return the id of a master key: 4 bytes of the digest of its public half, so it proves itself."""
    return hashlib.sha256(b"huanxun master key\x00" + public).hexdigest()[:8]


def _public_of(master: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(master).public_key().public_bytes_raw()


def _with_masters(ordered: list[bytes], singles: list[bytes]) -> Keys:
    """Return the keys whose current master is the last one given."""
    publics = {kid_of(public): public for public in map(_public_of, ordered)}
    masters = dict(zip(publics, ordered, strict=True))
    return Keys(masters, publics, list(publics)[-1], *singles)


def new_keys() -> Keys:
    """Return fresh keys from the system's randomness, not yet on disk."""
    fresh = [secrets.token_bytes(32) for _ in range(1 + len(_SINGLE))]
    return _with_masters(fresh[:1], fresh[1:])


def create_keys(folder: Path) -> Keys:
    """
    Make new keys in the folder (0700, files 0600) and return them once they are on the disk.

    Raises:
        Conflict: there are keys already; nothing is changed.
    """
    return _save_new(new_keys(), folder)


def load_keys(folder: Path, *, identities_sealed: bool = False) -> Keys:
    """
    Return the keys of the folder.

    Args:
        folder: as ``create_keys`` left it.
        identities_sealed: start without master keys even if they are there.
    Raises:
        Unreadable: a file is missing or damaged, or a master that is not retired is not there.
    """
    kept = _read(folder / REST)
    try:
        publics = {kid: bytes.fromhex(text) for kid, text in kept["publics"].items()}
        singles = [bytes.fromhex(kept[name]) for name in _SINGLE]
        masters = {} if identities_sealed else _masters_of(folder)
        current = str(kept["current"])
        keys = Keys(masters, publics, current, *singles)
        whole = _is_whole(keys)
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise Unreadable(f"密钥文件已损坏：{folder}，请用密钥份额恢复") from error
    missing = "、".join(sorted(keys.publics.keys() - keys.masters.keys()))
    if whole and missing and not identities_sealed:
        way = "请用密钥份额恢复，或暂以 --identities-sealed 启动（举报人身份保持封存）"
        raise Unreadable(f"密钥文件缺少主密钥 {missing}：{folder / MASTERS}，用它封存的身份无法打开；{way}")
    if not whole:
        raise Unreadable(f"密钥文件不完整或不匹配：{folder}，请用密钥份额恢复")
    return keys


def _is_whole(keys: Keys) -> bool:
    proven = all(kid_of(public) == kid for kid, public in keys.publics.items())
    paired = all(keys.publics.get(kid) in {None, _public_of(key)} for kid, key in keys.masters.items())
    long = all(len(getattr(keys, name)) == 32 for name in _SINGLE)
    return proven and paired and long and keys.current in keys.publics


def _masters_of(folder: Path) -> dict[str, bytes]:
    return {kid: bytes.fromhex(text) for kid, text in _read(folder / MASTERS)["masters"].items()}


def add_master_key(folder: Path) -> Keys:
    """
    Make a new master key current and return all keys; the old ones still open what they sealed.

    Raises:
        Unreadable: see ``load_keys``.
    """
    keys = load_keys(folder)
    fresh = secrets.token_bytes(32)
    public = _public_of(fresh)
    kid = kid_of(public)
    if kid in keys.publics:  # one in 4,000,000,000: the id is stored as 4 bytes
        return add_master_key(folder)
    keys = replace(
        keys, masters={**keys.masters, kid: fresh}, publics={**keys.publics, kid: public}, current=kid
    )
    # The private half first: a stop between the two leaves a spare key, not a missing one.
    _write(folder / MASTERS, _masters_form(keys))
    _write(folder / REST, _rest_form(keys))
    return keys


def retire_master_key(folder: Path, kid: str) -> Keys:
    """
    Destroy an old master key and return the keys that are left; whoever calls has seen that nothing needs it.

    Raises:
        Conflict: it is the current one. Invalid: there is no such key. Unreadable: see ``load_keys``.
    """
    keys = load_keys(folder)
    check_old(keys, kid)
    left = replace(
        keys,
        masters={one: key for one, key in keys.masters.items() if one != kid},
        publics={one: key for one, key in keys.publics.items() if one != kid},
    )
    # The public half first: a stop between the two leaves a spare key, which the next run takes away.
    _write(folder / REST, _rest_form(left))
    _write(folder / MASTERS, _masters_form(left))
    return left


def check_old(keys: Keys, kid: str) -> None:
    """
    That a master is there and may go.

    Raises:
        Conflict: it is the current one. Invalid: there is no such key.
    """
    if kid == keys.current:
        raise Conflict(f"{kid} 是现用主密钥，不能停用；请先运行 huanxun keys rotate 和 huanxun keys rewrap")
    if kid not in keys.masters:
        known = "、".join(one for one in keys.masters if one != keys.current) or "没有"
        message = f"没有编号为 {kid} 的旧主密钥；现存的旧密钥：{known}"
        raise Invalid(message, flaws=(Flaw("/kid", "unknown_key", message),))


def export_keys(folder: Path) -> list[str]:
    """
    Return three printable shares of all keys, any two of which restore them.

    Raises:
        Unreadable: see ``load_keys``.
    """
    keys = load_keys(folder)
    ordered = [keys.masters[kid] for kid in keys.publics if kid != keys.current and kid in keys.masters]
    parts = [*ordered, keys.masters[keys.current], *(getattr(keys, name) for name in _SINGLE)]
    bundle = bytes([_FORMAT]) + b"".join(parts)
    title = f"环巡密钥份额  密钥编号 {keys.current}"
    return [shares.printed(one, title=title) for one in shares.split(bundle, n=3, k=2)]


def import_keys(texts: list[str], folder: Path) -> Keys:
    """
    Restore the keys from two typed shares into a folder without keys, and return them.

    Raises:
        Invalid: a line is mistyped (each is named), or the shares do not belong together.
        Conflict: there are keys already.
    """
    bundle = shares.join([shares.read(text, pointer=f"/shares/{at}") for at, text in enumerate(texts)])
    parts = [bundle[at : at + 32] for at in range(1, len(bundle), 32)]
    if bundle[0] != _FORMAT or len(parts) <= len(_SINGLE) or len(parts[-1]) != 32:
        message = "份额中的密钥格式无法识别，请先升级程序"
        raise Invalid(message, flaws=(Flaw("/shares", "unknown_format", message),))
    return _save_new(_with_masters(parts[: -len(_SINGLE)], parts[-len(_SINGLE) :]), folder)


# --- files -------------------------------------------------------------------------------------


def _masters_form(keys: Keys) -> dict[str, Any]:
    return {"format": _FORMAT, "masters": {kid: key.hex() for kid, key in keys.masters.items()}}


def _rest_form(keys: Keys) -> dict[str, Any]:
    publics = {kid: key.hex() for kid, key in keys.publics.items()}
    singles = {name: getattr(keys, name).hex() for name in _SINGLE}
    return {"format": _FORMAT, "current": keys.current, "publics": publics, **singles}


def _save_new(keys: Keys, folder: Path) -> Keys:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any((folder / name).exists() for name in (REST, MASTERS)):
        raise Conflict(f"密钥已存在，不会覆盖：{folder}")
    if os.name == "posix":
        folder.chmod(0o700)
    _write(folder / MASTERS, _masters_form(keys), new=True)
    _write(folder / REST, _rest_form(keys), new=True)
    return keys


def _write(path: Path, form: dict[str, Any], *, new: bool = False) -> None:
    """Write a file whole or not at all, on the disk before we return; ``new`` never replaces one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(form, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _place_new(draft, path)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)


def _place_new(draft: Path, path: Path) -> None:
    """Give the draft its name; a link fails where a file stands, even one made since we looked."""
    try:
        os.link(draft, path)
    except FileExistsError as error:
        raise Conflict(f"密钥已存在，不会覆盖：{path}") from error
    except OSError:  # no links on FAT: a USB stick
        draft.replace(path)


def _settle(folder: Path) -> None:
    """Put the folder's own entries on the disk; Windows does so by itself and cannot be asked."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path) -> dict[str, Any]:
    try:
        form = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        way = "，或暂以 --identities-sealed 启动（举报人身份保持封存）" if path.name == MASTERS else ""
        raise Unreadable(f"没有找到密钥文件：{path}；请放回原处，或用密钥份额恢复{way}") from error
    except (OSError, ValueError) as error:
        raise Unreadable(f"密钥文件无法读取：{path}") from error
    if not isinstance(form, dict) or form.get("format") != _FORMAT:
        raise Unreadable(f"密钥文件的格式无法识别：{path}")
    return form
