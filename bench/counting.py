"""How much one message writes: counted, not guessed. Prints it as JSON, from a process of its own on SQLite."""

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
for server in ("MONGODB_URI", "REDIS_URL"):
    os.environ.pop(server, None)  # the rows and the transactions are the same ones there

import django

django.setup()

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import ChatSession
from chat.tokens import issue_access
from tests.factories import make_session


def say(client: Client, session: ChatSession, text: str) -> None:
    """Send a message as the person would."""
    token = issue_access(subject=session.person.subject, now=timezone.now())
    answer = client.post(
        f"/api/v1/sessions/{session.pk}/messages",
        {"text": text},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content


def rows() -> int:
    """How many rows the tables of a message hold."""
    return sum(
        model._default_manager.count()
        for app in ("chat", "safety", "audit")
        for model in apps.get_app_config(app).get_models()
    )


def main() -> None:
    """Count the rows and commits of an ordinary message that is not the session's first."""
    call_command("migrate", verbosity=0)
    client, session = Client(SERVER_NAME="localhost"), make_session()
    say(client, session, "Hello.")
    before = rows()
    with CaptureQueriesContext(connection) as captured:
        say(
            client,
            session,
            "I slept badly again and work is a lot right now, but the walk helped a little.",
        )
    verbs = [query["sql"].split(None, 1)[0].upper() for query in captured]
    counts = {
        "inserts": rows() - before,  # several rows of one statement are several
        "transactions": verbs.count("COMMIT"),
        "statements": len(verbs) - verbs.count("BEGIN") - verbs.count("COMMIT"),
    }
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
