"""What the console asks: the queue, its stamp, an incident and what belongs to it."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.models import Group

from chat.models import ChatSession, Handler
from moderation.models import Note, StaffUser
from safety.levels import Level
from safety.models import Incident, IncidentStatus

SHOWN: Final = 50
COUNT_TO: Final = 1000
"""Counting stops here: beyond it the exact number helps nobody and costs time."""
EARLIER: Final = 10
_ORDER: Final = ("-rank", "due_at", "pk")
_COLUMNS: Final = (
    "pk",
    "kind",
    "severity",
    "status",
    "country",
    "triggers",
    "created_at",
    "raised_at",
    "due_at",
    "claimed_by",
    "claimed_by_name",
    "claimed_at",
    "version",
    "session_id",
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An incident as the queue shows it: no words of the person.

    Args:
        pk: the incident.
        kind: why it was opened.
        severity: a level's name.
        status: open or claimed.
        country: two letters, or empty.
        triggers: what fired.
        created_at: when it began.
        raised_at: when it last became more severe.
        due_at: when somebody must have claimed it.
        claimed_by: a staff id, or empty.
        claimed_by_name: their name, or empty.
        claimed_at: since when.
        version: of the row.
        session_id: the conversation it is about.
    """

    pk: str
    kind: str
    severity: str
    status: str
    country: str
    triggers: list[str]
    created_at: datetime
    raised_at: datetime
    due_at: datetime
    claimed_by: str
    claimed_by_name: str
    claimed_at: datetime | None
    version: int
    session_id: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits and what is worked on, each by severity, then deadline.

    Args:
        waiting: the most urgent unclaimed, at most SHOWN.
        claimed: the most urgent claimed, at most SHOWN.
        waiting_count: how many wait, at most COUNT_TO.
        claimed_count: how many are claimed, at most COUNT_TO.
    """

    waiting: list[QueueRow]
    claimed: list[QueueRow]
    waiting_count: int
    claimed_count: int


def queue() -> Queue:
    """The queue now, in four queries however long it is."""
    return Queue(
        waiting=_rows(IncidentStatus.OPEN),
        claimed=_rows(IncidentStatus.CLAIMED),
        waiting_count=_count(IncidentStatus.OPEN),
        claimed_count=_count(IncidentStatus.CLAIMED),
    )


def _rows(status: IncidentStatus) -> list[QueueRow]:
    found = Incident.objects.filter(status=status).order_by(*_ORDER)
    return [QueueRow(*row) for row in found.values_list(*_COLUMNS)[:SHOWN]]


def _count(status: IncidentStatus) -> int:
    return int(Incident.objects.filter(status=status).order_by()[:COUNT_TO].count())


def queue_stamp() -> str:
    """A mark that changes whenever what the queue shows changes; four indexed queries, no words."""
    digest = hashlib.sha256()
    for status in (IncidentStatus.OPEN, IncidentStatus.CLAIMED):
        rows = Incident.objects.filter(status=status).order_by(*_ORDER)
        for row in rows.values_list("pk", "version", "raised_at")[:SHOWN]:
            digest.update(repr(row).encode())
        digest.update(f"|{_count(status)}|".encode())
    return digest.hexdigest()[:16]


def session_of(session_id: str) -> ChatSession | None:
    """The conversation; None where the person has erased their data, which is the only way that one ever goes."""
    return ChatSession.objects.filter(pk=session_id).first()


def erased_sessions(session_ids: Iterable[str]) -> frozenset[str]:
    """Those of the conversations that are gone, in one query."""
    asked = frozenset(session_ids)
    return asked.difference(ChatSession.objects.filter(pk__in=asked).values_list("pk", flat=True))


def session_stamp(session_id: str) -> str:
    """A mark that changes whenever something is said in a session or who answers changes."""
    row = ChatSession.objects.filter(pk=session_id).values_list(
        "last_sequence", "fence", "closed_at"
    )
    return "-".join(map(str, row.first() or ()))


def most_urgent_unclaimed(count: int) -> list[str]:
    """Ids of the incidents that wait, most urgent first."""
    waiting = Incident.objects.filter(status=IncidentStatus.OPEN).order_by(*_ORDER)
    return list(waiting.values_list("pk", flat=True)[:count])


def crisis_held_by(staff_id: str) -> Incident | None:
    """A crisis that somebody has claimed and not resolved."""
    held = Incident.objects.filter(claimed_by=staff_id, status=IncidentStatus.CLAIMED)
    return held.filter(severity=Level.CRISIS).order_by("due_at", "pk").first()


def earlier_incidents(incident: Incident) -> list[Incident]:
    """The person's other incidents, newest first, at most EARLIER."""
    others = Incident.objects.filter(person_id=incident.person_id).exclude(pk=incident.pk)
    return list(others.order_by("-created_at", "-pk")[:EARLIER])


def notes_of(incident_id: str) -> list[Note]:
    """Notes on an incident, in order."""
    notes = Note.objects.filter(incident_id=incident_id).order_by("created_at", "pk")
    return list(notes.prefetch_related("author"))


def roles_of(staff_ids: Collection[str]) -> dict[str, list[str]]:
    """The names of the roles that each holds, sorted. Two id queries: MongoDB prefetches no many-to-many."""
    held = StaffUser.groups.through.objects.filter(staffuser_id__in=staff_ids)
    pairs = list(held.values_list("staffuser_id", "group_id"))
    names = dict(
        Group.objects.filter(pk__in={group for _, group in pairs}).values_list("pk", "name")
    )
    roles: dict[str, list[str]] = {pk: [] for pk in staff_ids}
    for pk, group in pairs:
        roles[pk].append(names[group])
    return {pk: sorted(held) for pk, held in roles.items()}


def is_handled_by_human(session_id: str) -> bool:
    """Whether a human answers in a session now."""
    return ChatSession.objects.filter(pk=session_id, handled_by=Handler.HUMAN).exists()
