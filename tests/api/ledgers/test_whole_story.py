"""The whole story of a rectification item over HTTP, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from starlette.testclient import TestClient

from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from models.tables.cases import steps
from models.tables.notices import notices
from tests.conftest import Clock, serving
from tests.factories import World
from tests.rectifying.desk import Desk
from tests.rectifying.telling import tell


def desk_of(client: TestClient, world: World, clock: Clock) -> Desk:
    """The people of the test world; sessions begin anew whenever days have passed."""
    tokens: dict[str, str] = {}

    def sign_in(who: str) -> str:
        candidate = Candidate(world.account(who), None)
        with world.act(now=clock.now) as act:
            pair = sessions.begin(act, candidate, login=who, network="test", device="测试机", good=True)
        return pair.access_token

    def ask(who: str | None, method: str, path: str, **how: Any) -> Any:
        clock.now += timedelta(seconds=1)
        headers = dict(how.pop("headers", {}))
        if who is not None:
            tokens[who] = tokens.get(who) or sign_in(who)
            headers["Authorization"] = f"Bearer {tokens[who]}"
        return client.request(method, path, headers=headers, **how)

    def let_pass(span: timedelta) -> None:
        clock.now += span
        tokens.clear()

    return Desk(ask, lambda: clock.now, let_pass)


def test_from_the_ledger_to_the_second_round(world: World, clock: Clock, tmp_path: Path) -> None:
    """An item is written off after an upheld objection and passes both look-backs; another relapses into round 2."""
    with serving(world, clock, tmp_path, face="all") as client:
        story = tell(desk_of(client, world, clock))
    office = {world.account("office"), world.account("office2")}
    with world.engine.connect() as db:
        taken = db.execute(
            select(steps.c.action).where(steps.c.case_id == UUID(story.case_id)).order_by(steps.c.seq)
        ).scalars()
        assert [one.value for one in taken].count("apply") == 3
        told = db.execute(select(notices.c.account_id).where(notices.c.stage == "relapse")).scalars().all()
        assert set(told) == office
