"""Assessments on record, and incidents: one open per session, raised by later messages, alerted in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import after_commit, transactional
from safety.engine.protocol import Verdict
from safety.levels import Level
from safety.metrics import ASSESSMENT_SECONDS, ASSESSMENTS
from safety.models import AssessedKind, Assessment, Incident, IncidentKind, RiskClearance
from safety.queries import open_incident_of, seconds_since_last_incident
from safety.services.alerts import enqueue_alerts
from safety.services.checking import Checked

EXCERPT_CHARACTERS = 500
TELL_AGAIN_AFTER = timedelta(seconds=60)
"""A crisis that goes on while nobody has claimed it pages again, at most once a minute."""
CLAIM_WITHIN = {
    Level.CRISIS: timedelta(seconds=60),
    Level.UNKNOWN: timedelta(minutes=2),
    Level.WARNING: timedelta(minutes=2),
}
"""Source: design targets for acknowledgement, docs/architecture.md."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose words, where, and what of them an incident keeps.

    Args:
        person_id: whose.
        session_id: in which session.
        message_id: which message.
        text: the words.
        country: two letters, or empty; for the local numbers beside the incident.
        previous_score: the session's score before.
        conversation_length: messages in the session so far.
    """

    person_id: str
    session_id: str
    message_id: str
    text: str
    country: str
    previous_score: int
    conversation_length: int


@dataclass(frozen=True, slots=True)
class Assessed:
    """One text that was checked, about to be put on record.

    Args:
        kind: whose words.
        checked: what the checker said.
        subject: whose words, where.
    """

    kind: AssessedKind
    checked: Checked
    subject: Subject


def digest_of(text: str, *, session_id: str) -> str:
    """A keyed SHA-256 of words: equal for equal words in one session, and no way back."""
    text_bytes = text.encode("utf-8", "surrogatepass")
    return salted_hmac(f"vigil.words.{session_id}", text_bytes, algorithm="sha256").hexdigest()


@transactional
def record_assessment(
    *, kind: AssessedKind, checked: Checked, subject: Subject, now: datetime
) -> Assessment:
    """Keep what the checker said of one text."""
    (row,) = record_assessments(texts=[Assessed(kind, checked, subject)], now=now)
    return row


@transactional
def record_assessments(*, texts: Sequence[Assessed], now: datetime) -> list[Assessment]:
    """Keep what the checker said of several texts, in one statement."""
    rows = Assessment.objects.bulk_create([_assessment(text, now) for text in texts])
    after_commit(lambda: _count(texts))
    return rows


def _assessment(text: Assessed, now: datetime) -> Assessment:
    verdict, subject = text.checked.verdict, text.subject
    return Assessment(
        kind=text.kind,
        message_id=subject.message_id,
        session_id=subject.session_id,
        person_id=subject.person_id,
        created_at=now,
        level=verdict.level,
        score=verdict.score,
        triggers=list(verdict.triggers),
        findings=[asdict(finding) for finding in verdict.findings],
        probability=verdict.probability,
        release=verdict.release,
        elapsed_ms=text.checked.elapsed_ms,
    )


def _count(texts: Sequence[Assessed]) -> None:
    for text in texts:
        ASSESSMENTS.labels(level=text.checked.verdict.level.value, kind=text.kind.value).inc()
        ASSESSMENT_SECONDS.observe(text.checked.elapsed_ms / 1000)


@transactional
def raise_detected(
    *, verdict: Verdict, subject: Subject, actor: Actor, now: datetime
) -> Incident | None:
    """Open the session's incident, or raise the one that is open, when the verdict needs a human.

    Returns:
        The session's open incident, or None where the verdict needs no human.
    """
    if not verdict.level.needs_human:
        return None
    incident = open_incident_of(subject.session_id)
    if incident is None:
        return _open(IncidentKind.DETECTED, verdict.level, verdict.triggers, subject, actor, now)
    if verdict.level.rank > incident.rank:
        return _raise(incident, verdict, subject, actor, now)
    return _repeat(incident, verdict, subject, actor, now)


@transactional
def raise_asked(
    *, kind: IncidentKind, marker: str, subject: Subject, actor: Actor, now: datetime
) -> Incident:
    """The person asked for a human, or reported a reply: an incident and a page, always.

    Args:
        kind: why.
        marker: an entry of MARKERS.
        subject: the person and session; its text may be empty.
        actor: who asked.
        now: when.
    """
    incident = open_incident_of(subject.session_id)
    if incident is None:
        return _open(kind, Level.WARNING, (marker,), subject, actor, now)
    incident.triggers = _merged(incident.triggers, (marker,))
    incident.kind = incident.kind if incident.requires_immediate_attention else kind
    incident.raised_at = now
    incident.version += 1
    incident.save(update_fields=["triggers", "kind", "raised_at", "version"])
    _tell(incident, "raised", subject, actor, now)
    return incident


def _open(
    kind: IncidentKind,
    level: Level,
    triggers: Iterable[str],
    subject: Subject,
    actor: Actor,
    now: datetime,
) -> Incident:
    incident = Incident(
        kind=kind,
        open_key=subject.session_id,
        person_id=subject.person_id,
        session_id=subject.session_id,
        country=subject.country,
        created_at=now,
        triggers=_merged([], triggers),
        context={
            "previous_safety_score": subject.previous_score,
            "new_safety_score": level.score,
            "conversation_length": subject.conversation_length,
            "time_since_last_incident": seconds_since_last_incident(
                person_id=subject.person_id, now=now
            ),
        },
        response={
            "escalated": False,
            "resources_provided": ["crisis_lines"],
            "human_notified": False,
            "notification_timestamp": None,
        },
        resolution={"status": "open"},
    )
    _set_severity(incident, level, subject, now)
    incident.save(force_insert=True)
    _tell(incident, "opened", subject, actor, now)
    return incident


def _raise(
    incident: Incident, verdict: Verdict, subject: Subject, actor: Actor, now: datetime
) -> Incident:
    incident.triggers = _merged(incident.triggers, verdict.triggers)
    incident.context = {**incident.context, "new_safety_score": verdict.score}
    incident.version += 1
    _set_severity(incident, verdict.level, subject, now)
    incident.save()
    _tell(incident, "raised", subject, actor, now)
    return incident


def _repeat(
    incident: Incident, verdict: Verdict, subject: Subject, actor: Actor, now: datetime
) -> Incident:
    """Not graver than what is known; but a further crisis that is news, or that nobody has taken, is told again."""
    news = set(verdict.triggers) - set(incident.triggers)
    unanswered = not incident.claimed_by and now - incident.raised_at >= TELL_AGAIN_AFTER
    incident.triggers = _merged(incident.triggers, verdict.triggers)
    if verdict.level is not Level.CRISIS or not (news or unanswered):
        incident.save(update_fields=["triggers"])
        return incident
    incident.raised_at = now
    incident.save(update_fields=["triggers", "raised_at"])
    _tell(incident, "repeated", subject, actor, now)
    return incident


def _set_severity(incident: Incident, level: Level, subject: Subject, now: datetime) -> None:
    incident.severity = level
    incident.rank = level.rank
    incident.requires_immediate_attention = level is Level.CRISIS
    incident.raised_at = now
    incident.due_at = now + CLAIM_WITHIN[level]
    incident.message_id = subject.message_id
    incident.message_hash = digest_of(subject.text, session_id=subject.session_id)
    incident.excerpt = subject.text[:EXCERPT_CHARACTERS]


def _tell(incident: Incident, verb: str, subject: Subject, actor: Actor, now: datetime) -> None:
    deliveries = enqueue_alerts(incident=incident, words=subject.text, now=now)
    record(
        f"safety.incident:{verb}",
        actor=actor,
        target=("incident", incident.pk),
        person_id=incident.person_id,
        now=now,
        details={
            "session_id": incident.session_id,
            "message_id": incident.message_id,
            "severity": str(incident.severity),
            "triggers": list(incident.triggers),
            "alerts": len(deliveries),
        },
    )


def _merged(known: Iterable[str], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))


@transactional
def clear_person_risk(*, person_id: str, actor: Actor, now: datetime) -> RiskClearance:
    """A moderator judged the risk over: what was said before no longer counts in the arc."""
    clearance = RiskClearance.objects.create(person_id=person_id, cleared_at=now)
    record(
        "safety.risk:cleared",
        actor=actor,
        target=("person", person_id),
        person_id=person_id,
        now=now,
    )
    return clearance


@transactional
def forget_incident_words(*, person_id: str) -> list[str]:
    """Blank what incidents keep of an erased person's words.

    Returns:
        The ids of the person's incidents, whose alerts must be blanked too.
    """
    incidents = list(Incident.objects.filter(person_id=person_id).order_by("pk"))
    for incident in incidents:
        incident.excerpt = ""
        incident.message_hash = ""
        incident.save(update_fields=["excerpt", "message_hash"])
    return [incident.pk for incident in incidents]
