"""Short hands for the tests of channels and contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from api.work import House
from tests.factories import COUNTY

As = Callable[[str], dict[str, str]]
NOWHERE = "01a205ea-be80-7e71-b7ca-927d3e44f74c"
SECRET = "whsec_" + "A" * 40
LISTED = "http://127.0.0.1:9009"
PHONE = "13800000201"

MAIL: dict[str, Any] = {"host": "127.0.0.1", "port": 9025, "security": "plain", "sender": "tx@example.cn"}
SMS: dict[str, Any] = {
    "url": f"{LISTED}/sms",
    "phone_field": "mobile",
    "text_field": "content",
    "ok_path": "code",
    "ok_value": "0",
}


def listing(client: TestClient) -> None:
    """The allow-list of this instance: receivers of the test."""
    house: House = client.app.state.house  # type: ignore[attr-defined]
    house.origins = frozenset({LISTED, "smtp://127.0.0.1:9025"})


def channel_json(**changed: Any) -> dict[str, Any]:
    """A webhook to a listed receiver; any field can be changed."""
    config = {"url": f"{LISTED}/hook?key=verborgen", "secret": SECRET}
    body = {"kind": "webhook", "title": "局内消息平台", "division": COUNTY, "config": config}
    return body | changed


def added(client: TestClient, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    """A channel the administrator made."""
    made = client.post("/v1/channels", json=channel_json(**changed), headers=headers)
    assert made.status_code == 201, made.text
    return dict(made.json())


def mail(client: TestClient, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    return added(client, headers, kind="smtp", title="邮件", config=MAIL, **changed)


def sms(client: TestClient, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    return added(client, headers, kind="sms", title="短信", config=SMS, **changed)


def robot(client: TestClient, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    config = {"url": f"{LISTED}/cgi-bin/webhook/send?key=verborgen"}
    return added(client, headers, kind="wecom", title="企业微信群", config=config, **changed)


def flaws(answer: Any) -> list[tuple[str, str]]:
    """Where and what is wrong."""
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
