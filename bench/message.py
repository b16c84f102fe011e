"""POST message with the embedded reply, against a bare view on the same server with as many inserts."""

import json
import subprocess
import sys
import threading
import time
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
    """Answers per second with one thread for each call."""
    until = time.monotonic() + ROUND_SECONDS
    counts = [0] * len(calls)

    def work(number: int) -> None:
        while time.monotonic() < until:
            calls[number]()
            counts[number] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)


def writes_of_one_message() -> dict[str, int]:
    """Count the inserts and the transactions of one message, on the tests' settings."""
    command = [sys.executable, "-m", "bench.counting"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    writes: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return writes


def bare_calls(vigil: Installation) -> list[Call]:
    """Calls to the bare view."""
    writes = writes_of_one_message()
    print(f"one message: {writes['inserts']} inserts in {writes['transactions']} transactions")
    body = json.dumps(writes).encode()
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
    """Measure, round by round, so that a busy moment of the machine touches both."""
    with Installation({"DJANGO_SETTINGS_MODULE": "bench.settings", **UNLIMITED}) as vigil:
        bare, message = bare_calls(vigil), message_calls(vigil)
        rates = [(throughput(bare), throughput(message)) for _ in range(ROUNDS)]
    for bare_rate, message_rate in rates:
        print(f"bare view {bare_rate:7.1f}/s   message {message_rate:7.1f}/s")
    ratio = sum(rate for _, rate in rates) / sum(rate for rate, _ in rates)
    return show([Figure("message against a bare view, throughput", ratio, "", 0.5, least=True)])


if __name__ == "__main__":
    raise SystemExit(main())
