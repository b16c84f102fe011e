"""Incidents: opened once, raised, never by the past alone while a human has the case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from audit.store.sealing import Sealed
from safety.engine.protocol import Finding, Verdict
from safety.levels import Level, most_urgent
from safety.models import AssessedKind, Incident, IncidentKind
from safety.queries import ARC_TURNS, arc_of, assessments_of, seconds_since_last_incident
from safety.services.checking import Checked
from safety.services.incidents import (
    Assessed,
    Subject,
    clear_person_risk,
    digest_of,
    forget_incident_words,
    raise_asked,
    raise_detected,
    record_assessment,
    record_assessments,
)
from tests.factories import SYSTEM, make_incident, make_session, make_verdict

pytestmark = pytest.mark.django_db


def subject(session, text="words of a test", message_id="m" * 32) -> Subject:
    return Subject(
        person_id=session.person_id,
        session_id=session.pk,
        message_id=message_id,
        text=text,
        country="GB",
        previous_score=1,
        conversation_length=3,
    )


def raised(session, verdict, text="words of a test") -> Incident | None:
    return raise_detected(
        verdict=verdict, subject=subject(session, text), actor=SYSTEM, now=timezone.now()
    )


def past_verdict() -> Verdict:
    finding = Finding("suicidal_ideation", Level.WARNING, "arc", "arc.carried", None, 0.7)
    return Verdict(Level.WARNING, ("suicidal_ideation",), 0.7, (finding,), "test")


@pytest.mark.parametrize("level", [Level.NONE, Level.LOW, Level.CONCERN])
def test_lower_levels_open_no_incident(level):
    assert raised(make_session(), make_verdict(level)) is None


@pytest.mark.parametrize("level", [Level.WARNING, Level.UNKNOWN, Level.CRISIS])
def test_levels_that_need_a_human_open_one(level):
    incident = raised(make_session(), make_verdict(level))
    assert incident is not None
    assert (incident.severity, incident.rank) == (level, level.rank)
    assert incident.requires_immediate_attention is (level is Level.CRISIS)
    assert (
        AuditEvent.objects.filter(action="safety.incident:opened", target_id=incident.pk).count()
        == 1
    )


def test_a_lower_level_adds_its_triggers_and_nothing_else():
    session = make_session()
    first = raised(session, make_verdict(Level.CRISIS, "suicide_plan"))
    second = raised(session, make_verdict(Level.WARNING, "self_harm"))
    assert first is not None
    assert second is not None
    assert (second.pk, second.severity, second.version) == (first.pk, "crisis", first.version)
    assert second.triggers == ["suicide_plan", "self_harm"]


def test_the_excerpt_is_short_and_sealed():
    incident = raised(make_session(), make_verdict(), text="y" * 900)
    assert incident is not None
    kept = Incident.objects.get(pk=incident.pk)
    assert kept.excerpt == "y" * 500
    assert isinstance(Incident.objects.values_list("excerpt", flat=True).get(), Sealed)


def test_a_new_session_of_a_person_at_risk_gets_its_own_incident():
    incident = make_incident()
    other = make_session(now=timezone.now())
    other.person_id = incident.person_id
    other.save()
    second = raised(other, past_verdict())
    assert second is not None
    assert (second.pk != incident.pk, second.severity) == (True, "warning")


def repeated(incident, verdict, *, seconds):
    session = make_session()
    session.pk, session.person_id = incident.session_id, incident.person_id
    later = incident.raised_at + timedelta(seconds=seconds)
    raise_detected(verdict=verdict, subject=subject(session), actor=SYSTEM, now=later)
    return AuditEvent.objects.filter(action="safety.incident:repeated").count()


@pytest.mark.parametrize(
    ("verdict", "seconds", "told"),
    [
        (make_verdict(Level.CRISIS, "suicide_plan"), 59, 0),
        (make_verdict(Level.CRISIS, "suicide_plan"), 60, 1),
        (make_verdict(Level.CRISIS, "overdose"), 1, 1),
        (make_verdict(Level.WARNING, "self_harm"), 90, 0),
    ],
)
def test_a_crisis_that_goes_on_or_brings_news_is_told_again(verdict, seconds, told):
    assert repeated(make_incident(), verdict, seconds=seconds) == told


def test_a_claimed_crisis_pages_again_for_news_only():
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(claimed_by="s" * 32, status="claimed")
    assert repeated(incident, make_verdict(Level.CRISIS, "suicide_plan"), seconds=600) == 0
    assert repeated(incident, make_verdict(Level.CRISIS, "overdose"), seconds=600) == 1


def test_asking_in_a_crisis_keeps_it_a_detected_crisis():
    incident = make_incident()
    session = make_session()
    session.pk = incident.session_id
    asked = raise_asked(
        kind=IncidentKind.HUMAN_REQUESTED,
        marker="human_requested",
        subject=subject(session),
        actor=SYSTEM,
        now=timezone.now(),
    )
    assert (asked.pk, asked.kind, asked.severity) == (incident.pk, "detected", "crisis")
    assert "human_requested" in asked.triggers


def test_a_clearance_begins_the_arc_anew():
    session = make_session()
    now = timezone.now()
    checked = Checked(make_verdict(Level.CRISIS), 1.5)
    record_assessment(kind=AssessedKind.MESSAGE, checked=checked, subject=subject(session), now=now)
    record_assessment(
        kind=AssessedKind.REPLY,
        checked=checked,
        subject=subject(session, message_id="r" * 32),
        now=now,
    )
    arc = arc_of(person_id=session.person_id, session_id=session.pk, now=now)
    assert [(turn.level, turn.same_session) for turn in arc.turns] == [(Level.CRISIS, True)]
    assert (
        not arc_of(person_id=session.person_id, session_id="other", now=now).turns[0].same_session
    )
    clear_person_risk(person_id=session.person_id, actor=SYSTEM, now=now)
    assert not arc_of(person_id=session.person_id, session_id=session.pk, now=now).turns
    assert set(assessments_of(["m" * 32])) == {"m" * 32}


def test_no_number_of_harmless_turns_pushes_a_crisis_out_of_the_arc(now):
    session = make_session()
    for level, count, minutes in ((Level.CRISIS, 1, 90), (Level.NONE, ARC_TURNS + 1, 1)):
        checked = Checked(make_verdict(level), 1.5)
        texts = [Assessed(AssessedKind.MESSAGE, checked, subject(session))] * count
        record_assessments(texts=texts, now=now - timedelta(minutes=minutes))
    arc = arc_of(person_id=session.person_id, session_id=session.pk, now=now)
    assert [(turn.level, turn.age_seconds) for turn in arc.turns] == [(Level.CRISIS, 5400.0)]


def test_queries_about_earlier_incidents():
    now = timezone.now()
    session = make_session()
    assert seconds_since_last_incident(person_id=session.person_id, now=now) is None
    incident = make_incident(session, now=now)
    assert seconds_since_last_incident(person_id=session.person_id, now=now) == 0
    assert forget_incident_words(person_id=session.person_id) == [incident.pk]


def test_equal_words_have_equal_digests_in_one_session_only():
    assert digest_of("a\ud800", session_id="s") == digest_of("a\ud800", session_id="s")
    assert digest_of("a", session_id="s") != digest_of("a", session_id="t")
    assert digest_of("a", session_id="s") != digest_of("b", session_id="s")


def test_levels_have_scores_and_an_order():
    assert [level.score for level in Level] == [0, 1, 2, 3, 4, 3]
    assert most_urgent([Level.LOW, Level.UNKNOWN, Level.WARNING]) is Level.UNKNOWN
    assert most_urgent([]) is Level.NONE


def test_rows_name_themselves_without_words():
    incident = make_incident()
    clearance = clear_person_risk(person_id=incident.person_id, actor=SYSTEM, now=timezone.now())
    assert str(clearance) == f"clearance of {incident.person_id}"
    assert str(incident) == f"crisis incident {incident.pk}"
