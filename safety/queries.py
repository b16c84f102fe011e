"""What safety is asked about persons, sessions and messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from safety.engine.protocol import Arc, PastTurn
from safety.levels import Level
from safety.models import STANDBY, AssessedKind, Assessment, Canary, Incident, RiskClearance

ARC_TURNS = 30
"""How many turns that showed a risk the arc holds; however many harmless ones came between, they push none out."""
ARC_DAYS = 30
"""How far back the arc looks. Source: NICE NG225, the risk of a further attempt is highest in the weeks after one."""
RISKY_SCORES = tuple(sorted({level.score for level in Level} - {Level.NONE.score}))


def arc_of(*, person_id: str, session_id: str, now: datetime) -> Arc:
    """What showed a risk in the person's earlier messages, oldest first, since a moderator last cleared it."""
    since = now - timedelta(days=ARC_DAYS)
    rows = list(
        Assessment.objects.filter(
            person_id=person_id,
            kind=AssessedKind.MESSAGE,
            score__in=RISKY_SCORES,
            created_at__gt=since,
        )
        .order_by("-created_at", "-pk")
        .values_list("created_at", "level", "triggers", "session_id", "probability")[:ARC_TURNS]
    )
    if not rows:
        return (
            Arc()
        )  # nearly everybody, nearly always: there is nothing that could have been cleared
    cleared_at = _cleared_at(person_id, since)
    return Arc(
        tuple(
            PastTurn(
                age_seconds=max(0.0, (now - created_at).total_seconds()),
                level=Level(level),
                triggers=tuple(triggers),
                same_session=session == session_id,
                probability=probability,
            )
            for created_at, level, triggers, session, probability in reversed(rows)
            if created_at > cleared_at
        )
    )


def _cleared_at(person_id: str, since: datetime) -> datetime:
    """When a moderator last cleared the person's risk; `since` where nobody did after it."""
    rows = RiskClearance.objects.filter(person_id=person_id, cleared_at__gt=since)
    latest = rows.order_by("-cleared_at").values_list("cleared_at", flat=True).first()
    return latest or since


def open_incident_of(session_id: str) -> Incident | None:
    """The session's incident that is not resolved yet, if there is one."""
    return Incident.objects.filter(open_key=session_id).first()


def seconds_since_last_incident(*, person_id: str, now: datetime) -> int | None:
    """Whole seconds since the person's latest incident began; None where there was none."""
    latest = (
        Incident.objects.filter(person_id=person_id)
        .order_by("-created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    return None if latest is None else int((now - latest).total_seconds())


def assessments_of(message_ids: Sequence[str]) -> dict[str, Assessment]:
    """The assessment of each message that has one, by the message's id."""
    rows = Assessment.objects.filter(message_id__in=message_ids).order_by("pk")
    return {row.message_id: row for row in rows}


def last_sign_of(*, lane: str, worker: str) -> datetime | None:
    """When this worker last did what came to it through a lane; None where it never did."""
    mine = Canary.objects.filter(lane=lane, worker=worker)
    return mine.order_by("-handled_at").values_list("handled_at", flat=True).first()


def last_brought(*, lane: str) -> datetime | None:
    """When any worker last did what the broker brought through a lane; None where none did."""
    rows = Canary.objects.filter(lane=lane).order_by("worker").values_list("worker", "handled_at")
    brought = [at for worker, at in rows if not worker.startswith(STANDBY)]
    return max(brought, default=None)
