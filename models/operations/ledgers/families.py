"""Gone: use ``act.law.families(unit_ids)`` (models/domain/law.py); this file is removed soon."""
