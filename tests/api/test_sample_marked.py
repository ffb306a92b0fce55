"""Sample is sample: whoever is signed in is told so (``product.md`` §4.18)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from models.tables.journal import instance
from tests.factories import World

As = Callable[[str], dict[str, str]]


@pytest.mark.parametrize("who", ["clerk", "admin", "enterprise"])
def test_me_tells_that_all_is_sample_data(client: TestClient, as_: As, who: str) -> None:
    """On a sample instance ``/v1/me`` says 示例数据 to every role."""
    me = client.get("/v1/me", headers=as_(who)).json()
    assert me["instance"] == "sample"
    assert me["notice"].startswith("示例数据")


def test_a_real_instance_has_no_such_notice(client: TestClient, as_: As, world: World) -> None:
    """On a real instance ``/v1/me`` says that it is one, and nothing of samples."""
    with world.engine.begin() as db:
        db.execute(update(instance).values(kind="real"))
    me = client.get("/v1/me", headers=as_("clerk")).json()
    assert (me["instance"], me["notice"]) == ("real", None)
