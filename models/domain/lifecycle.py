"""
The lifecycle of a case: one tuple of rows per kind, one function that reads it. Pure.

A row says which action leads from which states to which state, who may take it, what must hold,
and which clocks (rule ids) it starts, stops or reopens. ``decide`` is total: it returns a ``Move`` or raises
one of three refusals, and reports *all* unmet guards at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from models.domain.access import Actor, Grant, Role
from models.domain.errors import Forbidden, GuardsUnmet, IllegalTransition, Unmet
from models.domain.states import ACTION_TITLES, STATE_TITLES, Action, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What ``decide`` may know about any case: where it stands, and who acts. Each kind adds its own."""

    state: State
    division: str
    actor: Actor


F = TypeVar("F", bound=Facts)


def always(_: Facts, /) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Start(Generic[F]):
    """A clock that a step starts, when its condition holds."""

    rule_id: str
    when: Callable[[F], bool] = always


@dataclass(frozen=True, slots=True)
class Transition(Generic[F]):
    """One row of a lifecycle. ``target`` ``None``: the state stays."""

    action: Action
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    guards: tuple[Callable[[F], Unmet | None], ...] = ()
    starts: tuple[Start[F], ...] = ()
    stops: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()


Lifecycle = tuple[Transition[F], ...]
ALL_CLOCKS: Final = "*"


@dataclass(frozen=True, slots=True)
class Move:
    """What a permitted step does: the new state, the grant it was taken under, the clocks it touches."""

    transition: Transition[Any]
    source: State
    target: State
    grant: Grant
    starts: tuple[str, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        return self.transition.stops


def rows_for(rows: Lifecycle[F], action: Action) -> Iterator[Transition[F]]:
    return (row for row in rows if row.action is action)


def permit(rows: Lifecycle[Any], action: Action, actor: Actor, division: str) -> None:
    """
    Refuse an action that no row gives to any of the actor's roles there, whatever the state.

    Raises:
        Forbidden
    """
    roles = frozenset[Role]().union(*(row.roles for row in rows_for(rows, action)))
    if _grant(actor, roles, division, action) is None:
        raise Forbidden(f"您的岗位不能“{ACTION_TITLES[action]}”", action=action.value)


def decide(rows: Lifecycle[F], action: Action, facts: F) -> Move:
    """
    Read the table: the move that this action makes now.

    Raises:
        IllegalTransition: no row for this action in this state.
        Forbidden: a row, but not for the actor's roles.
        GuardsUnmet: every condition that does not hold.
    """
    row = next((row for row in rows_for(rows, action) if facts.state in row.sources), None)
    if row is None:
        raise IllegalTransition(
            f"案件目前是“{STATE_TITLES[facts.state]}”，不能“{ACTION_TITLES[action]}”",
            state=facts.state.value,
            action=action.value,
        )
    grant = _grant(facts.actor, row.roles, facts.division, action)
    if grant is None:
        raise Forbidden(f"您的岗位不能“{ACTION_TITLES[action]}”", action=action.value)
    unmet = unmet_guards(row, facts)
    if unmet:
        raise GuardsUnmet(unmet)
    starts = tuple(start.rule_id for start in row.starts if start.when(facts))
    return Move(row, facts.state, row.target or facts.state, grant, starts)


def unmet_guards(row: Transition[F], facts: F) -> list[Unmet]:
    """All guards of a row that do not hold, in the order of the row."""
    return [unmet for guard in row.guards if (unmet := guard(facts)) is not None]


def open_to(rows: Lifecycle[F], facts: F) -> list[tuple[Transition[F], list[Unmet]]]:
    """The rows the actor could take from here, each with what is still unmet."""
    return [
        (row, unmet_guards(row, facts))
        for row in rows
        if facts.state in row.sources
        and _grant(facts.actor, row.roles, facts.division, row.action) is not None
    ]


def mermaid(rows: Sequence[Transition[Any]]) -> str:
    """The lifecycle as a Mermaid state diagram, generated from the rows."""
    named = {s for row in rows for s in (*row.sources, *([row.target] if row.target else []))}
    lines = ["stateDiagram-v2", *(f"  {state.value}: {STATE_TITLES[state]}" for state in sorted(named))]
    for row in rows:
        for source in sorted(row.sources):
            target = row.target or source
            if row.target is not None or len(row.sources) <= 3:
                lines.append(f"  {source.value} --> {target.value}: {ACTION_TITLES[row.action]}")
    return "\n".join(lines)


def _grant(actor: Actor, roles: frozenset[Role], division: str, action: Action) -> Grant | None:
    """The grant to act under: one's own before a deputy's."""
    usable = [
        grant
        for grant in actor.holding(roles, division)
        if grant.actions is None or action.value in grant.actions
    ]
    return min(usable, key=lambda grant: grant.principal_id is not None, default=None)
