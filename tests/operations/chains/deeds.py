"""What an attacker does with raw SQL, and what verify has to say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from models.db.engines import chain_hash
from models.domain.words.text import canonical
from tests.operations.chains.attacker import (
    ONE,
    OTHER,
    ROWS,
    Cell,
    delete,
    insert_row,
    put,
    recompute,
    renumber,
    row,
    set_head,
    sql,
)

Deed = Callable[[Connection], None]
C, D = ONE, OTHER
FORGED: Final = canonical(
    {"at": "2026-11-23T01:00:00.000Z", "by": None, "on": ["thing", "0"], "verb": "thing.change"}
).decode()


def exchange(db: Connection, one: tuple[str, int], other: tuple[str, int], *columns: str) -> None:
    a, b = row(db, *one), row(db, *other)
    put(db, *one, **{name: b[name] for name in columns})
    put(db, *other, **{name: a[name] for name in columns})


def edited(db: Connection) -> None:
    put(db, C, 4, payload=FORGED)


def edited_first(db: Connection) -> None:
    put(db, C, 1, payload=FORGED)


def edited_last(db: Connection) -> None:
    put(db, C, ROWS, payload=FORGED)


def edited_with_its_hash(db: Connection) -> None:
    put(db, C, 6, payload=FORGED, hash=chain_hash(row(db, C, 6)["prev"], C, 6, FORGED))


def edited_last_with_its_hash(db: Connection) -> None:
    put(db, C, ROWS, payload=FORGED, hash=chain_hash(row(db, C, ROWS)["prev"], C, ROWS, FORGED))


def copied_over(db: Connection) -> None:
    put(db, C, 5, payload=row(db, C, 9)["payload"])


def deleted(db: Connection) -> None:
    delete(db, C, 5, 5)


def deleted_first(db: Connection) -> None:
    delete(db, C, 1, 3)


def deleted_and_closed_up(db: Connection) -> None:
    delete(db, C, 5, 6)
    renumber(db, C, 7, -2)


def deleted_closed_up_and_recomputed(db: Connection) -> None:
    delete(db, C, 5, 5)
    renumber(db, C, 6, -1)
    recompute(db, C, 5)


def inserted_at_the_end(db: Connection) -> None:
    last = row(db, C, ROWS)["hash"]
    insert_row(db, C, ROWS + 1, last, chain_hash(last, C, ROWS + 1, FORGED), FORGED)


def inserted_at_the_end_without_hash(db: Connection) -> None:
    insert_row(db, C, ROWS + 1, bytes(32), bytes(32), FORGED)


def inserted_between(db: Connection) -> None:
    renumber(db, C, 5, 1)
    prev = row(db, C, 4)["hash"]
    insert_row(db, C, 5, prev, chain_hash(prev, C, 5, FORGED), FORGED)


def inserted_two_between(db: Connection) -> None:
    renumber(db, C, 8, 2)
    insert_row(db, C, 8, bytes(32), bytes(32), FORGED)
    insert_row(db, C, 9, bytes(32), bytes(32), FORGED)


def inserted_before_the_last(db: Connection) -> None:
    renumber(db, C, ROWS, 1)
    insert_row(db, C, ROWS, bytes(32), bytes(32), FORGED)


def deleted_the_last_but_one(db: Connection) -> None:
    delete(db, C, 11, 11)
    renumber(db, C, 12, -1)
    set_head(db, C, 11, row(db, C, 11)["prev"], row(db, C, 11)["hash"])


def inserted_before_all(db: Connection) -> None:
    insert_row(db, C, 0, bytes(32), chain_hash(bytes(32), C, 0, FORGED), FORGED)


def inserted_and_recomputed(db: Connection) -> None:
    renumber(db, C, 5, 1)
    insert_row(db, C, 5, bytes(32), bytes(32), FORGED)
    recompute(db, C, 5)


def swapped(db: Connection) -> None:
    exchange(db, (C, 3), (C, 9), "prev", "hash", "payload")


def swapped_neighbours(db: Connection) -> None:
    exchange(db, (C, 7), (C, 8), "prev", "hash", "payload")


def swapped_payloads(db: Connection) -> None:
    exchange(db, (C, 2), (C, ROWS), "payload")


def swapped_payloads_and_hashes(db: Connection) -> None:
    exchange(db, (C, 5), (C, 6), "payload", "hash")


def cut(db: Connection) -> None:
    delete(db, C, 10, ROWS)


def cut_with_head(db: Connection) -> None:
    delete(db, C, 10, ROWS)
    last = row(db, C, 9)
    set_head(db, C, 9, last["prev"], last["hash"])


def cut_all_with_head(db: Connection) -> None:
    delete(db, C, 1, ROWS)
    sql(db, "delete from journal_head where chain = :c", c=C)


def cut_and_written_again(db: Connection) -> None:
    put(db, C, 10, payload=FORGED)
    recompute(db, C, 10)


def recomputed_from_the_start(db: Connection) -> None:
    put(db, C, 2, payload=FORGED)
    recompute(db, C, 2)


def moved(db: Connection) -> None:
    sql(db, "update journal set chain = :d, seq = 13 where chain = :c and seq = 5", c=C, d=D)


def moved_to_a_chain_of_its_own(db: Connection) -> None:
    sql(db, "update journal set chain = '430599' where chain = :c and seq = 5", c=C)


def moved_last(db: Connection) -> None:
    sql(db, "update journal set chain = :d, seq = 13 where chain = :c and seq = 12", c=C, d=D)


def moved_against_each_other(db: Connection) -> None:
    exchange(db, (C, 4), (D, 8), "prev", "hash", "payload")


def moved_and_linked(db: Connection) -> None:
    payload = row(db, C, 5)["payload"]
    delete(db, C, 5, 5)
    last = row(db, D, ROWS)["hash"]
    digest = chain_hash(last, D, 13, payload)
    insert_row(db, D, 13, last, digest, payload)
    set_head(db, D, 13, last, digest)


def head_hash(db: Connection) -> None:
    set_head(db, C, ROWS, row(db, C, ROWS)["prev"], bytes(32))


def head_prev(db: Connection) -> None:
    set_head(db, C, ROWS, bytes(32), row(db, C, ROWS)["hash"])


def head_ahead(db: Connection) -> None:
    last = row(db, C, ROWS)
    set_head(db, C, ROWS + 5, last["prev"], last["hash"])


def head_behind(db: Connection) -> None:
    back = row(db, C, 8)
    set_head(db, C, 8, back["prev"], back["hash"])


def head_gone(db: Connection) -> None:
    sql(db, "delete from journal_head where chain = :c", c=C)


def not_canonical(db: Connection) -> None:
    last = row(db, C, ROWS)
    payload = row(db, C, ROWS)["payload"].replace(":", ": ")
    digest = chain_hash(last["hash"], C, 13, payload)
    insert_row(db, C, 13, last["hash"], digest, payload)
    set_head(db, C, 13, last["hash"], digest)


def hash_changed(db: Connection) -> None:
    put(db, C, 6, hash=bytes(32))


def prev_changed(db: Connection) -> None:
    put(db, C, 6, prev=bytes(32))


ATTACKS: Final[dict[Deed, list[Cell]]] = {
    edited: [("edit", C, 4)],
    edited_first: [("edit", C, 1)],
    edited_last: [("edit", C, 12)],
    edited_with_its_hash: [("edit", C, 6)],
    edited_last_with_its_hash: [("edit", C, 12)],
    copied_over: [("edit", C, 5)],
    hash_changed: [("edit", C, 6)],
    prev_changed: [("edit", C, 6)],
    deleted: [("delete", C, 5)],
    deleted_first: [("delete", C, 1)],
    deleted_and_closed_up: [("delete", C, 5)],
    deleted_closed_up_and_recomputed: [("recomputed", C, 6), ("cut", C, 12)],
    inserted_at_the_end: [("insert", C, 13)],
    inserted_at_the_end_without_hash: [("insert", C, 13)],
    inserted_between: [("insert", C, 5)],
    inserted_two_between: [("insert", C, 8)],
    inserted_before_the_last: [("insert", C, 12)],
    deleted_the_last_but_one: [("delete", C, 11)],
    inserted_before_all: [("insert", C, 0)],
    inserted_and_recomputed: [("recomputed", C, 6)],
    swapped: [("swap", C, 3)],
    swapped_neighbours: [("swap", C, 7)],
    swapped_payloads: [("swap", C, 2)],
    swapped_payloads_and_hashes: [("swap", C, 5)],
    cut: [("cut", C, 10)],
    cut_with_head: [("cut", C, 10)],
    cut_all_with_head: [("cut", C, 1)],
    cut_and_written_again: [("recomputed", C, 12)],
    recomputed_from_the_start: [("recomputed", C, 6)],
    moved: [("moved", D, 13)],
    moved_to_a_chain_of_its_own: [("head", "430599", 5), ("moved", "430599", 5)],
    moved_last: [("moved", D, 13)],
    moved_against_each_other: [("moved", C, 4)],
    moved_and_linked: [("delete", C, 5)],
    head_hash: [("head", C, 12)],
    head_prev: [("head", C, 12)],
    head_ahead: [("head", C, 17)],
    head_behind: [("head", C, 8)],
    head_gone: [("head", C, 12)],
    not_canonical: [("payload", C, 13)],
}
"""Each deed with the findings it must give: kind, chain, number."""
