"""
Delivery 送达: what is due goes into the inboxes, and each claimed dispatch leaves by one way after the other.

Nothing is sent inside a transaction: the attempt is committed first, and its end afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from models.operations.outgoing import dispatches, notices
from models.operations.outgoing.attempts import Begun, Ended, Outcome
from models.operations.outgoing.dispatching import proceed
from models.operations.outgoing.ending import Left
from models.operations.outgoing.ways import Exits
from workers.gateways.gateway import Destination, Gateway, NotSent, OutcomeUnknown, Parcel
from workers.station import Station

NOTABLE: Final = frozenset({Left.DEAD, Left.UNKNOWN, Left.LOST})

log = structlog.get_logger("worker")


@dataclass(frozen=True)
class Outlets:
    """
    The gateways of this process: ``defaults`` for people without contacts, ``others`` for those with.

    ``link_base``: what links begin with, ``https://环巡.example``; empty: letters carry none.
    """

    defaults: Sequence[Gateway]
    others: Mapping[str, Gateway] = field(default_factory=dict)
    link_base: str = ""

    @property
    def by_kind(self) -> dict[str, Gateway]:
        return {**self.others, **{one.channel: one for one in self.defaults}}

    @property
    def exits(self) -> Exits:
        """The same, as far as the rows need to know."""
        kinds = {kind: one.deduplicates for kind, one in self.by_kind.items()}
        return Exits(kinds, [one.channel for one in self.defaults], self.link_base)


def deliver(station: Station, outlets: Outlets, *, stopping: Callable[[], bool]) -> int:
    """Tell and send one batch; gives how many notices and dispatches were taken in hand."""
    with station.acting() as act:
        told = notices.tell_due(act, outlets.exits)
        claimed = dispatches.claim(act.db, act.now, station.name)
    for done, dispatch_id in enumerate(claimed):
        if stopping():
            give_back(station)
            return told + done
        _deliver_one(station, outlets, dispatch_id)
    return told + len(claimed)


def give_back(station: Station) -> None:
    """Free what is claimed and not begun, so that nobody has to wait for the lease to end."""
    with station.acting() as act:
        dispatches.release(act.db, act.now, station.name)


def _deliver_one(station: Station, outlets: Outlets, dispatch_id: UUID) -> None:
    tried: list[Ended] = []
    while True:
        exits = outlets.exits
        with station.acting() as act:
            step = proceed(act, dispatch_id, station.name, exits, tried)
        if not isinstance(step, Begun):
            if step in NOTABLE:
                log.info("dispatch left", dispatch=str(dispatch_id), state=step.value)
            return
        tried.append(_send(outlets.by_kind[step.way.channel], step))


def _send(gateway: Gateway, begun: Begun) -> Ended:
    """One message out; whatever a channel does wrong is its failure, not ours."""
    letter, attempt, way = begun.letter, begun.attempt_id, begun.way
    parcel = Parcel(attempt, letter.subject, letter.text, letter.notices, letter.link, letter.sample)
    # A receiver that recognises the id gets the same attempt again after a time-out; another one must not. And what
    # may have arrived the first time was not "not sent" because it is refused now.
    unclear = Outcome.BEGUN if gateway.deduplicates else Outcome.UNKNOWN
    failed = Outcome.BEGUN if begun.repeated else Outcome.FAILED
    try:
        gateway.send(parcel, Destination(begun.config, begun.address))
    except OutcomeUnknown as error:
        return Ended(attempt, way, unclear, error.reason, error.retry_after)
    except NotSent as error:
        return Ended(attempt, way, failed, error.reason, error.retry_after, error.permanent)
    except Exception as error:
        log.warning("gateway broke", channel=gateway.channel, kind=type(error).__name__)
        return Ended(attempt, way, failed, f"渠道程序出错（{type(error).__name__}）")
    return Ended(attempt, way, Outcome.SENT)
