"""The catalogue of one item 一事一档目录: each paper the standard asks for, there or missing, at any moment; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.domain.acceptance.materials import KIND_TITLES, PHASE_TITLES, MaterialKind, Phase
from models.domain.acceptance.standards import Due, Paper, Standard, When


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that is there: its file has arrived and it has not been voided."""

    kind: MaterialKind
    phase: Phase | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the catalogue."""

    paper: Paper
    needed: bool
    there: bool

    @property
    def title(self) -> str:
        return title_of(self.paper)


def catalogue(standard: Standard, held: Iterable[Held], *, objected: bool) -> tuple[Line, ...]:
    """Every paper of the standard in the official order of kinds, with whether it is needed and there."""
    there = frozenset(held)
    order = list(MaterialKind)
    papers = sorted(standard.papers, key=lambda one: order.index(one.kind))
    return tuple(Line(one, _needed(one, standard, objected), _there(one, there)) for one in papers)


def missing(lines: Sequence[Line], due: Due) -> tuple[str, ...]:
    """The titles of what is needed by then and not there."""
    return tuple(one.title for one in lines if one.needed and not one.there and one.paper.due is due)


def title_of(paper: Paper) -> str:
    """What a paper is called: 整改前照片, 监测报告, a named 过程材料."""
    if paper.phase is not None:
        return f"{PHASE_TITLES[paper.phase]}照片"
    return f"{KIND_TITLES[paper.kind]}（{paper.name}）" if paper.name else KIND_TITLES[paper.kind]


def _needed(paper: Paper, standard: Standard, objected: bool) -> bool:
    return {
        When.ALWAYS: True,
        When.MONITORING: standard.monitoring is not None,
        When.SURVEY: standard.survey is not None,
        When.OBJECTION: objected,
    }[paper.when]


def _there(paper: Paper, held: frozenset[Held]) -> bool:
    """A named paper is there under its name; an unnamed one under any."""
    return any(
        one.kind is paper.kind
        and (paper.phase is None or one.phase is paper.phase)
        and (paper.name is None or one.name == paper.name)
        for one in held
    )
