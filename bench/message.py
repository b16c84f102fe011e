"""POST message with the embedded reply, against a bare view on the same server with as many inserts.

The bare view is measured twice: as Django writes by itself, each insert committed on its own, which the target is set
against; and with its inserts grouped into as many commits as the message has, which tells what our own work costs.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.table import Figure, show
from config.env import ROOT
from config.playground.client import PersonClient
from config.playground.installation import Installation

CLIENTS = 4
ROUNDS = 3
ROUND_SECONDS = 4.0
WORDS = "I slept badly again and work is a lot right now, but the walk helped a little."
UNLIMITED = dict.fromkeys(
    ("SOFT_MESSAGES_PER_MINUTE", "FLOOD_MESSAGES_PER_MINUTE", "REQUESTS_PER_MINUTE"), "100000000"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A POST that is made again and again over one connection."""

    connection: HTTPConnection
    path: str
    body: bytes
    headers: dict[str, str]

    def __call__(self) -> None:
        """Make it once; anything but 201 ends the bench."""
        self.connection.request("POST", self.path, self.body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{self.path} answered {answer.status}")


def throughput(calls: list[Call]) -> float:
    """Answers per second with one thread for each call; a call that fails ends the bench."""
    until = time.monotonic() + ROUND_SECONDS

    def work(call: Call) -> int:
        call.connection.close()  # the server has hung up meanwhile
        count = 0
        while time.monotonic() < until:
            call()
            count += 1
        return count

    began = time.monotonic()
    with ThreadPoolExecutor(len(calls)) as pool:
        answers = sum(pool.map(work, calls))
    return answers / (time.monotonic() - began)


def writes_of_one_message() -> dict[str, int]:
    """Count the inserts and the transactions of one message, on the tests' settings."""
    command = [sys.executable, "-m", "bench.counting"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    writes: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return writes


def bare_calls(vigil: Installation, *, inserts: int, transactions: int) -> list[Call]:
    """Calls to the bare view."""
    body = json.dumps({"inserts": inserts, "transactions": transactions}).encode()
    headers = {"Content-Type": "application/json"}
    return [Call(_connect(vigil), "/bench/bare", body, headers) for _ in range(CLIENTS)]


def message_calls(vigil: Installation) -> list[Call]:
    """Calls that say something, each in a session of its own."""
    calls = []
    for _ in range(CLIENTS):
        person = PersonClient.ready(vigil.url, country="US")
        headers = {"Content-Type": "application/json", "Authorization": person.authorization}
        path = f"/api/v1/sessions/{person.session_id}/messages"
        calls.append(Call(_connect(vigil), path, json.dumps({"text": WORDS}).encode(), headers))
    return calls


def _connect(vigil: Installation) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", vigil.port, timeout=60)


def main() -> int:
    """Measure, round by round, so that a busy moment of the machine touches all three."""
    writes = writes_of_one_message()
    inserts, transactions = writes["inserts"], writes["transactions"]
    print(f"one message: {inserts} inserts in {transactions} transactions")
    with Installation({"DJANGO_SETTINGS_MODULE": "bench.settings", **UNLIMITED}) as vigil:
        plain = bare_calls(vigil, inserts=inserts, transactions=inserts)
        grouped = bare_calls(vigil, inserts=inserts, transactions=transactions)
        message = message_calls(vigil)
        rates = [
            tuple(throughput(calls) for calls in (plain, grouped, message)) for _ in range(ROUNDS)
        ]
    for plain_rate, grouped_rate, message_rate in rates:
        print(
            f"bare {plain_rate:6.1f}/s   bare, grouped {grouped_rate:6.1f}/s   message {message_rate:6.1f}/s"
        )
    plain_sum, grouped_sum, message_sum = (sum(column) for column in zip(*rates, strict=True))
    print(f"message against a bare view with grouped inserts: {message_sum / grouped_sum:.2f}")
    ratio = message_sum / plain_sum
    return show([Figure("message against a bare view, throughput", ratio, "", 0.5, least=True)])


if __name__ == "__main__":
    raise SystemExit(main())
