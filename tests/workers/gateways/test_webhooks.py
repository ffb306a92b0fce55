"""Webhooks as a receiver sees them, judged by the library of the standard."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from models.domain.outgoing.channels import ChannelKind
from tests.receivers.driving import QUICK, SECRET, TRUST, destination, parcel, wired
from tests.receivers.http_receiver import Http, Request, elsewhere_302, take
from tests.receivers.listening import Receiver
from workers.gateways.gateway import NotSent, Parcel
from workers.gateways.registry import gateways

KIND = ChannelKind.WEBHOOK


def received(one: Parcel) -> Request:
    http = Http(take)
    with Receiver(http) as receiver:
        wired(KIND, receiver.port).send(one, destination(KIND, receiver.port))
    return http.got[0]


def test_library_of_the_standard_verifies_ours() -> None:
    """A receiver's library accepts our signature and finds the message; the id is the attempt's."""
    one = parcel()
    request = received(one)
    found = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert request.line == "POST /in?key=not-to-be-shown-7f3a HTTP/1.1"
    assert request.headers["webhook-id"] == str(one.attempt_id)
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert found["type"] == "huanxun.reminder"
    assert found["data"]["subject"] == one.subject
    assert found["data"]["text"] == one.text
    assert found["data"]["link"] == one.link
    assert found["data"]["notices"] == one.notices
    assert "举报〔2026〕1号".encode() in request.body
    assert b"\\u" not in request.body


def test_flipped_bytes_are_found() -> None:
    """One flipped bit anywhere in the body, the id, the time or the signature fails the verification."""
    request = received(parcel())
    for place in range(0, len(request.body), 7):
        body = bytearray(request.body)
        body[place] ^= 1
        with pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
            Webhook(SECRET).verify(bytes(body), dict(request.headers))
    headers = dict(request.headers)
    signature = bytearray(base64.b64decode(headers["webhook-signature"].removeprefix("v1,")))
    signature[7] ^= 1
    for change in (
        {"webhook-id": str(uuid4())},
        {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)},
        {"webhook-signature": f"v1,{base64.b64encode(signature).decode()}"},
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(request.body, headers | change)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QQ" * 16).verify(request.body, dict(request.headers))


def test_repeat_has_the_same_id() -> None:
    """The same attempt sent twice carries one id, so that a receiver shows it once."""
    one = parcel()
    assert received(one).headers["webhook-id"] == received(one).headers["webhook-id"]
    assert received(replace(one, attempt_id=uuid4())).headers["webhook-id"] != str(one.attempt_id)


def test_clock_of_another_zone_signs_the_same_time() -> None:
    """The signed time is right whatever zone the clock speaks in."""
    shanghai = timezone(timedelta(hours=8))
    http = Http(take)
    with Receiver(http) as receiver:
        made = gateways(
            {f"http://127.0.0.1:{receiver.port}"},
            clock=lambda: datetime.now(shanghai),
            limits=QUICK,
            context=TRUST,
        )
        made[KIND].send(parcel(), destination(KIND, receiver.port))
    request = http.got[0]
    assert Webhook(SECRET).verify(request.body, dict(request.headers))
    assert json.loads(request.body)["timestamp"].endswith("+00:00")
    assert abs(datetime.now(UTC).timestamp() - int(request.headers["webhook-timestamp"])) < 5


def test_sample_data_says_so() -> None:
    """A message of a sample instance is marked for people and for programs."""
    data = json.loads(received(parcel(sample=True)).body)["data"]
    assert data["sample"] is True
    assert data["subject"].startswith("【示例数据】")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_不是", 5, None])
def test_useless_secret_sends_nothing(secret: object) -> None:
    """Without a usable secret nothing leaves unsigned."""
    http = Http(take)
    with Receiver(http) as receiver, pytest.raises(NotSent) as caught:
        wired(KIND, receiver.port).send(parcel(), destination(KIND, receiver.port, secret=secret))
    assert caught.value.permanent
    assert receiver.connections == 0


def test_redirect_is_not_followed() -> None:
    """A redirect to a private place is a refusal; the private place sees no connection."""
    trap = Http(take)
    with Receiver(trap) as private:
        http = Http(elsewhere_302, private_url=f"http://127.0.0.1:{private.port}/")
        with Receiver(http) as receiver, pytest.raises(NotSent, match="302"):
            wired(KIND, receiver.port).send(parcel(), destination(KIND, receiver.port))
    assert private.connections == 0
