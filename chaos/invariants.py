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
from chat.models import Author, Message
from safety.levels import Level
from safety.models import Assessment, Channel, Delivery, DeliveryState, Incident

ENOUGH_SAID = 100
"""Fewer messages, and the load was not what the suite is about."""
GRAVE = {
    Level.CRISIS.value: (Channel.WEBHOOK, Channel.MODERATOR),
    Level.UNKNOWN.value: (Channel.WEBHOOK,),
}
"""What a crisis may be taken for, and who must hear of it: what could not be checked is looked at by a human too."""
OPEN_SECONDS = 10.0


def enough_happened(diary: Diary, receipts: Sequence[Receipt]) -> list[str]:
    """The load was real: where nothing happens, nothing can be lost, and the other checks prove nothing."""
    happened = {
        f"fewer than {ENOUGH_SAID} messages": len(diary.said) >= ENOUGH_SAID,
        "nobody was in crisis": any(each.cried for each in diary.said),
        "nobody had to say anything twice": any(each.tries > 1 for each in diary.said),
        "a listener heard nothing": bool(diary.heard) and all(diary.heard.values()),
        "no alert came twice": len(receipts) > len({each.delivery_id for each in receipts}),
    }
    return [what for what, so in happened.items() if not so]


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
    """Every crisis was seen as one and has an incident; every grave incident is alerted on both channels."""
    cries = [each for each in diary.said if each.cried]
    levels = dict(Message.objects.filter(author=Author.PERSON).values_list("pk", "level"))
    grave = Incident.objects.filter(severity__in=GRAVE).values_list("session_id", "pk", "severity")
    raised = {session_id for session_id, _, _ in grave}
    alerted = set(Delivery.objects.values_list("incident_id", "channel"))
    return [
        *(
            f"a crisis taken for {levels[each.message_id]}: {each.message_id}"
            for each in cries
            if levels.get(each.message_id, Level.CRISIS.value) not in GRAVE
        ),
        *(
            f"a crisis without an incident: session {session_id}"
            for session_id in sorted({each.session_id for each in cries} - raised)
        ),
        *(
            f"an incident without a delivery to {channel}: {pk}"
            for _, pk, severity in grave
            for channel in GRAVE[severity]
            if (pk, channel) not in alerted
        ),
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
