"""The main job, end to end: from registering to a resolved incident and an exported, verified record."""

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from config.playground.client import Listening, PersonClient
from config.playground.installation import Account, Installation
from config.playground.receiver import Received, Receiver

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

MARKER = "zebra-lantern-4711"
NAME_MARKER = "Quillon-Vesper"
CRISIS = f"I can't go on. I have decided to end my life tonight. {MARKER}"
HUMAN_REPLY = f"I am Robin, a human, and I am here with you now. {MARKER}"
NOTE = f"Sounds determined; stay close. {MARKER}"
ROW_WITHIN_SECONDS = 1.0
ALERT_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Words:
    """What came of the person's crisis message."""

    answer: dict[str, Any]
    sent_at: float


def sign_in(page: Page, vigil: Installation, account: Account) -> None:
    page.goto(f"{vigil.url}/admin/login/?next=/admin/console/")
    page.fill("input[name=username]", account.username)
    page.fill("input[name=password]", account.password)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/console/")


def act(page: Page, action: str) -> None:
    page.locator(f"[data-action={action}]").first.click()


def incident_of(received: Received) -> str:
    return str(received.alert["incident_id"])


@pytest.fixture(scope="module")
def person(vigil: Installation) -> PersonClient:
    return PersonClient.ready(vigil.url, user_name=NAME_MARKER, country="GB")


@pytest.fixture(scope="module")
def stream(person: PersonClient) -> Listening:
    return person.listen()


def test_the_main_job(
    vigil: Installation,
    receiver: Receiver,
    person: PersonClient,
    stream: Listening,
    browser: Browser,
):
    page = browser.new_page()
    sign_in(page, vigil, vigil.accounts["moderator"])

    ordinary = person.say("Hello. Work has been a lot lately.")
    assert ordinary["safety"]["level"] in {"none", "low"}
    assert ordinary["reply"]["text"]
    assert receiver.requests == []

    words = say_the_crisis(person)
    incident = see_the_row_at_once(page, person, words)
    check_the_alerts(receiver, vigil, incident, words)

    take_over_and_answer(page, incident)
    hear_the_human(stream, person)
    resolve(page, incident)
    assert person.get(f"/sessions/{person.session_id}")["handled_by"] == "ai"

    check_the_record(vigil, incident)
    find_the_marker_nowhere(vigil)


def say_the_crisis(person: PersonClient) -> Words:
    sent_at = time.monotonic()
    answer = person.say(CRISIS, key="the-crisis")
    assert answer["safety"]["level"] == "crisis"
    assert answer["safety"]["score"] == 4
    assert answer["safety"]["resources"]
    assert answer["reply"]["author"] in {"system", "ai"}
    again = person.say(CRISIS, key="the-crisis")
    assert again["message"]["id"] == answer["message"]["id"]
    return Words(answer, sent_at)


def see_the_row_at_once(page: Page, person: PersonClient, words: Words) -> str:
    row = page.locator("[data-incident][data-severity=crisis]").first
    row.wait_for(state="visible", timeout=ROW_WITHIN_SECONDS * 1000)
    assert MARKER not in page.content(), "the queue shows no words"
    return row.get_attribute("data-incident") or ""


def check_the_alerts(receiver: Receiver, vigil: Installation, incident: str, words: Words) -> None:
    secret = vigil.variable("WEBHOOK_SIGNING_SECRET")
    for path in ("/alerts", "/crisis-alert"):
        received = receiver.wait_for_path(path, seconds=ALERT_WITHIN_SECONDS)
        received.check_signature(secret)
        assert incident_of(received) == incident
        assert received.alert["severity"] == "crisis"
        assert received.alert["message_content"] == CRISIS
        assert received.alert["requires_immediate_attention"] is True
        assert received.at - words.sent_at < ALERT_WITHIN_SECONDS
    page_alert = receiver.wait_for_path("/crisis-alert", seconds=0.1).alert
    assert page_alert["priority"] == "IMMEDIATE"
    assert page_alert["action_required"] == "Human intervention needed"
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 2


def take_over_and_answer(page: Page, incident: str) -> None:
    page.locator(f"[data-incident='{incident}'] [data-action=claim]").first.click()
    page.wait_for_url(f"**/incidents/{incident}/**")
    expect(page.get_by_text(MARKER).first).to_be_visible()
    act(page, "take-over")
    reply = page.locator("form:has([data-action=reply]) textarea").first
    expect(reply).to_be_enabled()
    reply.fill(HUMAN_REPLY)
    act(page, "reply")
    expect(page.get_by_text("I am Robin").first).to_be_visible()
    page.locator("form:has([data-action=note]) textarea").first.fill(NOTE)
    act(page, "note")
    expect(page.get_by_text("Sounds determined").first).to_be_visible()
    page.locator("h1").first.click()  # out of the box, so that keys are commands again


def hear_the_human(stream: Listening, person: PersonClient) -> None:
    stream.wait_for("handled_by", seconds=5, handled_by="human")
    heard = stream.wait_for("message", seconds=5, author="human")
    assert heard.data["text"] == HUMAN_REPLY
    answer = person.say("Thank you for being here.")
    assert answer["handled_by"] == "human"
    assert answer["reply"] is None


def resolve(page: Page, incident: str) -> None:
    page.keyboard.press("x")
    form = page.locator("form:has([data-action=resolve])").first
    form.locator("[name=outcome]").first.select_option("user_connected_to_crisis_counselor")
    detection = form.locator("[name=detection]").first
    if detection.evaluate("element => element.tagName") == "SELECT":
        detection.select_option("true")
    else:
        form.locator("[name=detection][value=true]").check()
    act(page, "resolve")
    page.goto(re.sub(r"/admin/.*", "/admin/console/", page.url))
    expect(page.locator(f"[data-incident='{incident}']")).to_have_count(0)


def check_the_record(vigil: Installation, incident: str) -> None:
    export = vigil.folder / "record.jsonl"
    exported = vigil.manage("export_audit", "--format", "jsonl", "--output", str(export))
    assert exported.returncode == 0, exported.stderr
    events = [json.loads(line) for line in export.read_text().splitlines()]
    actions = {event["action"] for event in events}
    assert {"safety.incident:opened", "moderation.transcript:read"} <= actions
    assert any(event["target"] == f"incident:{incident}" for event in events)
    verified = vigil.manage("verify_audit", str(export))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    spoil(export)
    assert vigil.manage("verify_audit", str(export)).returncode == 1
    export.unlink()


def spoil(export: Path) -> None:
    lines = export.read_text().splitlines()
    middle = len(lines) // 2
    lines[middle] = (
        lines[middle].replace('"action": "', '"action": "x').replace('"action":"', '"action":"x')
    )
    export.write_text("\n".join(lines) + "\n")


def find_the_marker_nowhere(vigil: Installation) -> None:
    metrics = requests.get(f"{vigil.url}/metrics", timeout=5).content
    kept = {path: path.read_bytes() for path in vigil.folder.rglob("*") if path.is_file()}
    kept[Path("metrics")] = metrics
    assert b"vigil_messages_total" in metrics
    assert "MONGODB_URI" in vigil.environment or vigil.database_file in kept
    for path, content in kept.items():
        for marker in (MARKER, NAME_MARKER):
            assert marker.encode() not in content, path
