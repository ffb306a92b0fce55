"""The enterprises of the sample complaints, each with its one site."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from models.domain.drafts import Place
from models.domain.geo import Datum
from models.domain.sites import SiteDraft, SiteStatus
from models.operations.act import Act
from models.operations.registry import enterprises, sites
from models.operations.sample import story


def found(act: Act) -> dict[str, UUID]:
    """Register the enterprises the complaints name; ids by the key of the row."""
    return {
        key: enterprises.add(act, name=line["name"], typed_code=line["uscc"], content={"row": key})
        for key, line in story.table("enterprises.csv").items()
    }


def open_sites(act: Act, owners: Mapping[str, UUID]) -> dict[str, UUID]:
    """Register the one site of each enterprise; ids by the same keys."""
    return {
        key: sites.add(act, _site(line, owners[key]), content={"row": key})
        for key, line in story.table("enterprises.csv").items()
    }


def _site(line: Mapping[str, str], enterprise_id: UUID) -> SiteDraft:
    return SiteDraft(
        enterprise_id=enterprise_id,
        name=line["name"],
        place=Place(
            line["division_code"],
            line["address"],
            float(line["lon"]),
            float(line["lat"]),
            Datum(line["datum"]),
        ),
        status=SiteStatus(line["status"]),
        industry_code=line["gb4754"],
        permit_number=line["permit_number"] or None,
    )
