"""What tests of alerts stand on."""

from collections.abc import Iterator

import pytest

from tests.safety.receiver import Receiver, receiver


@pytest.fixture
def server(settings) -> Iterator[Receiver]:
    """A receiver that SAFETY_ALERT_WEBHOOK points to."""
    with receiver() as running:
        settings.SAFETY_ALERT_WEBHOOK = f"{running.url}/webhook"
        yield running
