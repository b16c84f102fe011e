"""The console in a real browser, over a real ASGI server: live, by keyboard, at 360 pixels, and without barriers."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.env import ROOT
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
CHROMIUM = os.environ.get("VIGIL_CHROMIUM") or shutil.which("chromium") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

GAP = """incident => {
  const row = document.querySelector(`[data-incident="${incident}"]`);
  const due = row.querySelector(".due");
  due.textContent = "overdue by 10:00:00";
  return due.getBoundingClientRect().left - row.querySelector(".severity").getBoundingClientRect().right;
}"""
"""Between badge and time limit, in one step: the page may swap its rows between two."""


class Served:
    """Vigil on a port of its own, and the way to make things happen in it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.moderation.served", str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self.process.stdout
        return str(self.process.stdout.readline().strip())

    def do(self, command: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self._answer()

    def stop(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Served(port)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium, and CI must have one")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    contexts = []
    complaints: list[str] = []

    def open_one(**options: Any) -> Page:
        context = browser.new_context(base_url=served.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _hear(said, complaints))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def _hear(said: Any, complaints: list[str]) -> None:
    if "Content Security Policy" in said.text:
        complaints.append(said.text)


def sign_in(page: Page, name: str) -> None:
    page.goto("/admin/login/?next=/admin/console/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#queue")).to_be_visible()


@pytest.fixture
def moderator(served: Served, request: pytest.FixtureRequest) -> str:
    name = f"mod-{abs(hash(request.node.name)) % 10**8}"
    served.do(f"staff moderator {name}")
    return name


def row(page: Page, incident_id: str) -> Any:
    return page.locator(f'[data-incident="{incident_id}"]')


def violations(page: Page) -> list[Any]:
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]


def test_a_new_crisis_appears_within_a_second_without_reloading(open_page, served, moderator):
    page = open_page()
    sign_in(page, moderator)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.evaluate("window.stayed = true")
    incident = served.do("incident crisis I have decided. Tonight.")
    expect(row(page, incident)).to_be_visible(timeout=1500)
    assert page.evaluate("window.stayed")
    assert "crisis" in page.title()


def test_without_the_stream_the_page_says_so_and_polls(open_page, served, moderator):
    page = open_page()
    page.route("**/admin/console/events**", lambda route: route.abort())
    sign_in(page, moderator)
    expect(page.locator("#live")).to_contain_text("Not live")
    incident = served.do("incident warning I keep thinking about it. No plan.")
    expect(row(page, incident)).to_be_visible(timeout=4000)


def test_claimed_by_one_the_row_leaves_the_other_and_names_the_owner(open_page, served, moderator):
    served.do("staff moderator other-one")
    incident = served.do("incident warning Nobody would mind. Really.")
    first, second = open_page(), open_page()
    sign_in(first, moderator)
    sign_in(second, "other-one")
    stale = second.locator(f'[data-incident="{incident}"] form').evaluate("form => form.action")
    row(first, incident).locator("[data-action=claim]").click()
    first.wait_for_url("**/incidents/**")
    expect(row(second, incident)).to_contain_text(f"claimed by {moderator}")
    answer = second.evaluate(
        """async (url) => {
            const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
            const headers = {'X-CSRFToken': token, Accept: 'application/json'};
            const answer = await fetch(url, {method: 'POST', headers});
            return [answer.status, await answer.json()];
        }""",
        stale,
    )
    assert answer[0] == 409
    assert answer[1]["owner"] == moderator


