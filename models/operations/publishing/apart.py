"""Whoever publishes an item stands apart from it: he neither applied for it nor verified it, nor is of its units."""

from __future__ import annotations

from models.domain.errors import Unmet
from models.domain.rectification import guards
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import Part
from models.operations.act import Act
from models.operations.casework import item_past
from models.tables.base import AnyRow

_GUARDS = (guards.not_applicant, guards.not_verifier, guards.outside_family)
"""The same conditions as those of the steps that publish and approve. Source: domain.md §2.3."""


def unmet(act: Act, case: AnyRow) -> list[Unmet]:
    """What bars the actor, or anybody he stands in for, from deciding on the publicity of an item."""
    past = item_past.history_of(act, case.id)
    responsible = item_past.parts_of(act, case.id).get(Part.RESPONSIBLE, frozenset())
    facts = ItemFacts(
        state=case.state,
        division=case.division_code,
        actor=act.actor,
        families=act.law.families(responsible),
        own_units=item_past.own_units(act, past.since(act.now)),
        applicants=past.people(item_past.APPLYING) | item_past.uploaders(act, case.id, responsible),
        verifiers=past.people(item_past.VERIFYING),
    )
    return [one for guard in _GUARDS if (one := guard(facts)) is not None]
