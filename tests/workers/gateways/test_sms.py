"""Short messages over whichever HTTP interface the configuration describes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from models.domain.outgoing.channels import ChannelKind
from tests.receivers.driving import GOOD, PHONE, destination, parcel, wired
from tests.receivers.http_receiver import Http, Request, take
from tests.receivers.listening import Receiver
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.gateways.sms import MOST_CHARACTERS, OUR_HEADERS

KIND = ChannelKind.SMS


def received(one: Parcel, answer: bytes = GOOD[KIND], address: str | None = PHONE, **config: Any) -> Request:
    return _send(one, config, answer, address)


def _send(
    one: Parcel, config: dict[str, Any], answer: bytes = GOOD[KIND], address: str | None = PHONE
) -> Request:
    http = Http(take, answer)
    with Receiver(http) as receiver:
        to = destination(KIND, receiver.port, **config)
        wired(KIND, receiver.port).send(one, Destination(to.config, address))
    return http.got[0]


def test_fields_are_named_by_the_configuration() -> None:
    """Number, text, id, fixed fields and fixed headers stand where the provider wants them, as JSON."""
    one = parcel()
    request = received(
        one, fields={"sign": "某某分局", "tpl": 7}, headers={"X-Api-Key": "k1"}, id_field="out_id"
    )
    assert json.loads(request.body) == {
        "sign": "某某分局",
        "tpl": "7",
        "mobile": PHONE,
        "content": f"{one.subject}\n{one.text}\n{one.link}",
        "out_id": str(one.attempt_id),
    }
    assert request.headers["x-api-key"] == "k1"
    assert request.headers["content-type"] == "application/json; charset=utf-8"


def test_form_instead_of_json() -> None:
    """A provider that wants a form gets one, in UTF-8."""
    request = received(parcel(subject="待办 & 逾期"), body="form")
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    fields = parse_qs(request.body.decode())
    assert fields["mobile"] == [PHONE]
    assert fields["content"][0].startswith("待办 & 逾期\n")


def test_text_fits() -> None:
    """A short message stays short, and says what it leaves out."""
    text = "\n\n".join(f"{number}号事项今日到期，请及时处理" for number in range(60))
    content = json.loads(received(parcel(text=text, notices=[{}] * 60)).body)["content"]
    assert len(content) <= MOST_CHARACTERS
    assert "条，请登录查看" in content


@pytest.mark.parametrize(
    ("answer", "path", "value"),
    [
        (b'{"code":0}', "code", "0"),
        (b'{"ok":true}', "ok", "true"),
        (b'{"list":[{"s":"Ok"}]}', "list.0.s", "Ok"),
    ],
)
def test_success_is_found_in_the_answer(answer: bytes, path: str, value: str) -> None:
    """The sign of success may be a number, a truth or a text, anywhere in the answer."""
    assert received(parcel(), answer, ok_path=path, ok_value=value)


@pytest.mark.parametrize("answer", [b'{"result":{"code":"LIMIT"}}', b'{"result":{"code":false}}'])
def test_other_value_is_a_refusal(answer: bytes) -> None:
    """A provider that answers another value did not take the message."""
    with pytest.raises(NotSent):
        received(parcel(), answer)


@pytest.mark.parametrize(
    "answer", [b"{}", b"[]", b'"OK"', b'{"result":"OK"}', b'{"result":{"code":{}}}', b'{"result":[]}', b"OK"]
)
def test_missing_value_says_nothing(answer: bytes) -> None:
    """An answer without the sign does not say what became of the message; it is not repeated."""
    with pytest.raises(OutcomeUnknown):
        received(parcel(), answer)


@pytest.mark.parametrize(
    "address", [None, "", "zhang", "138 0000 0202", "13800000202\n", "13800000202,13900000000"]
)
def test_no_number_no_message(address: str | None) -> None:
    """Without one plain number nothing leaves."""
    with pytest.raises(NotSent) as caught:
        received(parcel(), address=address)
    assert caught.value.permanent


@pytest.mark.parametrize(
    "headers",
    [
        *({name.title(): "x"} for name in sorted(OUR_HEADERS)),
        {"X-A": "b\r\nHost: c"},
        {"X A": "b"},
        {"X-A": "环"},
        "x",
    ],
)
def test_headers_cannot_reframe_the_request(headers: Any) -> None:
    """No configured header changes where the request goes, where it ends, or adds another one."""
    with pytest.raises(NotSent) as caught:
        received(parcel(), headers=headers)
    assert caught.value.permanent


@pytest.mark.parametrize("missing", ["ok_path", "ok_value", "phone_field", "text_field"])
def test_incomplete_configuration_is_told(missing: str) -> None:
    """A channel that lacks a part says which."""
    with pytest.raises(NotSent, match=missing):
        _send(parcel(), {missing: None})
