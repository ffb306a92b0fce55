"""
Erasure 删除个人信息: the keys of a complaint are destroyed, and with them all that was sealed under them.

What goes in the transaction: the wrapped keys of the complaint, its messages and photos, every ciphertext, the blind
index, the digest of the query code, links between one person's complaints. What goes right after the commit, by a
work item that survives a kill: the photos' bytes (``forgetting``). What stays: the case with its history, working
text and answers, when and how strong the nuisance was, the number of another authority's work order, and the journal:
nothing in which the person is named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, null, or_, select, update

from models.db.engines import overwriting
from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.domain.timing.retention import GROUND_TITLES, Ground
from models.files import erasures_log
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.identity import opening, retaining
from models.operations.reminders import work_items
from models.tables import cases, complaints, identities, public
from models.tables.base import AnyRow

KIND: Final = "forget"
"""The work item that finishes an erasure."""

_C: Final = complaints.complaints
_E: Final = identities.erasures
_EMPTY: Final = {
    "sealed_key": None,
    "sealed_identity": None,
    "sealed_words": b"",
    "sealed_details": None,
    "phone_index": None,
    "code_digest": None,
    "follows_id": None,
    "contactable": False,
}


def erase(
    act: Act, complaint_id: UUID, *, ground: Ground, note: str, version: int | None, log: Path
) -> dict[str, Any]:
    """
    Forget the person behind a complaint, for ever; asked again it gives what was done.

    Args:
        note: whose request, on which paper; only its digest is kept, to prove the paper by. version: of the case.
        log: ``erasures.log``.
    Raises:
        NotFound; VersionMissing, StaleVersion; RetentionRuns: with basis and the first possible day;
        Conflict: erased already on another ground.
    """
    complaint, case = opening.locked_with_case(act, complaint_id)
    done = _done(act, complaint_id)
    if done is not None and done["ground"] != ground.value:
        said = GROUND_TITLES[Ground(done["ground"])]
        raise Conflict(f"该来件的身份信息已经销毁（原因：{said}），不必再次申请")
    if done is not None:
        return done
    sight.current(act, case, version)
    retaining.refuse_if_kept(act, complaint, case)
    _destroy(act, complaint_id)
    _write(act, complaint_id, case, ground, note)
    work_items.enqueue(act, KIND, f"{KIND}/{complaint_id}", {"complaint_id": str(complaint_id)}, act.now)
    erasures_log.append(log, complaint_id, act.now)
    return _done(act, complaint_id) or {}


def _done(act: Act, complaint_id: UUID) -> dict[str, Any] | None:
    """What was erased, when, on which ground; as stored, so that a retry is told the very same."""
    row = act.db.execute(
        select(_E.c.complaint_id.label("id"), _E.c.at, _E.c.ground).where(_E.c.complaint_id == complaint_id)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def _destroy(act: Act, complaint_id: UUID) -> None:
    """Take away every key and overwrite every ciphertext; links to other complaints of the same person go too."""
    contacts, views = complaints.contacts, identities.identity_views
    with overwriting(act.db):
        act.db.execute(update(_C).where(_C.c.id == complaint_id).values(**_EMPTY, erased_at=act.now))
        act.db.execute(update(_C).where(_C.c.follows_id == complaint_id).values(follows_id=null()))
        for table, emptied in (
            (public.messages, ("sealed_key", "sealed_text")),
            (public.evidence, ("sealed_key",)),
            (contacts, ("sealed_note",)),
            (views, ("sealed_reason",)),
        ):
            held = or_(*(table.c[name].is_not(None) for name in emptied))
            act.db.execute(
                update(table)
                .where(table.c.complaint_id == complaint_id, held)
                .values(dict.fromkeys(emptied, null()))
            )


def _write(act: Act, complaint_id: UUID, case: AnyRow, ground: Ground, note: str) -> None:
    """The row, the case's new version, the journal."""
    act.db.execute(
        insert(_E).values(complaint_id=complaint_id, at=act.now, by=act.actor.account_id, ground=ground.value)
    )
    act.db.execute(
        update(cases.cases)
        .where(cases.cases.c.id == case.id)
        .values(version=case.version + 1, changed_at=act.now)
    )
    act.note(
        "identity.erase",
        "complaint",
        complaint_id,
        chain=chain_of(case.division_code),
        fields=("identity", "words", "details", "messages", "photos", "contacts", "phone", "query_code"),
        content={"ground": ground.value, "note": note},
        reason=ground.value,
    )
