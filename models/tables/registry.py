"""Every table, gathered for migrations and schema checks."""

from models.tables import (
    base,
    cases,
    channels,
    complaints,
    deadlines,
    enterprises,
    identities,
    journal,
    ledgers,
    materials,
    notices,
    people,
    periods,
    public,
    publications,
)

metadata = base.metadata
MODULES = (
    cases,
    channels,
    complaints,
    deadlines,
    enterprises,
    identities,
    journal,
    ledgers,
    materials,
    notices,
    people,
    periods,
    public,
    publications,
)
