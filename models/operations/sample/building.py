"""
Building the sample instance: the real operations are run with a moving clock, so numbers, clocks and journal are true.

Everything happens in the caller's one transaction: a first run that is killed leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from models.domain.access import SYSTEM
from models.domain.timing.calendar import SHANGHAI
from models.operations import founding, journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.sample import ledger_playing, people, playing, registry, story
from models.operations.sample.playing import Stage
from models.operations.sample.story import Event
from models.vault import Vault

FOUNDED_AT: Final = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
"""When the sample county began to work with the system: before its first complaint."""

OWNER: Final = "E001"
"""Whose file the sample account ``enterprise`` sees."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and which rows were left out because the clock of this machine stands before them."""

    cases: int
    left_out: tuple[str, ...]


def build(db: Connection, vault: Vault, hashes: Mapping[str, str], *, until: datetime) -> Built:
    """
    Found a sample instance with its people, enterprises, complaints and ledger, as far as ``until`` (the real now).

    ``hashes``: the password hash of each login of ``people.PEOPLE``.
    """
    began_at = min(FOUNDED_AT, until)
    stage = _set_stage(db, vault, hashes, began_at)
    desk = ledger_playing.open_desk(stage, began_at)
    told: list[tuple[Event, Callable[[Event], None]]] = [
        *((event, partial(playing.play, stage)) for event in stage.story.events),
        *((event, partial(ledger_playing.play, desk)) for event in desk.story.events),
    ]
    for event, play in sorted(told, key=lambda one: one[0].at):
        if event.at <= until:
            play(event)
    late = {event.row for event, _ in told if event.at > until}
    return Built(len(stage.case_ids), tuple(sorted(late)))


def _set_stage(db: Connection, vault: Vault, hashes: Mapping[str, str], began_at: datetime) -> Stage:
    """The county before its first complaint."""
    founding.found(db, vault, began_at, kind="sample")
    act = Act(db, SYSTEM, began_at, reference.load(db), vault)
    owners = registry.found(act)
    actors = people.settle(act, hashes, enterprise_id=owners[OWNER])
    journal.seal(act)
    clerk = Act(db, actors["clerk"], began_at, act.law, vault)
    site_ids = registry.open_sites(clerk, owners)
    journal.seal(clerk)
    return Stage(story.read(), actors, site_ids, lambda actor, now: Act(db, actor, now, act.law, vault))
