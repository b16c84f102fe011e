"""No look-up of a conversation, its alerts and its case scans a collection, nor sorts more than one person's rows.

The planner takes any index that fits rather than none, so empty collections tell what full ones would.
"""

import json
import re

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from audit.queries import EventFilter, oldest_unnumbered_seconds, page_of_events
from audit.services import number_events
from chat.services.expiring import delete_expired_tokens, delete_old_events
from chat.services.recovery import finish_stuck_turns
from moderation.queries import queue, queue_stamp, session_stamp
from moderation.services.claims import claim_incident
from moderation.services.erasing import erase_staff_words
from moderation.services.staff import disable_staff
from safety.gauges import alert_backlog, open_incidents_by_severity
from safety.models import Incident
from safety.services.deliveries import deliver_due
from tests.chat.conftest import ApiClient
from tests.factories import PASSWORD, make_person, make_session, make_staff
from tests.moderation.conftest import actor_of
from tests.raw import mongo

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]

BOUNDS = re.compile(r'"indexBounds": \{"[^"]+": \[([^\]]*\])')
"""The bounds of an index's first field."""

SMALL = {"auth_group", "auth_permission", "django_content_type"}
"""Collections that never grow: roles and their permissions."""


def _plan(asked):
    command = {"aggregate": asked.collection, "pipeline": asked.pipeline, "cursor": {}}
    answer = mongo().database.command("explain", command, verbosity="queryPlanner")
    return json.dumps(answer, default=str)


def _scanning(asked):
    """The look-ups that would read a whole collection, or a whole index to find what they match."""
    shapes = {each.shape: each for each in asked if each.collection not in SMALL}
    return sorted(shape for shape, each in shapes.items() if _scans(each, _plan(each)))


def _scans(each, plan):
    """On empty collections the planner picks any plan: what counts is one that begins at the right place."""
    if '"COLLSCAN"' in plan:
        return True
    bounds = BOUNDS.findall(plan)
    return "$match" in each.pipeline[0] and bool(bounds) and all(map(_is_whole, bounds))


def _is_whole(first_bounds):
    return "MinKey" in first_bounds and "MaxKey" in first_bounds


def test_a_conversation_scans_nothing(asked):
    person = make_person()
    session, api = make_session(person), ApiClient(person)
    del asked[:]
    api.say(session, "I slept badly.", Idempotency_Key="one")
    api.say(session, "I slept badly.", Idempotency_Key="one")
    api.say(session, "I want to end my life tonight.", Idempotency_Key="two")
    for path in (
        "sessions",
        f"sessions/{session.pk}",
        f"sessions/{session.pk}/messages",
        "consents",
    ):
        assert api.get(path).status_code == 200
    api.post(f"sessions/{session.pk}/human")
    api.post(f"sessions/{session.pk}/close")
    assert len({each.collection for each in asked}) >= 5
    assert _scanning(asked) == []


def test_a_person_who_takes_their_data_and_leaves_scans_nothing(asked):
    person = make_person()
    session, api = make_session(person), ApiClient(person)
    api.say(session, "I want to end my life tonight.")
    del asked[:]
    assert api.get("me/export").status_code == 200
    api.delete("me")
    assert _scanning(asked) == []


def test_the_sweeps_scan_nothing(asked):
    person = make_person()
    api = ApiClient(person)
    api.say(make_session(person), "I want to end my life tonight.")
    del asked[:]
    now = timezone.now()
    deliver_due(now=now)
    number_events()
    finish_stuck_turns(now=now)
    delete_expired_tokens(now=now)
    delete_old_events(now=now)
    erase_staff_words(now=now)
    oldest_unnumbered_seconds(now=now)
    alert_backlog(now=now)
    open_incidents_by_severity()
    assert AuditEvent.objects.filter(sequence=0).exists()
    assert _scanning(asked) == []


def test_signing_in_scans_nothing(asked, client):
    staff = make_staff("moderator")
    del asked[:]
    form = {"username": staff.username, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", form).status_code == 302
    assert any("username" in each.shape for each in asked)
    assert _scanning(asked) == []


def test_the_console_and_the_record_scan_nothing(asked, client):
    person = make_person()
    session = make_session(person)
    ApiClient(person).say(session, "I want to end my life tonight.")
    moderator, operator, now = make_staff("moderator"), make_staff("operator"), timezone.now()
    del asked[:]
    client.force_login(moderator)
    incident = Incident.objects.get(open_key=session.pk)
    claim_incident(
        incident_id=incident.pk, version=None, staff=moderator, actor=actor_of(moderator), now=now
    )
    assert client.get(f"/admin/console/{incident.pk}/").status_code in (200, 404)
    assert client.get("/admin/console/").status_code == 200
    queue(), queue_stamp(), session_stamp(session.pk)
    for filters in (EventFilter(), EventFilter(person_id=person.pk), EventFilter(action="chat.")):
        page_of_events(filters)
    disable_staff(user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=now)
    assert _scanning(asked) == []
