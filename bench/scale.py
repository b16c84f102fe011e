"""What a message and the pages cost while the database grows: time at the server, and the number of questions.

python -m bench.scale                10 000 and 100 000 stored messages
python -m bench.scale --scale        and 1 000 000: takes minutes, and some gigabytes of disk or memory

Filling takes long enough for a shared machine to change its pace. So `/readyz`, which asks the database one question
that no number of messages changes, is measured among the others, and growth is told against it.
"""

import gc
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["MONGODB_DATABASE"] = f"bench_{secrets.token_hex(4)}"
for limit in ("SOFT_MESSAGES_PER_MINUTE", "FLOOD_MESSAGES_PER_MINUTE", "REQUESTS_PER_MINUTE"):
    os.environ[limit] = "100000000"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import stack
from bench.filling import Filler
from bench.table import Figure, percentile, show
from chat.tokens import issue_access
from config.serving import RUBBISH_OBJECTS
from tests.factories import make_incident, make_message, make_person, make_session, make_staff

STAGES = (10_000, 100_000)
LARGE_STAGE = 1_000_000
REPEATS = 60
WARMING = 10
QUIET_PERCENT = 25
"""The quarter of the times that nothing else on the machine disturbed."""
FLAT = 1.2
PACE = "readyz"
WORDS = "I slept badly again and work is a lot right now, but the walk helped a little."
OWN_SESSIONS, OWN_MESSAGES, OPEN_INCIDENTS = 20, 60, 60


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing at one size.

    Args:
        milliseconds: at the server.
        questions: to the database.
    """

    milliseconds: float
    questions: int


@dataclass(slots=True)
class Requests:
    """What is asked again and again: by one person with some sessions, and by staff with a queue of usual length."""

    client: Client = field(default_factory=lambda: Client(SERVER_NAME="localhost"))
    moderator: Client = field(default_factory=lambda: _signed_in("moderator"))
    compliance: Client = field(default_factory=lambda: _signed_in("compliance"))

    def all(self) -> dict[str, Callable[[], None]]:
        """A caller of each, for people and rows of their own at each stage."""
        person = make_person(country="US")
        sessions = [make_session(person) for _ in range(OWN_SESSIONS)]
        for _ in range(OWN_MESSAGES):
            make_message(sessions[0])
        token = issue_access(subject=person.subject, now=timezone.now())
        bearer = {"Authorization": f"Bearer {token}"}
        messages = f"/api/v1/sessions/{sessions[0].pk}/messages"

        def say() -> None:
            path = f"/api/v1/sessions/{sessions[1].pk}/messages"
            answer = self.client.post(
                path, {"text": WORDS}, content_type="application/json", headers=bearer
            )
            assert answer.status_code == 201, answer.content

        def get(client: Client, path: str, headers: dict[str, str] | None = None) -> None:
            answer = client.get(path, headers=headers)
            assert answer.status_code == 200, answer.status_code

        audit = f"/admin/audit/?target=person:{person.pk}"
        return {
            PACE: lambda: get(self.client, "/readyz"),
            "POST message": say,
            "session list": lambda: get(self.client, "/api/v1/sessions", bearer),
            "messages page": lambda: get(self.client, messages, bearer),
            "queue page": lambda: get(self.moderator, "/admin/console/"),
            "audit search, a person": lambda: get(self.compliance, audit),
            "audit search, an action": lambda: get(
                self.compliance, "/admin/audit/?action=chat.message"
            ),
        }


def _signed_in(role: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(make_staff(role))
    return client


def measure(calls: dict[str, Callable[[], None]]) -> dict[str, Measured]:
    """Each in turn, again and again, so that a busy moment touches all of them."""
    questions = {}
    for name, call in calls.items():
        for _ in range(WARMING):
            call()
        with CaptureQueriesContext(connection) as captured:
            call()
        questions[name] = len(captured)
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(REPEATS):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - began) * 1000)
    return {
        name: Measured(percentile(times[name], QUIET_PERCENT), questions[name]) for name in calls
    }


def figures(stages: dict[int, dict[str, Measured]]) -> list[Figure]:
    """What the largest costs against the smallest, and how many more questions it asks."""
    smallest, *_, largest = stages.values()
    pace = largest[PACE].milliseconds / smallest[PACE].milliseconds
    print(f"the machine's pace: {pace:.2f} of the time at the beginning")
    found = []
    for name, before in smallest.items():
        after = largest[name]
        growth = after.milliseconds / before.milliseconds / pace
        found += [
            Figure(f"{name}, growth", growth, "", FLAT),
            Figure(f"{name}, questions more", after.questions - before.questions, "", 0),
        ]
    return found


def main() -> int:
    """Fill, measure, fill on."""
    gc.set_threshold(
        RUBBISH_OBJECTS, 20, 50
    )  # as the web process: else the first stage looks for cycles more often
    call_command("migrate", verbosity=0)
    requests, filler = Requests(), Filler()
    for _ in range(OPEN_INCIDENTS):
        make_incident()
    stages = {}
    for size in (*STAGES, *([LARGE_STAGE] if "--scale" in sys.argv else [])):
        began = time.monotonic()
        filler.fill_to(size)
        print(f"{stack.name()}: {size} messages, filled in {time.monotonic() - began:.0f} s")
        stages[size] = measure(requests.all())
        for name, measured in stages[size].items():
            print(f"  {name:<26}{measured.milliseconds:8.2f} ms {measured.questions:4} questions")
        sys.stdout.flush()
    return show(figures(stages))


if __name__ == "__main__":
    raise SystemExit(main())
