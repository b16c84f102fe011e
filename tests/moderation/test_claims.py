"""An incident is claimed once; who is second learns who was first."""

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.models import AuditEvent
from audit.store.transactions import transactional
from chat.models import ChatSession, Handler
from chat.services.control import hand_to_human
from moderation.permissions import Denied, NotClaimed
from moderation.services.claims import (
    HoldsCrisis,
    NothingToTake,
    claim_incident,
    release,
    release_all_of,
    take_next,
)
from moderation.services.moves import (
    TRANSITIONS,
    AlreadyResolved,
    ClaimedByOther,
    IncidentMoved,
    IncidentNotFound,
    Move,
    bump,
    incident_of,
    make_move,
)
from safety.levels import Level
from safety.models import Incident, IncidentStatus
from tests.factories import make_human_request, make_incident, make_staff, minutes_ago
from tests.moderation.conftest import actions_on_record, actor_of


def claim(incident, staff, now, version=None):
    return claim_incident(
        incident_id=incident.pk, version=version, staff=staff, actor=actor_of(staff), now=now
    )


@pytest.mark.django_db
def test_a_claim_says_who_when_and_stands_on_record(moderator, now):
    claimed = claim(make_incident(now=now), moderator, now)
    assert (claimed.status, claimed.claimed_by, claimed.claimed_by_name) == (
        "claimed",
        moderator.pk,
        "sam",
    )
    assert (claimed.claimed_at, claimed.version) == (now, 1)
    event = AuditEvent.objects.get(action="moderation.incident:claimed")
    assert event.actor_id == moderator.pk
    assert event.person_id == claimed.person_id
    assert event.details["waited"] == 0


@pytest.mark.django_db
def test_claiming_ones_own_again_changes_nothing(moderator, now):
    incident = make_incident()
    claim(incident, moderator, now)
    assert claim(incident, moderator, now).version == 1
    assert actions_on_record().count("moderation.incident:claimed") == 1


@pytest.mark.django_db
def test_the_second_learns_the_owners_name(moderator, colleague, now):
    incident = make_incident()
    claim(incident, moderator, now)
    with pytest.raises(ClaimedByOther) as second:
        claim(incident, colleague, now)
    assert second.value.owner == "sam"


@pytest.mark.django_db
def test_a_claim_of_an_older_version_is_refused(moderator, now):
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(version=4)
    with pytest.raises(IncidentMoved):
        claim(incident, moderator, now, version=0)
    assert claim(incident, moderator, now, version=4).version == 5


@pytest.mark.django_db
@pytest.mark.parametrize("incident_id", ["0" * 32, "not-an-id", ""])
def test_an_unknown_incident_is_not_found(incident_id):
    with pytest.raises(IncidentNotFound):
        incident_of(incident_id)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_exactly_one_wins():
    staff = [make_staff("moderator", name) for name in ("ada", "ben")]
    incident = make_incident()
    start = threading.Barrier(2)
    results: dict[str, object] = {}

    def race(member):
        try:
            start.wait(5)
            results[member.username] = claim(incident, member, timezone.now())
        except ClaimedByOther as lost:
            results[member.username] = lost.owner
        finally:
            connections.close_all()

    threads = [threading.Thread(target=race, args=(member,)) for member in staff]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    winner = Incident.objects.get(pk=incident.pk).claimed_by_name
    loser = {"ada": "ben", "ben": "ada"}[winner]
    assert isinstance(results[winner], Incident)
    assert results[loser] == winner
    assert actions_on_record().count("moderation.incident:claimed") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", IncidentStatus)
@pytest.mark.parametrize("move", Move)
def test_every_move_leads_only_from_where_the_table_says(move, status, moderator, now):
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(status=status, claimed_by=moderator.pk)
    incident.refresh_from_db()
    wanted = {"incident": incident, "version": 0, "staff_id": moderator.pk, "changes": {}}
    moved = transactional(make_move)
    if TRANSITIONS[move].before == status:
        assert moved(move, **wanted).status == TRANSITIONS[move].after
        return
    with pytest.raises(AlreadyResolved if status == "resolved" else IncidentMoved):
        moved(move, **wanted)


@pytest.mark.django_db
def test_a_change_in_place_needs_the_version_that_was_seen(moderator):
    incident = make_incident()
    bumped = transactional(bump)
    assert bumped(incident=incident, version=0, staff_id=moderator.pk, changes={}).version == 1
    with pytest.raises(IncidentMoved):
        bumped(incident=incident, version=0, staff_id=moderator.pk, changes={})


