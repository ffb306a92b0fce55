"""A county with many cases, loaded through the real operations, so that every invariant holds."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final
from uuid import UUID

from models.db.engines import open_engine
from models.domain.complaints import Channel
from models.domain.drafts import Place
from models.domain.ids import uuid7
from models.operations.act import Act
from models.operations.casework import cases
from models.vault import Vault
from tests import factories
from tests.factories import KEYS, NOW, World

BATCH: Final = 200
TOWNS: Final = ("430511001", "430511002", "430511003", "430511004", "430511101")
CATEGORIES: Final = ("大气/恶臭异味", "大气/烟粉尘", "噪声/建设施工噪声", "水/工业废水", "固废/危险废物")


def county(url: str, count: int) -> tuple[World, list[UUID]]:
    """Migrate, found, people, and log ``count`` cases over the last 60 days; gives the world and their ids."""
    engine = open_engine(url)
    factories.people_it(engine)
    world = World(url, engine, Vault(KEYS))
    chance = random.Random(17)
    made: list[UUID] = []
    while len(made) < count:
        with world.act("inspector", now=NOW) as act:
            made += [_log(act, chance) for _ in range(min(BATCH, count - len(made)))]
    return world, made


def _log(act: Act, chance: random.Random) -> UUID:
    received = NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))
    case_id = uuid7(received)
    draft = factories.case_draft(
        id=case_id,
        channel=chance.choice(list(Channel)),
        title=f"样例问题{chance.randrange(10**6)}：夜间异味、机器声扰民",
        categories=(chance.choice(CATEGORIES),),
        place=Place(chance.choice(TOWNS), "样例路"),
        received_at=received,
    )
    cases.log(act, draft, {"id": str(case_id)})
    return case_id
