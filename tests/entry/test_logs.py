"""The last sieve before a log line: what names a secret, and what looks like one, does not get through."""

from __future__ import annotations

import pytest

from models import logs

GONE = "〔已隐去〕"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "initial_password",
        "passwd",
        "access_token",
        "authorization",
        "cookie",
        "query_code",
        "api_key",
        "phone",
        "identity",
        "words",
        "client_secret",
    ],
)
def test_what_names_a_secret_is_taken_out(name: str) -> None:
    """A field whose name says that it is a secret loses its value, whatever it is."""
    assert logs.redact(None, "info", {name: "任意", "route": "/v1/cases"}) == {
        name: GONE,
        "route": "/v1/cases",
    }


@pytest.mark.parametrize(
    "value",
    [
        "hxa_" + "b" * 43,
        "hxr_" + "c" * 43,
        "13800000202",
        "43051120010101001X",
        "postgresql://huanxun:geheim@db/huanxun",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(value: str) -> None:
    """A token, a phone, an ID number or a password in an address is cut out of any text, however deep it lies."""
    said = logs.redact(None, "info", {"event": f"前{value}后", "more": [{"deep": (value,)}]})
    assert GONE in said["event"]
    assert "geheim" not in str(said)
    assert value not in str(said)
    assert said["event"].startswith("前")
    assert said["event"].endswith("后")


def test_what_is_no_secret_stays() -> None:
    """Numbers, durations and ordinary words are left as they are."""
    event = {"event": "request", "status": 201, "ms": 1.5, "route": "/v1/cases/{case_id}", "at": "2026-11-23"}
    assert logs.redact(None, "info", dict(event)) == event
