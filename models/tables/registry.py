"""Every table, gathered for migrations and schema checks."""

from models.tables import (
    base,
    cases,
    complaints,
    deadlines,
    enterprises,
    identities,
    journal,
    notices,
    people,
    public,
    publications,
)

metadata = base.metadata
MODULES = (
    cases,
    complaints,
    deadlines,
    enterprises,
    identities,
    journal,
    notices,
    people,
    public,
    publications,
)
