"""Sample is sample: it listens on this machine alone (``product.md`` §4.18)."""

from __future__ import annotations

import pytest

from api.cli.ports import loopback_only
from api.cli.refusals import Stop
from models.settings import Settings

NETWORK = ["0.0.0.0", "::", "192.0.2.7", "example.org", ""]


@pytest.mark.parametrize("host", NETWORK)
def test_a_sample_is_not_opened_to_the_network(host: str) -> None:
    """Any address but this machine's is refused for sample data, naming ``--sample-anyway``."""
    settings = Settings(host=host)
    with pytest.raises(Stop, match="--sample-anyway"):
        loopback_only(settings, sample=True, anyway=False)
    loopback_only(settings, sample=True, anyway=True)
    loopback_only(settings, sample=False, anyway=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_this_machine_is_open_to_a_sample(host: str) -> None:
    """Addresses of this machine are fine."""
    loopback_only(Settings(host=host), sample=True, anyway=False)
