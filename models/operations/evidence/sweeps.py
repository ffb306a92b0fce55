"""
Sweeping files nobody can need 清理: photos whose ticket was never spent, and photos and papers that no row names.

A file may lie for a moment without its row (it is made durable first), so nothing younger than two days goes.
Each hour looks at its share of the folders, so a day sees them all. Rows go in one transaction and their files in
a later one: a file must not be gone if its row comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, select

from models.files.store import SHARDS, Store
from models.operations.act import Act
from models.tables.materials import materials
from models.tables.public import evidence as T

KIND: Final = "evidence_sweep"
KEPT: Final = timedelta(hours=48)
MOST: Final = 50
_AT_ONCE: Final = 100
_HOURS: Final = 24
_NAMES: Final[BindParameter[Any]] = bindparam("names", expanding=True)
_NAMING: Final[tuple[tuple[str, Any, Callable[[str], Any]], ...]] = (
    ("sealed/", select(T.c.id).where(T.c.id.in_(_NAMES), T.c.sealed_key.is_not(None)), UUID),
    ("copy/", select(T.c.copy_sha256).where(T.c.copy_sha256.in_(_NAMES)), bytes.fromhex),
    ("file/", select(materials.c.sha256).where(materials.c.sha256.in_(_NAMES)), bytes.fromhex),
)
"""What names the files of each space of the store: a void material still names its file, for ever."""


def sweep(store: Store, act: Act, payload: Mapping[str, Any]) -> bool:
    """Forget up to fifty rows or files; False when there is more of it. ``payload``: ``hour`` of the day, 0 to 23."""
    rows = _forget_rows(act)
    files = 0 if rows else _forget_files(store, act, int(payload["hour"]))
    gone = {"rows": rows, "files": files}
    if rows or files:
        act.note("evidence.sweep", "sweep", act.now.date(), chain="00", content=gone)
    return not rows and files < MOST


def _forget_rows(act: Act) -> int:
    over = select(T.c.id).where(T.c.complaint_id.is_(None), T.c.received_at <= act.now - KEPT).limit(MOST)
    return act.db.execute(delete(T).where(T.c.id.in_(over))).rowcount


def _forget_files(store: Store, act: Act, hour: int) -> int:
    gone = 0
    for key in islice(_unnamed(store, act, hour), MOST):
        gone += store.delete_if_older(key, KEPT)
    return gone


def _unnamed(store: Store, act: Act, hour: int) -> Iterator[str]:
    """Old files that no row names, or whose key was destroyed: an original nobody can ever open again."""
    for shard in range(hour, SHARDS, _HOURS):
        old = store.old(shard, KEPT)
        while keys := tuple(islice(old, _AT_ONCE)):
            named = _named(act, keys)
            yield from (key for key in keys if key not in named)


def _named(act: Act, keys: tuple[str, ...]) -> set[str]:
    """The keys that a row names: by a photo's id, by its copy, by the file a material promised."""
    named: set[str] = set()
    for space, asked, of_hex in _NAMING:
        names = {of_hex(key.rpartition("/")[2]): key for key in keys if key.startswith(space)}
        if names:
            found = act.db.execute(asked, {"names": list(names)}).scalars()
            named |= {names[name] for name in found}
    return named
