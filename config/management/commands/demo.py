"""`manage.py demo`: a conversation that escalates, on a throw-away installation, step by step with times."""

import sys
import textwrap
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.playground.client import PersonClient
from config.playground.installation import Installation
from config.playground.receiver import Received, Receiver

MESSAGES = (
    "Hi. I slept badly again, and work is just a lot right now.",
    "My sister doesn't call any more. I feel like a burden to everyone.",
    "Lately I keep thinking about killing myself.",
    "I can't do this any longer. I am going to end my life tonight.",
)
"""Invented: ordinary distress, concern, warning, crisis."""
ALERT_WITHIN_SECONDS = 10
WIDTH = 100


class Command(BaseCommand):
    """Plays the person, receives the alerts, and shows what each side saw."""

    help = "Play a conversation that escalates, against real processes on a temporary folder."

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        self._began = time.monotonic()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one option."""
        parser.add_argument("--stay", action="store_true", help="leave it running until Ctrl-C")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Play."""
        self._tell("Starting web, worker and a receiver of alerts on a temporary folder ...")
        with Receiver() as receiver, Installation(_variables(receiver)) as vigil:
            self._tell(f"Ready: {vigil.url}")
            self._play(PersonClient(vigil.url), receiver)
            self._tell_where_to_look(vigil)
            if options["stay"]:
                _stay(vigil)
            elif sys.stdin.isatty():
                self._wait_for_enter()
        self._tell("Everything that the demo started is stopped, and its data are gone.")

    def _play(self, person: PersonClient, receiver: Receiver) -> None:
        person.register(user_name="Sam", country="US")
        self._tell("A person registers. They are told, and accept:")
        self._show(", ".join(person.accept_documents()))
        person.begin_session()
        for text in MESSAGES:
            self._say(person, text, receiver)

    def _say(self, person: PersonClient, text: str, receiver: Receiver) -> None:
        self._tell(f"The person writes: {text}")
        known = len(receiver.requests)
        sent = time.monotonic()
        turn = person.say(text)
        elapsed_ms = (time.monotonic() - sent) * 1000
        self._tell_turn(turn, elapsed_ms)
        self._tell_alerts(turn["safety"]["level"], receiver, known, sent)

    def _tell_turn(self, turn: dict[str, Any], elapsed_ms: float) -> None:
        safety = turn["safety"]
        triggers = ", ".join(safety["triggers"]) or "no triggers"
        self._tell(
            f"Answered in {elapsed_ms:.0f} ms. Level {safety['level']} ({triggers}). The person sees:"
        )
        self._show(turn["reply"]["text"] if turn["reply"] else "(a human answers)")
        if safety["show_resources"]:
            lines = [
                f"{item['name']}: {item['phone'] or item['sms'] or item['url']}"
                for item in safety["resources"]
            ]
            self._show("Help that is shown: " + "; ".join(lines))

    def _tell_alerts(self, level: str, receiver: Receiver, known: int, sent: float) -> None:
        expected = {"warning": 1, "unknown": 1, "crisis": 2}.get(level, 0)
        until = time.monotonic() + ALERT_WITHIN_SECONDS
        while len(receiver.requests) < known + expected and time.monotonic() < until:
            time.sleep(0.02)
        for received in receiver.requests[known:]:
            self._tell_alert(received, sent)
        if len(receiver.requests) < known + expected:
            self._tell(
                f"Fewer alerts than the {expected} expected arrived within {ALERT_WITHIN_SECONDS} s."
            )

    def _tell_alert(self, received: Received, sent: float) -> None:
        alert = received.alert
        at_once = (
            "needs attention at once" if alert["requires_immediate_attention"] else "for the queue"
        )
        self._tell(
            f"Alert at {received.path}, {(received.at - sent) * 1000:.0f} ms after the words were sent: "
            f"{alert['severity']}, {at_once}, incident {alert['incident_id']}"
        )

    def _tell_where_to_look(self, vigil: Installation) -> None:
        self._tell(
            "The incident waits in the moderators' queue; every step of it is on the audit record."
        )
        self._show(f"Console  {vigil.url}/admin/console/\nAudit    {vigil.url}/admin/audit/")
        for account in vigil.accounts.values():
            self._show(f"{account.role}: sign in as {account.username} with {account.password}")

    def _wait_for_enter(self) -> None:
        """Somebody watches: what they were just told of must not vanish before they have looked."""
        self._tell("It keeps running so that you can look. Press Enter to stop everything ...")
        try:
            sys.stdin.readline()
        except KeyboardInterrupt:
            return

    def _tell(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self._began:7.2f} s  {text}")

    def _show(self, text: str) -> None:
        for paragraph in text.splitlines():
            for line in textwrap.wrap(paragraph, WIDTH - 13):
                self.stdout.write(f"           | {line}")


def _variables(receiver: Receiver) -> dict[str, str]:
    return {
        "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
        "HUMAN_MODERATOR_ENDPOINT": receiver.url,
        "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
    }


def _stay(vigil: Installation) -> None:
    try:
        vigil.wait()
    except KeyboardInterrupt:
        return
