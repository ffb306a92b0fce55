"""All gateways by kind; which channels there are, and who is reached by which, stands in the database."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from models.domain.outgoing.channels import ChannelKind
from workers.gateways.console import Console
from workers.gateways.dialling import Limits
from workers.gateways.gateway import Gateway
from workers.gateways.posting import Poster
from workers.gateways.robots import DingTalkGateway, WeComGateway
from workers.gateways.sms import SmsGateway
from workers.gateways.smtp import MailGateway
from workers.gateways.webhook import WebhookGateway


def gateways(
    origins: Collection[str],
    *,
    clock: Callable[[], datetime],
    limits: Limits | None = None,
    context: ssl.SSLContext | None = None,
) -> Mapping[str, Gateway]:
    """
    One gateway per kind.

    ``origins``: the allow-list; ``clock``: *real* time, for signatures and dates, which receivers compare with their
    own clocks; ``limits`` and ``context`` (whose certificates are believed) only differ in tests.
    """
    context = context or ssl.create_default_context()
    poster = Poster(clock, limits=limits, context=context)
    made: tuple[Gateway, ...] = (
        WebhookGateway(poster, origins),
        WeComGateway(poster, origins),
        DingTalkGateway(poster, origins),
        MailGateway(clock, origins, limits=limits, context=context),
        SmsGateway(poster, origins),
        Console(),
    )
    assert {one.channel for one in made} == set(ChannelKind)
    return {one.channel: one for one in made}
