"""Citizen and staff on one application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.public.conftest import Citizen
from tests.conftest import Clock, serving
from tests.factories import World


@pytest.fixture
def citizen(world: World, clock: Clock, tmp_path: Path) -> Iterator[Citizen]:
    """A citizen whose application serves the staff too."""
    with serving(world, clock, tmp_path, face="all") as client:
        yield Citizen(client)
