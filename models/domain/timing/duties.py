"""
Whose clock it is 承办岗位: the role that ends a clock where the case's own handlers do not.

Telling, signing, replying and filing are desk work of the clerk; assigning and confirming a refusal are the
head's. Every other clock belongs to the persons the case is assigned to.
"""

from __future__ import annotations

from typing import Final

from models.domain.access import Role

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
}
"""By rule id; a rule that is not named here is the business of the case's handlers."""


def on_duty(rule_id: str) -> Role | None:
    """The role a clock belongs to; ``None``: the persons the case is assigned to."""
    return ON_DUTY.get(rule_id)
