"""A public server as it is started: its log tells nothing of whoever came; networks are told apart as configured."""

from __future__ import annotations

import json
from pathlib import Path
from socket import create_connection
from typing import Final

import httpx2
import pytest

from api.limits import PAYLOAD_MOST
from tests.factories import TOWN, World
from tests.test_redaction import served

ADDRESS: Final = "203.0.113.77"
AGENT: Final = "TelltaleBrowser/9.9"
QUERY: Final = "telltale-query"
NUMBER: Final = "TELLTALENUM"
CODE: Final = "TELLTALECODEXYZ1"


def nonsense(port: int) -> bytes:
    """What is no HTTP at all is answered by the server below the application."""
    with create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"NONSENSE {QUERY} {ADDRESS}\r\n\r\n".encode())
        return line.recv(1_000)


def test_the_log_tells_nothing_of_a_caller(world: World, tmp_path: Path) -> None:
    """Refused and served requests leave method, route, status and duration: no address, agent, query or code."""
    log = tmp_path / "log"
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": AGENT, "Referer": f"http://x.example/{QUERY}"}
    with served(world, tmp_path, log, face="public", HUANXUN_TRUSTED_PROXIES="127.0.0.1") as client:
        client.headers.update(headers)
        assert client.get("/v1/public/challenge", params={"q": QUERY}).status_code == 200
        assert client.get(f"/v1/public/{QUERY}").status_code == 404
        assert client.get("/v1/cases", params={"q": QUERY}).status_code == 404
        asked = client.post("/v1/public/complaints/query", json={"number": NUMBER, "query_code": CODE})
        assert asked.status_code in {404, 422}
        junk = {"altcha": "A" * (PAYLOAD_MOST + 1), QUERY: "x"}
        assert client.post("/v1/public/complaints", json=junk).status_code == 422
        assert client.base_url.port is not None
        assert nonsense(client.base_url.port).startswith(b"HTTP/1.1 400")
    written = log.read_text("utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    assert {"method", "route", "status", "ms", "request_id"} < set(
        next(one for one in lines if one["event"] == "request")
    )
    for telltale in (ADDRESS, AGENT, QUERY, NUMBER, CODE, "127.0.0.1:"):
        assert telltale not in written, telltale


def form(words: str) -> dict[str, str]:
    """What a browser without JavaScript posts."""
    return {
        "words": words,
        "place.division": TOWN,
        "place.text": "青萍村小学东边",
        "confidentiality": "匿名",
        "consent.privacy_version": "2026-11",
    }


@pytest.mark.parametrize(("trusted", "stranger"), [("127.0.0.1", 201), ("", 429)], ids=["trusted", "none"])
def test_networks_are_told_apart_by_a_trusted_proxy_alone(
    world: World, tmp_path: Path, trusted: str, stranger: int
) -> None:
    """Behind a proxy that is trusted, one network's limit leaves another alone; else the header is worth nothing."""
    settings = {"HUANXUN_TRUSTED_PROXIES": trusted, "HUANXUN_PLAIN_FORMS_PER_NETWORK_HOUR": "1"}
    with served(world, tmp_path, tmp_path / "log", face="public", **settings) as client:

        def post(words: str, network: str) -> httpx2.Response:
            headers = {"X-Forwarded-For": network, "Accept": "application/json"}
            return client.post("/v1/public/complaints", data=form(words), headers=headers)

        assert post("第一件：夜里有刺鼻的塑料味。", ADDRESS).status_code == 201
        refused = post("第二件：白天有黑烟冒出来。", ADDRESS)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert "12345" in refused.json()["detail"]
        assert 0 < int(refused.headers["retry-after"]) <= 3_600
        # a forged first hop changes nothing: the proxy's own word is the last one
        assert post("第三件：河水发黑。", f"192.0.2.1, {ADDRESS}").status_code == 429
        assert post("第四件：工地半夜施工。", "198.51.100.4").status_code == stranger
