"""
The order of refusals: 401, 404, 403 come before 422.

The framework looks at the shape of a request before any operation runs. When the shape is wrong, and only
then, this asks what the operation would have refused earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from api.work import May, Work
from models.domain.errors import HuanxunError
from models.operations.act import Act
from models.operations.casework import identities, sight
from models.operations.channels import channels
from models.operations.evidence import views as evidence_views
from models.operations.law import clocks, phrases
from models.operations.ledgers import ledgers
from models.operations.people import officers, reach, units
from models.operations.periods import correcting, keeping
from models.operations.publishing import held, objections
from models.operations.registry import enterprises, sites

SUBJECTS: Final[dict[str, Callable[[Act, UUID], Any]]] = {
    "case_id": sight.find,
    "evidence_id": evidence_views.find,
    "complaint_id": identities.find,
    "account_id": reach.find,
    "unit_id": units.find,
    "officer_id": officers.find,
    "enterprise_id": enterprises.find,
    "site_id": sites.find,
    "deadline_id": clocks.find,
    "phrase_id": phrases.find,
    "publication_id": held.find,
    "objection_id": objections.find,
    "channel_id": channels.find,
    "ledger_id": ledgers.find,
    "period_id": keeping.find,
    "correction_id": correcting.find,
}
"""Path parameters that name something a person may or may not see."""


async def refused_before(request: Request) -> HuanxunError | None:
    """The refusal that comes before "misshapen", if any."""
    may = verb_of(getattr(request.scope.get("route"), "dependant", None))
    if may is None:
        return None
    try:
        work: Work = await may(request)
        await work.read(_seen, _subject(request))
    except HuanxunError as error:
        return error
    return None


def verb_of(dependant: Dependant | None) -> May | None:
    """The permission a route asks for."""
    if dependant is None:
        return None
    return next((one.call for one in dependant.dependencies if isinstance(one.call, May)), None)


def _subject(request: Request) -> tuple[Callable[[Act, UUID], Any], UUID] | None:
    for name, find in SUBJECTS.items():
        given = request.path_params.get(name)
        if given is not None:
            try:
                return find, UUID(str(given))
            except ValueError:
                return None
    return None


def _seen(act: Act, subject: tuple[Callable[[Act, UUID], Any], UUID] | None) -> None:
    if subject is not None:
        find, subject_id = subject
        find(act, subject_id)
