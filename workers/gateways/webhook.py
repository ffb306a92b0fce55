"""
Webhooks 网络回调 as Standard Webhooks has them: an id, a time, and a signature over both and the body.

Source: Standard Webhooks specification, "Webhook Headers (Sending metadata to consumers)" and "Signature scheme";
the id is the attempt's, so that a receiver shows a repeat once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import ClassVar

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from models.domain.outgoing.channels import DEDUPLICATES, ChannelKind
from workers.gateways.configured import http_target, text_of
from workers.gateways.gateway import Destination, NotSent, Parcel
from workers.gateways.posting import Poster, as_json, delivered
from workers.gateways.wording import subject_of


class WebhookGateway:
    """A program of the bureau, or of its upper office."""

    channel: ClassVar[str] = ChannelKind.WEBHOOK.value
    deduplicates: ClassVar[bool] = ChannelKind.WEBHOOK in DEDUPLICATES

    def __init__(self, poster: Poster, origins: Collection[str]) -> None:
        self._poster = poster
        self._origins = origins

    def send(self, parcel: Parcel, to: Destination) -> None:
        target = http_target(ChannelKind.WEBHOOK, to.config, self._origins)
        signer = _signer(text_of(to.config, "secret"))
        now = self._poster.clock().astimezone(UTC)
        body = _body(parcel, now)
        message_id = str(parcel.attempt_id)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(message_id, now, body),
        }
        # The status is the whole answer: a receiver that then drips or floods has taken the message all the same.
        delivered(self._poster.post(target, body.encode(), headers, read=False))


def _signer(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise NotSent("签名密钥无效，请在渠道中重新填写", permanent=True) from None


def _body(parcel: Parcel, now: datetime) -> str:
    return as_json(
        {
            "type": "huanxun.reminder",
            "timestamp": now.isoformat(timespec="milliseconds"),
            "data": {
                "subject": subject_of(parcel),
                "text": parcel.text,
                "link": parcel.link,
                "sample": parcel.sample,
                "notices": [dict(one) for one in parcel.notices],
            },
        }
    )
