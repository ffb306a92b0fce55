"""
The lifecycle of a rectification item 整改问题, from ledger to 销号 and look-back: its one tuple of rows.

Nobody accepts, approves or publishes what he or his unit applied for: each of those rows carries
``not_applicant``, once verified ``not_verifier`` too, and ``outside_family`` (no unit in the tree of a responsible one).
Source: domain.md §2.3; 湖南省突出生态环境问题整改销号 practice (days are settings).
"""

from __future__ import annotations

from typing import Final

from models.domain.access import Role as R
from models.domain.lifecycle import ALL_CLOCKS, Lifecycle, Start, Transition
from models.domain.rectification import guards as g
from models.domain.rectification.facts import ItemFacts
from models.domain.states import Action as A
from models.domain.states import State as S


def _first_look(facts: ItemFacts) -> bool:
    return facts.look_backs == 0


def _last_look(facts: ItemFacts) -> bool:
    return facts.look_backs > 0


_OFFICE: Final = frozenset({R.OFFICE})
_LIAISON: Final = frozenset({R.LIAISON})
_VERIFIER: Final = frozenset({R.VERIFIER})
_OTHERS: Final = frozenset({R.INSPECTOR, R.SUPERVISOR})
_CHECKED: Final = frozenset({S.SITE_CHECK, S.COUNTERSIGNING, S.VERIFIED})
_BEFORE_CHECK: Final = frozenset(
    {
        S.LISTED,
        S.PLAN_REVIEW,
        S.RECTIFYING,
        S.EXTENSION_REVIEW,
        S.SELF_CHECKED,
        S.MATERIAL_REVIEW,
        S.SITE_CHECK,
    }
)
_OWN_WORK: Final = (g.not_applicant, g.outside_family)
_JUDGED: Final = (g.not_applicant, g.not_verifier, g.outside_family)
_SAME: Final = None


def _at(*states: S) -> frozenset[S]:
    return frozenset(states)


