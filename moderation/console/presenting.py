"""Rows and messages as the templates show them: everything in words, nothing left to look up."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from chat.models import Author, Message
from moderation.marking import Piece, marked
from moderation.models import Note, StaffUser
from moderation.queries import Queue, QueueRow
from moderation.services.reading import Transcript
from moderation.wording import (
    AUTHORS,
    KINDS,
    SEVERITIES,
    due_words,
    since_words,
    trigger_words,
    urgency,
)
from safety.engine.explaining import explained
from safety.models import Assessment, Incident

ERASED_NOTE = "(erased with the person's data)"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the queue in words.

    Args:
        row: as it was found.
        severity: in words.
        kind: in words.
        triggers: in words.
        due: time limit in words.
        urgency: how much of the time is gone.
        age: in words.
        is_mine: whether whoever looks has claimed it.
        is_erased: whether the person has erased their data.
    """

    row: QueueRow
    severity: str
    kind: str
    triggers: str
    due: str
    urgency: str
    age: str
    is_mine: bool
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding in words.

    Args:
        trigger: what it is a sign of.
        level: what it alone would justify.
        why: what was found, without the person's words.
    """

    trigger: str
    level: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownQueue:
    """The queue in words."""

    waiting: list[ShownRow]
    mine: list[ShownRow]
    claimed: list[ShownRow]
    waiting_count: str
    claimed_count: str
    crises: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message or note in the transcript.

    Args:
        kind: `person`, `ai`, `human`, `system` or `note`.
        label: who, in words.
        at: when.
        pieces: the text, cut where words fired.
        level: a level's name where it was judged as risk; empty otherwise.
        triggers: in words.
        raised_it: whether this message raised the incident.
        is_replacement: whether an unsafe reply of the AI was replaced by this.
    """

    kind: str
    label: str
    at: datetime
    pieces: list[Piece]
    level: str = ""
    triggers: str = ""
    raised_it: bool = False
    is_replacement: bool = False


def shown_queue(
    found: Queue, *, erased: Container[str], staff_id: str, now: datetime, limit: int
) -> ShownQueue:
    """The queue for one member of staff.

    Args:
        found: the rows.
        erased: the conversations that are gone, because their person has erased their data.
        staff_id: who looks.
        now: when.
        limit: where counting stopped.
    """
    waiting, claimed = (
        [_shown(row, erased, staff_id, now) for row in rows]
        for rows in (found.waiting, found.claimed)
    )
    return ShownQueue(
        waiting=waiting,
        mine=[row for row in claimed if row.is_mine],
        claimed=[row for row in claimed if not row.is_mine],
        waiting_count=_counted(found.waiting_count, limit),
        claimed_count=_counted(found.claimed_count, limit),
        crises=sum(row.severity == "crisis" for row in found.waiting),
    )


def _counted(count: int, limit: int) -> str:
    return f"{limit} or more" if count >= limit else str(count)


def _shown(row: QueueRow, erased: Container[str], staff_id: str, now: datetime) -> ShownRow:
    return ShownRow(
        row=row,
        severity=SEVERITIES[row.severity],
        kind=KINDS[row.kind],
        triggers=words_of(row.triggers),
        due=due_words(row.due_at, now=now),
        urgency=urgency(row.raised_at, row.due_at, now=now),
        age=since_words(row.created_at, now=now),
        is_mine=row.claimed_by == staff_id,
        is_erased=row.session_id in erased,
    )


def words_of(triggers: Iterable[str]) -> str:
    """Triggers in words, separated by commas."""
    return ", ".join(trigger_words(trigger) for trigger in triggers)


def lines_of(transcript: Transcript, incident: Incident) -> list[Line]:
    """Messages and notes in one order, by time."""
    names = _names_of({message.staff_id for message in transcript.messages if message.staff_id})
    lines = [_line(message, transcript, incident, names) for message in transcript.messages]
    lines += [_note_line(note) for note in transcript.notes]
    return sorted(lines, key=lambda line: line.at)


def _names_of(staff_ids: set[str]) -> dict[str, str]:
    staff = StaffUser.objects.filter(pk__in=staff_ids).values_list("pk", "username")
    return {str(pk): username for pk, username in staff} if staff_ids else {}


def _line(
    message: Message, transcript: Transcript, incident: Incident, names: dict[str, str]
) -> Line:
    assessment = transcript.assessments.get(message.pk)
    findings = assessment.findings if assessment else []
    return Line(
        kind=message.author,
        label=_label(message, transcript, names),
        at=message.created_at,
        pieces=marked(message.text, findings),
        level=message.level if message.level not in {"", "none", "low"} else "",
        triggers=words_of(message.triggers),
        raised_it=bool(message.pk == incident.message_id),
        is_replacement=message.safe_replacement,
    )


def reasons_of(assessment: Assessment | None) -> list[Reason]:
    """Why an assessment came to its level, the most urgent reason first; none where there was none."""
    return [
        Reason(
            trigger=trigger_words(finding["trigger"]),
            level=SEVERITIES[finding["level"]],
            why=explained(finding),
        )
        for finding in (assessment.findings if assessment else [])
    ]


def _label(message: Message, transcript: Transcript, names: dict[str, str]) -> str:
    label = AUTHORS[message.author]
    if message.author == Author.PERSON and transcript.user_name:
        return f"{label} · {transcript.user_name}"
    if message.author == Author.HUMAN:
        return f"{label} · {names.get(message.staff_id, 'staff')}"
    return label


def _note_line(note: Note) -> Line:
    return Line(
        kind="note",
        label=f"Note for staff only · {note.author.get_username()}",
        at=note.created_at,
        pieces=[Piece(note.text or ERASED_NOTE, ())],
    )
