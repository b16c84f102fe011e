"""What must hold after everything broke and was mended: read from the database itself, and from the receiver.

Each check returns what it found wrong, in words; nothing is what is wanted. Django is set up by the caller.
"""

import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Count
from pymongo.read_concern import ReadConcern

from audit.models import AuditEvent
from chaos.people import Diary
from chaos.receiver import Receipt
from chat.models import Author, Message, TurnState
from safety.models import Assessment, Delivery, DeliveryState, Incident

SETTLED = (DeliveryState.DELIVERED, DeliveryState.NOT_NEEDED)
SETTLE_SECONDS = 90.0
OPEN_SECONDS = 10.0


def settle() -> list[str]:
    """Wait until nothing is left to do."""
    until = time.monotonic() + SETTLE_SECONDS
    while waiting := _waiting():
        if time.monotonic() > until:
            return [
                f"{count} {name} after {SETTLE_SECONDS:.0f} s" for name, count in waiting.items()
            ]
        time.sleep(0.5)
    return []


def _waiting() -> dict[str, int]:
    counts = {
        "alerts not delivered": Delivery.objects.exclude(state__in=SETTLED).count(),
        "turns not finished": Message.objects.exclude(turn_state=TurnState.ANSWERED).count(),
        "audit events without a number": AuditEvent.objects.filter(sequence=None).count(),
    }
    return {name: count for name, count in counts.items() if count}


def stored_and_assessed(diary: Diary) -> list[str]:
    """Every acknowledged message is stored once, and was assessed."""
    said = [each.message_id for each in diary.said]
    stored = set(Message.objects.values_list("pk", flat=True))
    assessed = set(Assessment.objects.values_list("message_id", flat=True))
    return [
        *(f"acknowledged and not stored: {each}" for each in said if each not in stored),
        *(f"stored and not assessed: {each}" for each in said if each not in assessed),
    ]


def said_once(diary: Diary) -> list[str]:
    """No Idempotency-Key made two messages, and no session holds more than was said in it."""
    twice = (
        Message.objects.values("session_id", "client_key").annotate(n=Count("pk")).filter(n__gt=1)
    )
    keys = Counter(each.message_id for each in diary.said)
    by_person = Message.objects.filter(author=Author.PERSON).count()
    known = len(diary.said) + len(diary.unsaid)
    return [
        *(f"two messages for one key in session {row['session_id']}" for row in twice),
        *(f"one message for two keys: {each}" for each, count in keys.items() if count > 1),
        *([f"{by_person} messages stored of {known} said"] if by_person > known else []),
    ]


def cries_have_incidents(diary: Diary) -> list[str]:
    """Every session in which somebody cried has an incident, and every incident its deliveries."""
    sessions = {each.session_id for each in diary.said if each.cried}
    raised = set(Incident.objects.values_list("session_id", flat=True))
    alerted = set(Delivery.objects.values_list("incident_id", flat=True))
    incidents = Incident.objects.values_list("pk", flat=True)
    return [
        *(f"a crisis without an incident: session {each}" for each in sessions - raised),
        *(f"an incident without a delivery: {each}" for each in incidents if each not in alerted),
    ]


def delivered(receipts: Sequence[Receipt]) -> list[str]:
    """Every delivery was received at least once, and what came twice was the same."""
    received = {each.delivery_id for each in receipts}
    sent = set(Delivery.objects.filter(state=DeliveryState.DELIVERED).values_list("pk", flat=True))
    known = set(Delivery.objects.values_list("pk", flat=True))
    bodies = Counter(key for key, _ in {(each.delivery_id, each.digest) for each in receipts})
    return [
        *(f"marked delivered and never received: {each}" for each in sent - received),
        *(f"received and unknown: {each}" for each in received - known),
        *(f"two bodies under one id: {each}" for each, count in bodies.items() if count > 1),
    ]


def heard_in_order(diary: Diary) -> list[str]:
    """Every listener heard each message of its session once, in order."""
    faults = []
    for session_id, heard in diary.heard.items():
        ids = [json.loads(each)["id"] for each in heard]
        stored = list(
            Message.objects.filter(session_id=session_id)
            .order_by("sequence")
            .values_list("pk", flat=True)
        )
        if ids != stored:
            faults.append(
                f"session {session_id}: heard {len(ids)} of {len(stored)}, or not in order"
            )
    return faults


def record_is_whole() -> list[str]:
    """The audit record has every number once, and verifies from an export alone."""
    rows = AuditEvent.objects.exclude(sequence=None).order_by("sequence")
    numbers = list(rows.values_list("sequence", flat=True))
    gaps = [] if numbers == list(range(len(numbers))) else ["audit numbers are not contiguous"]
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "record.jsonl"
        call_command("export_audit", output=str(export), stdout=io.StringIO())
        try:
            call_command("verify_audit", str(export), stdout=io.StringIO())
        except CommandError as error:
            return [*gaps, f"the record does not verify: {error}"]
    return gaps


def nothing_left_open() -> list[str]:
    """No transaction stays open in the database: those of the sweeps that go on end within moments."""
    until = time.monotonic() + OPEN_SECONDS
    held = _open_transactions()
    while held and time.monotonic() < until:
        time.sleep(0.2)
        held &= _open_transactions()
    return [f"{len(held)} transactions are open"] if held else []


def _open_transactions() -> set[str]:
    """By session and number: a later one of the same session is another."""
    connection: Any = connections["default"]
    connection.ensure_connection()
    admin = connection.connection.admin.with_options(read_concern=ReadConcern("local"))
    pipeline = [
        {"$currentOp": {"allUsers": True, "idleSessions": True}},
        {"$match": {"transaction.parameters.autocommit": False}},
    ]
    return {
        f"{each['lsid']['id']} {each['transaction']['parameters']['txnNumber']}"
        for each in admin.aggregate(pipeline)
    }
