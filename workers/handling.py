"""What a worker does with work items that need more than the database: the data folder is at hand."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from models.files import erasures_log
from models.files.store import FOLDER, FolderStore
from models.operations.evidence import sweeps as evidence_sweeps
from models.operations.identity import erasing
from models.operations.identity.forgetting import Forgetter
from workers.schedule import HANDLERS, Handler


def handlers_in(folder: Path) -> dict[str, Handler]:
    """What a worker can do with the data folder at hand."""
    store = FolderStore(folder / FOLDER)
    forget = Forgetter(store, erasures_log.path_in(folder))
    return {**HANDLERS, erasing.KIND: forget, evidence_sweeps.KIND: partial(evidence_sweeps.sweep, store)}
