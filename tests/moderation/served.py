"""Vigil on a port of its own over a fresh database, for browser tests: `python -m tests.moderation.served PORT`.

It obeys `staff ROLE NAME`, `incident LEVEL TEXT`, `say SESSION TEXT` and `erase SESSION .` on standard input,
each with a line of answer.
"""

import os
import sys
import threading
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["SIGN_INS_PER_MINUTE"] = "100"  # every test signs in, from one address

import django

django.setup()

import uvicorn  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from chat.models import Author, ChatSession  # noqa: E402
from chat.services.leaving import erase_person  # noqa: E402
from config.asgi import application  # noqa: E402
from moderation.services.erasing import erase_staff_words  # noqa: E402
from safety.engine.protocol import Finding, Verdict  # noqa: E402
from safety.levels import Level  # noqa: E402
from safety.models import AssessedKind, Incident  # noqa: E402
from safety.services.checking import Checked  # noqa: E402
from safety.services.incidents import Subject, record_assessment  # noqa: E402
from tests.factories import (  # noqa: E402
    SYSTEM,
    make_incident,
    make_message,
    make_session,
    make_staff,
)

TRIGGERS = {
    Level.CRISIS: "suicide_plan",
    Level.WARNING: "self_harm",
    Level.UNKNOWN: "check_failed",
}


def _staff(role: str, name: str) -> str:
    return str(make_staff(role, name).pk)


def _incident(level: str, text: str) -> str:
    session = make_session()
    make_message(session, "Hello. I am here for you.", author=Author.AI)
    incident = make_incident(session, level=Level(level), text=text)
    trigger = TRIGGERS[Level(level)]
    Incident.objects.filter(pk=incident.pk).update(triggers=[trigger])
    finding = Finding(trigger, Level(level), "rules", f"{trigger}.stated", (0, text.find(".")), 0.9)
    subject = Subject(incident.person_id, session.pk, incident.message_id, text, "GB", 0, 2)
    record_assessment(
        kind=AssessedKind.MESSAGE,
        checked=Checked(Verdict(Level(level), (trigger,), 0.9, (finding,), "rules-2026.11"), 1.0),
        subject=subject,
        now=timezone.now(),
    )
    return str(incident.pk)


def _say(session_id: str, text: str) -> str:
    return str(make_message(ChatSession.objects.get(pk=session_id), text).pk)


def _erase(session_id: str, _: str) -> str:
    person = ChatSession.objects.get(pk=session_id).person
    erase_person(person=person, actor=SYSTEM, now=timezone.now())
    return str(erase_staff_words(now=timezone.now()))


COMMANDS: dict[str, Callable[[str, str], str]] = {
    "staff": _staff,
    "incident": _incident,
    "say": _say,
    "erase": _erase,
}


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _obey() -> None:
    for line in sys.stdin:
        command, first, second = line.rstrip("\n").split(" ", 2)
        _tell(COMMANDS[command](first, second))
    os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    call_command("migrate", verbosity=0)
    threading.Thread(target=_obey, daemon=True).start()
    _tell("ready")
    uvicorn.run(
        application, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="error"
    )


if __name__ == "__main__":
    main()