@pytest.mark.django_db
def test_the_next_one_is_the_most_urgent_then_the_one_due_first(moderator, now):
    late = make_incident(level=Level.WARNING, now=minutes_ago(30))
    crisis = make_incident(level=Level.CRISIS, now=minutes_ago(1))
    older_crisis = make_incident(level=Level.CRISIS, now=minutes_ago(2))
    unknown = make_incident(level=Level.UNKNOWN, now=minutes_ago(1))
    taken = [
        take_next(staff=moderator, confirmed=True, actor=actor_of(moderator), now=now).pk
        for _ in range(4)
    ]
    assert taken == [older_crisis.pk, crisis.pk, unknown.pk, late.pk]
    with pytest.raises(NothingToTake):
        take_next(staff=moderator, confirmed=True, actor=actor_of(moderator), now=now)


@pytest.mark.django_db
def test_the_next_one_after_a_lost_race_is_tried(moderator, colleague, now, monkeypatch):
    lost = make_incident(now=minutes_ago(3))
    left = make_incident(now=minutes_ago(1))
    claim(lost, colleague, now)
    monkeypatch.setattr(
        "moderation.services.claims.most_urgent_unclaimed", lambda _: [lost.pk, left.pk]
    )
    taken = take_next(staff=moderator, confirmed=False, actor=actor_of(moderator), now=now)
    assert taken.pk == left.pk


@pytest.mark.django_db
def test_one_crisis_at_a_time_unless_confirmed(moderator, now):
    first = make_incident(level=Level.CRISIS)
    make_incident(level=Level.WARNING)
    claim(first, moderator, now)
    with pytest.raises(HoldsCrisis) as refused:
        take_next(staff=moderator, confirmed=False, actor=actor_of(moderator), now=now)
    assert refused.value.incident.pk == first.pk
    assert take_next(staff=moderator, confirmed=True, actor=actor_of(moderator), now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["board", "data", "compliance", "operator"])
def test_other_roles_cannot_claim(role, now):
    staff = make_staff(role)
    with pytest.raises(Denied):
        claim(make_incident(), staff, now)
    with pytest.raises(Denied):
        take_next(staff=staff, confirmed=False, actor=actor_of(staff), now=now)


@pytest.mark.django_db
def test_claiming_tells_a_waiting_person_that_somebody_has_seen_it(moderator, now):
    incident = make_human_request()
    ChatSession.objects.filter(pk=incident.session_id).update(waiting_since=now)
    claim(incident, moderator, now)
    session = ChatSession.objects.get(pk=incident.session_id)
    assert session.events.latest("sequence").data == {"state": "seen"}


@pytest.mark.django_db
def test_what_is_released_waits_again_and_the_ai_answers(moderator, now):
    incident = claim(make_incident(), moderator, now)
    hand_to_human(
        session_id=incident.session_id, staff_id=moderator.pk, actor=actor_of(moderator), now=now
    )
    released = release(
        incident_id=incident.pk, version=1, staff=moderator, actor=actor_of(moderator), now=now
    )
    assert (released.status, released.claimed_by, released.claimed_at) == ("open", "", None)
    assert released.due_at == incident.due_at
    assert ChatSession.objects.get(pk=incident.session_id).handled_by == Handler.AI


@pytest.mark.django_db
def test_a_lead_releases_for_a_colleague_and_nobody_else_does(moderator, colleague, lead, now):
    incident = claim(make_incident(), moderator, now)
    wanted = {"incident_id": incident.pk, "version": 1, "now": now}
    with pytest.raises(NotClaimed):
        release(staff=colleague, actor=actor_of(colleague), **wanted)
    assert release(staff=lead, actor=actor_of(lead), **wanted).status == "open"


@pytest.mark.django_db
def test_everything_somebody_holds_can_be_released_at_once(moderator, now):
    for _ in range(2):
        claim(make_incident(), moderator, now)
    assert release_all_of(staff_id=moderator.pk, actor=actor_of(moderator), now=now) == 2
    assert not Incident.objects.filter(status="claimed").exists()
    assert (
        connection.vendor == "mongodb" or connection.in_atomic_block
    )  # the test's own; each release joined it