# fmt: off
RECTIFICATION: Final[Lifecycle[ItemFacts]] = (
    Transition(A.LIST, _at(S.NEW), S.LISTED, _OFFICE | _OTHERS, starts=(Start("RECT_PLAN"),)),
    Transition(A.SUBMIT_PLAN, _at(S.LISTED), S.PLAN_REVIEW, _LIAISON, (g.is_responsible,),
               starts=(Start("RECT_PLAN_REVIEW"),), stops=("RECT_PLAN",)),
    Transition(A.RETURN_PLAN, _at(S.PLAN_REVIEW), S.LISTED, _OFFICE, _OWN_WORK,
               stops=("RECT_PLAN_REVIEW",), reopens=("RECT_PLAN",)),
    Transition(A.CONFIRM_PLAN, _at(S.PLAN_REVIEW), S.RECTIFYING, _OFFICE, _OWN_WORK,
               starts=(Start("RECT_DUE"),), stops=("RECT_PLAN_REVIEW",)),
    Transition(A.DESIGNATE, _BEFORE_CHECK, _SAME, _OFFICE,
               (g.designee_outside, g.designee_unused)),
    Transition(A.REQUEST_EXTENSION, _at(S.RECTIFYING), S.EXTENSION_REVIEW, _LIAISON,
               (g.is_responsible, g.before_due), starts=(Start("RECT_EXTEND"),)),
    Transition(A.GRANT_EXTENSION, _at(S.EXTENSION_REVIEW), S.RECTIFYING, _OFFICE,
               (*_OWN_WORK, g.outside_act, g.extended_in_time), stops=("RECT_EXTEND",)),
    Transition(A.REFUSE_EXTENSION, _at(S.EXTENSION_REVIEW), S.RECTIFYING, _OFFICE, _OWN_WORK,
               stops=("RECT_EXTEND",)),
    Transition(A.SELF_CHECK, _at(S.RECTIFYING), S.SELF_CHECKED, _LIAISON,
               (g.is_responsible, g.tasks_done, g.checklist_met),
               starts=(Start("RECT_APPLY"),), stops=("RECT_DUE",)),
    Transition(A.REOPEN, _at(S.SELF_CHECKED), S.RECTIFYING, _LIAISON, (g.is_responsible,),
               stops=("RECT_APPLY",), reopens=("RECT_DUE",)),
    Transition(A.APPLY, _at(S.SELF_CHECKED), S.MATERIAL_REVIEW, _LIAISON,
               (g.is_responsible, g.materials_complete, g.standard_met, g.stations_paired),
               starts=(Start("RECT_MATERIALS"),), stops=("RECT_APPLY",)),
    Transition(A.ACCEPT_MATERIALS, _at(S.MATERIAL_REVIEW), S.SITE_CHECK, _VERIFIER,
               (g.may_review, *_OWN_WORK), starts=(Start("RECT_VERIFY"),), stops=("RECT_MATERIALS",)),
    Transition(A.RETURN_MATERIALS, _at(S.MATERIAL_REVIEW), S.SELF_CHECKED, _VERIFIER,
               (g.may_review, *_OWN_WORK), starts=(Start("RECT_APPLY"),), stops=("RECT_MATERIALS",)),
    Transition(A.VERIFY, _at(S.SITE_CHECK), S.COUNTERSIGNING, _VERIFIER,
               (g.is_designated, *_OWN_WORK, g.not_verified_before, g.members_of_unit, g.stations_paired)),
    Transition(A.COUNTERSIGN, _at(S.COUNTERSIGNING), S.VERIFIED, _VERIFIER,
               (g.is_designated, *_OWN_WORK, g.not_verified_before, g.second_member),
               starts=(Start("RECT_PUBLISH"),), stops=("RECT_VERIFY",)),
    Transition(A.FAIL_SITE, _CHECKED, S.RECTIFYING, _VERIFIER, (g.is_designated, *_OWN_WORK),
               stops=("RECT_VERIFY", "RECT_PUBLISH"), reopens=("RECT_DUE",)),
    Transition(A.PUBLISH, _at(S.VERIFIED), S.IN_PUBLICITY, _OFFICE, (*_JUDGED, g.publication_ready, g.no_objection_upheld),
               starts=(Start("RECT_APPROVE"),), stops=("RECT_PUBLISH",)),
    Transition(A.UPHOLD_OBJECTION, _at(S.VERIFIED, S.IN_PUBLICITY), S.RECTIFYING, _OFFICE, (g.objection_upheld,),
               stops=("RECT_PUBLISH", "RECT_APPROVE"), reopens=("RECT_DUE",)),
    Transition(A.APPROVE_WRITE_OFF, _at(S.IN_PUBLICITY), S.WRITE_OFF_APPROVED, _OFFICE,
               (*_JUDGED, g.publicity_over, g.objections_answered, g.no_objection_upheld, g.outside_act),
               starts=(Start("RECT_WRITE_OFF"),), stops=("RECT_APPROVE",)),
    Transition(A.REFUSE_WRITE_OFF, _at(S.IN_PUBLICITY, S.WRITE_OFF_APPROVED), S.RECTIFYING, _OFFICE,
               _JUDGED, stops=("RECT_APPROVE", "RECT_WRITE_OFF"), reopens=("RECT_DUE",)),
    Transition(A.WRITE_OFF, _at(S.WRITE_OFF_APPROVED), S.LOOK_BACK, _OFFICE, (*_JUDGED, g.file_complete),
               starts=(Start("LOOK_BACK_FIRST"),), stops=("RECT_WRITE_OFF",)),
    Transition(A.LOOK_BACK, _at(S.LOOK_BACK), _SAME, _OTHERS, (*_JUDGED, g.looks_left, g.looks_apart),
               starts=(Start("LOOK_BACK_SECOND", _first_look), Start("RECT_ARCHIVE", _last_look)),
               stops=("LOOK_BACK_FIRST", "LOOK_BACK_SECOND")),
    Transition(A.RELAPSE, _at(S.LOOK_BACK), S.ARCHIVED, _OTHERS | _OFFICE, (g.outside_family,),
               stops=(ALL_CLOCKS,)),
    Transition(A.ARCHIVE, _at(S.LOOK_BACK), S.ARCHIVED, _OFFICE, (*_JUDGED, g.looked_back, g.filed_whole),
               stops=(ALL_CLOCKS,)),
    Transition(A.VOID, _at(S.LISTED, S.PLAN_REVIEW), S.VOID, frozenset({R.DEPUTY_HEAD}), _OWN_WORK,
               stops=(ALL_CLOCKS,)),
)
# fmt: on
