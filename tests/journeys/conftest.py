"""Real processes for journeys: web, worker, a receiver of alerts, and Chromium."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from audit.store.ids import new_id
from config.playground.installation import Installation
from config.playground.receiver import Receiver

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def servers() -> dict[str, str]:
    """The two addresses that switch the production mode on, where the tests run on servers; else nothing."""
    given = {name: os.environ.get(name, "") for name in ("MONGODB_URI", "REDIS_URL")}
    return {**given, "MONGODB_DATABASE": f"journey_{new_id()[-12:]}"} if all(given.values()) else {}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Somebody who receives alerts."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def vigil(receiver: Receiver) -> Iterator[Installation]:
    """An installation that alerts the receiver."""
    variables = {
        "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
        "HUMAN_MODERATOR_ENDPOINT": receiver.url,
        "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
        **servers(),
    }
    with Installation(variables) as installation:
        yield installation


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Real Chromium. Where none is installed the journey is skipped, but never in CI."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: .ci/run installs it")
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
