"""The cross-check of steps with the journal: what was done to a step behind its back is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, text, update

from models.domain.states import Action, State
from models.operations.casework import cases
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.tables.cases import steps as T
from tests.factories import World, case_draft
from tests.operations.chains.attacker import Scene, setting
from tests.operations.ledgers import stories

Deed = Callable[[Connection], None]


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Scene:
    """A case that was registered, accepted, suspended and resumed."""
    scene = setting(world, tmp_path)
    draft = case_draft()
    with world.act("inspector") as act:
        cases.log(act, draft, None)
    for version, (who, action, inputs) in enumerate(
        [
            ("clerk", Action.ACCEPT, {"note": "受理"}),
            ("supervisor", Action.VOID, {"reason": "重复登记"}),
        ],
        start=1,
    ):
        with world.act(who) as act:
            advancing.advance(act, draft.id, Step(action, inputs), None, version=version)
    return scene


def inputs_changed(db: Connection) -> None:
    db.execute(update(T).where(T.c.action == Action.VOID).values(inputs={"reason": "其他理由"}))


def person_changed(db: Connection) -> None:
    other = text("select id from account where login = 'supervisor2'")
    db.execute(update(T).where(T.c.action == Action.VOID).values(by=other.columns(T.c.by).scalar_subquery()))


def role_changed(db: Connection) -> None:
    db.execute(update(T).where(T.c.action == Action.VOID).values(role="clerk"))


def principal_changed(db: Connection) -> None:
    other = text("select id from account where login = 'supervisor2'")
    values = {T.c.principal_id: other.columns(T.c.by).scalar_subquery()}
    db.execute(update(T).where(T.c.action == Action.VOID).values(values))


def target_changed(db: Connection) -> None:
    db.execute(update(T).where(T.c.action == Action.VOID).values(target=State.ARCHIVED))


def time_changed(db: Connection) -> None:
    at = db.execute(T.select()).first()
    assert at is not None
    db.execute(update(T).where(T.c.action == Action.ACCEPT).values(at=at.at.replace(year=2025)))


def step_deleted(db: Connection) -> None:
    db.execute(T.delete().where(T.c.action == Action.ACCEPT))


def step_added(db: Connection) -> None:
    one = db.execute(T.select().where(T.c.action == Action.ACCEPT)).one()
    db.execute(insert(T).values(one._asdict() | {"id": uuid4(), "seq": 9, "action": Action.APPROVE}))


ATTACKS: Final[dict[Deed, list[str]]] = {
    inputs_changed: ["填写内容"],
    role_changed: ["岗位"],
    principal_changed: ["岗位"],
    target_changed: ["状态"],
    person_changed: ["办理人"],
    time_changed: ["时间、动作被改", "没有记录"],
    step_deleted: ["不在了"],
    step_added: ["没有记录"],
}


@pytest.mark.parametrize("deed", ATTACKS, ids=lambda deed: deed.__name__)
def test_a_step_changed_behind_the_journal_is_named(scene: Scene, deed: Deed) -> None:
    """The journal is untouched, but a step no longer is what the journal tells of it."""
    scene.attack(deed)
    findings = scene.verify().findings
    assert {one.kind.value for one in findings} == {"step"}
    assert len(findings) == len(ATTACKS[deed])
    for one, words in zip(findings, ATTACKS[deed], strict=True):
        assert words in one.message


def test_honest_steps_are_green(scene: Scene) -> None:
    """What the operations wrote agrees with the journal."""
    assert scene.found() == []


def test_honest_steps_of_an_item_are_green(world: World, tmp_path: Path) -> None:
    """Entering an item is noted with its content, like registering; its later steps with their inputs."""
    stories.rectifying(world)
    assert setting(world, tmp_path).found() == []