def test_a_case_by_keyboard_from_claim_to_resolved(open_page, served, moderator):
    page = open_page()
    incident = served.do("incident crisis I wrote the letters. It ends tonight.")
    sign_in(page, moderator)
    page.goto(f"/admin/console/incidents/{incident}/")
    expect(page.get_by_text("Masked.")).to_be_visible()
    page.locator("[data-action=claim]").click()
    expect(page.locator("mark")).to_have_text("I wrote the letters")
    expect(page.locator("#reply-text")).to_be_disabled()
    page.keyboard.press("h")
    expect(page.locator("#reply-text")).to_be_enabled()
    page.keyboard.press("r")
    page.keyboard.type("I am here, a human.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line-human .words")).to_have_text("I am here, a human.")
    page.locator("#reply-text").blur()
    page.keyboard.press("x")
    expect(page.locator("#id_outcome")).to_be_focused()
    page.select_option("#id_outcome", "supported_in_chat")
    page.select_option("#id_detection", "true")
    page.locator("[data-action=resolve]").click()
    page.wait_for_url("**/admin/console/")
    expect(row(page, incident)).to_have_count(0)


def test_a_new_message_appears_in_the_open_transcript(open_page, served, moderator):
    page = open_page()
    incident = served.do("incident crisis I cannot stay. Goodbye.")
    sign_in(page, moderator)
    page.goto(f"/admin/console/incidents/{incident}/")
    page.locator("[data-action=claim]").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.fill("#note-text", "half a note")
    session = page.locator("#incident").get_attribute("data-events").partition("=")[2]
    served.do(f"say {session} Are you still there?")
    expect(page.locator(".transcript")).to_contain_text("Are you still there?")
    assert page.input_value("#note-text") == "half a note"


def test_an_open_page_tells_by_itself_that_the_person_erased_their_data(
    open_page, served, moderator
):
    page = open_page(viewport={"width": 360, "height": 740})
    incident = served.do("incident crisis I cannot stay. Goodbye.")
    sign_in(page, moderator)
    page.goto(f"/admin/console/incidents/{incident}/")
    page.locator("[data-action=claim]").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator(".transcript")).to_contain_text("I cannot stay.")
    session = page.locator("#incident").get_attribute("data-events").partition("=")[2]
    served.do(f"erase {session} .")
    expect(page.locator("[data-erased]")).to_contain_text("The person has erased their data.")
    expect(page.locator("#moved")).to_be_visible()
    expect(page.locator("#transcript")).not_to_contain_text("I cannot stay.")
    page.reload()
    expect(page.locator("[data-action=reply]")).to_have_count(0)
    assert violations(page) == []
    page.goto("/admin/console/")
    expect(row(page, incident).locator("[data-erased]")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_on_a_phone_the_longest_badge_keeps_off_the_time_limit(open_page, served, moderator):
    page = open_page(viewport={"width": 360, "height": 740})
    incident = served.do("incident unknown Nobody judged this. Hello.")
    sign_in(page, moderator)
    expect(row(page, incident)).to_be_visible()
    page.wait_for_load_state("load")  # the row may be there before the style sheet is
    assert page.evaluate(GAP, incident) >= 8


def test_the_console_works_without_script(open_page, served, moderator):
    page = open_page(java_script_enabled=False)
    incident = served.do("incident crisis Nothing helps. I will do it.")
    sign_in(page, moderator)
    expect(page.get_by_text("Not live: reload the page")).to_be_visible()
    row(page, incident).locator("[data-action=claim]").click()
    page.locator("[data-action=take-over]").click()
    page.fill("#reply-text", "I am here.")
    page.locator("[data-action=reply]").click()
    expect(page.locator(".line-human .words")).to_have_text("I am here.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_and_none_is_wider_than_a_phone(open_page, served, moderator, scheme):
    page = open_page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    text = "<b>x</b> \u202eabc " + "x" * 500 + "."
    incident = served.do(f"incident crisis {text}")
    page.goto("/admin/login/")
    assert violations(page) == []
    sign_in(page, moderator)
    for path in ("/admin/", "/admin/console/", f"/admin/console/incidents/{incident}/"):
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("[data-action=claim]").click()
    page.locator("[data-action=take-over]").click()
    expect(page.locator("#reply-text")).to_be_enabled()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.set_viewport_size({"width": 1280, "height": 900})
    assert violations(page) == []
