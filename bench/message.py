"""POST message with the embedded reply, against a bare view on the same server and stack with as many inserts.

The bare view is measured three times: as Django writes by itself, each insert committed by the database on its own;
each in a transaction of ours; and grouped into as many of them as the message has, which tells what our own work costs.
The target is set against the faster of the first two: several writers get in each other's way on SQLite without ours.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

from bench import stack
from bench.table import Figure, show
from config.env import ROOT
from config.playground.client import PersonClient
from config.playground.installation import Installation

CLIENTS = 4
ROUNDS = 10
ROUND_SECONDS = 1.2
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
    """Measure, round by round, so that a busy moment of the machine touches all of them."""
    writes = writes_of_one_message()
    inserts, transactions = writes["inserts"], writes["transactions"]
    print(
        f"{stack.name()}: one message is {writes['statements']} statements, "
        f"{inserts} inserted rows and {transactions} transactions"
    )
    with stack.installation({"DJANGO_SETTINGS_MODULE": "bench.settings", **UNLIMITED}) as vigil:
        measured = {
            "bare": bare_calls(vigil, inserts=inserts, transactions=0),
            "bare, a transaction each": bare_calls(vigil, inserts=inserts, transactions=inserts),
            "bare, grouped": bare_calls(vigil, inserts=inserts, transactions=transactions),
            "message": message_calls(vigil),
        }
        rounds = [
            {name: throughput(calls) for name, calls in measured.items()} for _ in range(ROUNDS)
        ]
    return report(rounds)


def report(rounds: Sequence[Mapping[str, float]]) -> int:
    """Print the rates and ratios.

    Returns:
        An exit code: 1 when the target was missed.
    """
    total = {name: sum(rates[name] for rates in rounds) for name in rounds[0]}
    for name, rate in total.items():
        ratios = sorted(rates["message"] / rates[name] for rates in rounds)
        print(
            f"{name:<26}{rate / len(rounds):8.1f}/s   message against it {total['message'] / rate:.2f}, "
            f"round by round {ratios[0]:.2f} to {ratios[-1]:.2f}"
        )
    ratio = total["message"] / max(total["bare"], total["bare, a transaction each"])
    return show([Figure("message against a bare view, throughput", ratio, "", 0.5, least=True)])


if __name__ == "__main__":
    raise SystemExit(main())
