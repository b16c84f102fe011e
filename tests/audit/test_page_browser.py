"""The page of the record in a real browser: accessible in light and dark, and readable on a telephone."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from audit.actors import Actor
from audit.services import number_events, record
from audit.store.ids import new_id
from audit.store.transactions import transactional
from moderation.models import StaffUser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def cookie(client: Client) -> str:
    """A signed-in officer's cookie, with events to look at; all rows are written before the browser runs."""
    client.force_login(StaffUser.objects.create_superuser("officer"))
    for _ in range(3):
        _record()
    number_events()
    _record()
    return client.cookies["sessionid"].value


@transactional
def _record() -> None:
    record(
        "safety.incident:opened",
        actor=Actor.person(new_id(), new_id()),
        target=("incident", new_id()),
        person_id=new_id(),
        now=datetime.now(UTC),
        details={"severity": "crisis", "triggers": ["suicide_plan", "goodbye"], "alerts": 2},
    )


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360)], ids=str)
def page(request, cookie: str, live_server) -> Iterator[Page]:
    if not Path(CHROMIUM).exists() and "CI" not in os.environ:
        pytest.skip("no Chromium here")
    scheme, width = request.param
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        yield page
        browser.close()


def test_the_page_has_no_barriers_and_breaks_no_policy(page: Page, live_server) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{live_server.url}/admin/audit/?action=safety.")
    assert page.get_by_role("table", name="events, newest first").is_visible()
    if folder := os.environ.get("VIGIL_SCREENSHOTS"):
        size = page.viewport_size
        assert size
        page.screenshot(path=Path(folder) / f"audit-{size['width']}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    barriers = [
        (barrier["id"], [node["html"][:200] for node in barrier["nodes"]]) for barrier in found
    ]
    assert barriers == []
    assert complaints == []
    wider = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wider
