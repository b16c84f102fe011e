"""From a person's words to the webhook, and to an open console, with the embedded worker."""

import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import requests

from bench.table import Figure, percentile, show
from config.playground.client import PersonClient
from config.playground.installation import Account, Installation
from config.playground.receiver import Receiver

SAMPLES = 48
"""Below the fifty rows that the page shows: a later crisis would stand behind them and rightly change nothing."""
PAUSE_SECONDS = 0.15
"""Between samples, so that they do not fall into step with the sweep's pace."""
WORDS = "I can't go on. I have decided to end my life tonight."


@dataclass(slots=True)
class OpenConsole:
    """A moderator's console, as a browser would hold it open: when did its stream last tell of a change?"""

    url: str
    account: Account
    changes: list[float] = field(default_factory=list)

    def open(self) -> None:
        """Sign in and listen."""
        http = requests.Session()
        login = f"{self.url}/admin/login/?next=/admin/console/"
        token = re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"', http.get(login, timeout=10).text
        )
        form = {
            "csrfmiddlewaretoken": token[1] if token else "",
            "username": self.account.username,
            "password": self.account.password,
            "next": "/admin/console/",
        }
        http.post(login, data=form, headers={"Referer": login}, timeout=10).raise_for_status()
        stream = http.get(f"{self.url}/admin/console/events", stream=True, timeout=60)
        stream.raise_for_status()
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def _listen(self, stream: requests.Response) -> None:
        with suppress(requests.RequestException):  # the server stops before we do
            for line in stream.iter_lines(chunk_size=1):
                if line.startswith(b"data:"):
                    self.changes.append(time.monotonic())

    def wait_for_change(self, *, after: float, seconds: float) -> float:
        """When the first change after a moment was told."""
        while time.monotonic() < after + seconds:
            for at in list(self.changes):
                if at > after:
                    return at
            time.sleep(0.002)
        raise TimeoutError(f"the console was not told within {seconds} s")


def measure(vigil: Installation, receiver: Receiver, console: OpenConsole) -> tuple[float, float]:
    """Seconds from one person's words to the webhook, and to the console's stream."""
    person = PersonClient.ready(vigil.url, country="US")
    sent = time.monotonic()
    person.say(WORDS)
    webhook = receiver.wait_for(
        lambda request: (
            request.path == "/alerts" and request.alert["session_id"] == person.session_id
        ),
        seconds=10,
    )
    told = console.wait_for_change(after=sent, seconds=10)
    return webhook.at - sent, told - sent


def main() -> int:
    """Measure a number of crises, one after the other."""
    with Receiver() as receiver:
        variables = {
            "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
            "HUMAN_MODERATOR_ENDPOINT": receiver.url,
            "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
        }
        with Installation(variables) as vigil:
            console = OpenConsole(vigil.url, vigil.accounts["moderator"])
            console.open()
            samples = []
            for _ in range(SAMPLES):
                samples.append(measure(vigil, receiver, console))
                time.sleep(PAUSE_SECONDS)
    webhook, row = [webhook for webhook, _ in samples], [told for _, told in samples]
    return show(
        [
            Figure("words to webhook, p50", percentile(webhook, 50), "s", 0.5),
            Figure("words to webhook, p99", percentile(webhook, 99), "s", 1.5),
            Figure("words to the stream of an open console, p95", percentile(row, 95), "s", 1.0),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
