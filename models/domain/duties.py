"""
Whose clock it is 承办岗位: the role that ends a clock where the case's own handlers do not.

Telling, signing, replying and filing are desk work of the clerk; assigning and confirming a refusal are the
head's. Every other clock belongs to the persons the case is assigned to.
"""

from __future__ import annotations

from typing import Final

from models.domain.access import Role
from models.domain.rectification.words import Part
from models.domain.timing.reminders import Audience

ON_DUTY: Final[dict[str, Role]] = {
    "RPT_ACCEPT_TELL": Role.CLERK,
    "RPT_URGENT": Role.CLERK,
    "XF_TELL": Role.CLERK,
    "CASE_TRIAGE": Role.CLERK,
    "RPT_SUPPLEMENT": Role.CLERK,
    "HOTLINE_SIGN": Role.CLERK,
    "HOTLINE_RETURN": Role.CLERK,
    "RPT_REPLY": Role.CLERK,
    "PLATFORM_REPLY": Role.CLERK,
    "RPT_CALL_BACK": Role.CLERK,
    "ARCHIVE_BY": Role.CLERK,
    "RPT_FORWARD_INNER": Role.SUPERVISOR,
    "RPT_ASSIGN_LOWER": Role.SUPERVISOR,
    "RPT_REFUSAL_REVIEW": Role.SUPERVISOR,
    "REVIEW_NOT_FIXED": Role.SUPERVISOR,
    "OBJECTION_REPLY": Role.SUPERVISOR,
    "PUBLICATION_RETRACT": Role.SUPERVISOR,
    "RECT_PLAN": Role.LIAISON,
    "RECT_PLAN_REVIEW": Role.OFFICE,
    "RECT_DUE": Role.LIAISON,
    "RECT_TASK": Role.LIAISON,
    "RECT_EXTEND": Role.OFFICE,
    "RECT_APPLY": Role.LIAISON,
    "RECT_MATERIALS": Role.VERIFIER,
    "RECT_VERIFY": Role.VERIFIER,
    "RECT_PUBLISH": Role.OFFICE,
    "RECT_APPROVE": Role.OFFICE,
    "RECT_WRITE_OFF": Role.OFFICE,
    "RECT_ARCHIVE": Role.OFFICE,
    "LOOK_BACK_FIRST": Role.SUPERVISOR,
    "LOOK_BACK_SECOND": Role.SUPERVISOR,
}
"""By rule id; a rule that is not named here is the business of the case's handlers."""


OF_ITEM: Final = {"OBJECTION_REPLY": Role.OFFICE, "PUBLICATION_RETRACT": Role.OFFICE}
"""Clocks that any published case can have, and that of an item belong to the office 整改办."""


def on_duty(rule_id: str, *, of_item: bool = False) -> Role | None:
    """The role a clock belongs to; ``None``: the persons the case is assigned to."""
    return (OF_ITEM.get(rule_id) if of_item else None) or ON_DUTY.get(rule_id)


OF_PARTS: Final[dict[str, frozenset[Part]]] = {
    "RECT_PLAN": frozenset({Part.RESPONSIBLE}),
    "RECT_DUE": frozenset({Part.RESPONSIBLE}),
    "RECT_TASK": frozenset({Part.RESPONSIBLE}),
    "RECT_APPLY": frozenset({Part.RESPONSIBLE}),
    "RECT_MATERIALS": frozenset({Part.LEAD, Part.VERIFIER}),
    "RECT_VERIFY": frozenset({Part.VERIFIER}),
}
"""Clocks that belong to the people of certain units of an item, wherever their division lies."""


def head_of(audience: Audience, *, of_item: bool) -> Role | None:
    """Who leads: of a complaint the unit's head, of a rectification item the office 整改办; ``None``: no leader."""
    if audience is Audience.UNIT_HEAD:
        return Role.OFFICE if of_item else Role.SUPERVISOR
    return Role.DEPUTY_HEAD if audience is Audience.DEPUTY_HEAD else None
