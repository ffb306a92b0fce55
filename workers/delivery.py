"""
Delivery 送达: each claimed notice through every channel, one attempt in flight at a time.

Nothing is sent inside a transaction: the attempt is committed first, and its end afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from models.operations.reminders import notices
from models.operations.reminders.notices import Ended, Outcome
from workers.gateways.gateway import Gateway, NotSent, OutcomeUnknown
from workers.station import Station

log = structlog.get_logger("worker")


def deliver(station: Station, gateways: Sequence[Gateway], *, stopping: Callable[[], bool]) -> int:
    """Deliver one batch; gives how many notices were taken in hand."""
    with station.acting() as act:
        claimed = notices.claim(act.db, act.now, station.name)
    for done, notice_id in enumerate(claimed):
        if stopping():
            give_back(station)
            return done
        _deliver_one(station, gateways, notice_id)
    return len(claimed)


def give_back(station: Station) -> None:
    """Free what is claimed and not begun, so that nobody has to wait for the lease to end."""
    with station.acting() as act:
        notices.release(act.db, act.now, station.name)


def _deliver_one(station: Station, gateways: Sequence[Gateway], notice_id: UUID) -> None:
    ended: Ended | None = None
    for gateway in gateways:
        with station.acting() as act:
            notices.record(act, ended)
            begun = notices.begin_attempt(
                act, notice_id, station.name, gateway.channel, deduplicates=gateway.deduplicates
            )
        if begun is None:
            return
        ended = _send(gateway, begun.attempt_id, begun.content) if begun.attempt_id else None
    with station.acting() as act:
        notices.record(act, ended)
        channels = [gateway.channel for gateway in gateways]
        settled = notices.settle(act, notice_id, station.name, channels)
    if not settled:
        log.info("lease lost", notice=str(notice_id))


def _send(gateway: Gateway, attempt_id: UUID, content: Mapping[str, Any]) -> Ended:
    """One message out; whatever a channel does wrong is its failure, not ours."""
    try:
        gateway.send(attempt_id, content)
    except OutcomeUnknown as error:
        # A receiver that recognises the id gets the same attempt again; another one must not.
        return Ended(attempt_id, Outcome.BEGUN if gateway.deduplicates else Outcome.UNKNOWN, str(error))
    except NotSent as error:
        return Ended(attempt_id, Outcome.FAILED, str(error))
    except Exception as error:
        log.warning("gateway broke", channel=gateway.channel, kind=type(error).__name__)
        return Ended(attempt_id, Outcome.FAILED, f"渠道程序出错（{type(error).__name__}）")
    return Ended(attempt_id, Outcome.SENT)
