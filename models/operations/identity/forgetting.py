"""
Finishing an erasure: the photos' bytes go, and ``erasures.log`` is seen to name it. Done again it changes nothing.

A work item, so a kill at any moment leaves it waiting for the next worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from models.files import erasures_log
from models.files.store import Store, copy_key, sealed_key
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.identities import erasures
from models.tables.public import evidence as T


@dataclass(frozen=True, slots=True)
class Forgetter:
    """The handler of the work item ``forget``: where the bytes lie and where the list is."""

    store: Store
    log: Path

    def __call__(self, act: Act, payload: Mapping[str, Any]) -> bool:
        """Delete sealed originals and copies of one complaint; a copy that another complaint has too stays."""
        complaint_id = UUID(payload["complaint_id"])
        at = act.db.execute(select(erasures.c.at).where(erasures.c.complaint_id == complaint_id)).scalar_one()
        photos = act.db.execute(
            select(T.c.id, T.c.copy_sha256).where(T.c.complaint_id == complaint_id).order_by(T.c.id)
        ).all()
        for photo in photos:
            self.store.delete(sealed_key(photo.id))
            if not _wanted(act, complaint_id, photo):
                self.store.delete(copy_key(bytes(photo.copy_sha256)))
        if all(known != complaint_id for known, _ in erasures_log.entries(self.log)):
            erasures_log.append(self.log, complaint_id, at)
        act.note(
            "identity.forget",
            "complaint",
            complaint_id,
            chain="00",
            fields=("photos",),
            content=[len(photos)],
        )
        return True


def _wanted(act: Act, complaint_id: UUID, photo: AnyRow) -> bool:
    """Whether a photo of somebody who was not forgotten has the very same copy."""
    forgotten = exists().where(erasures.c.complaint_id == T.c.complaint_id)
    others = select(T.c.id).where(
        T.c.copy_sha256 == photo.copy_sha256, T.c.complaint_id.is_distinct_from(complaint_id), ~forgotten
    )
    return act.db.execute(others.limit(1)).first() is not None
