"""Every table, gathered for migrations and schema checks."""

from models.tables import base, cases, complaints, deadlines, enterprises, journal, notices, people

metadata = base.metadata
MODULES = (cases, complaints, deadlines, enterprises, journal, notices, people)
