"""Everything the service does, once: what the test of its look-ups listens to."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.queries import EventFilter, page_of_events
from audit.services import export_events
from chat.api.events import _look
from config.lanes import Lane
from config.metrics import _read_gauges
from config.standby import look_after
from config.sweeps import SWEEPS
from moderation.models import StaffUser
from moderation.queries import queue, queue_stamp, session_stamp
from moderation.services.staff import disable_staff
from safety.models import Incident
from tests.chat.conftest import ApiClient
from tests.factories import PASSWORD, make_person, make_session, make_staff
from tests.moderation.conftest import actor_of

CRISIS = "I want to end my life tonight."
WORK: tuple[tuple[str, dict[str, str]], ...] = (
    ("claim", {}),
    ("release", {}),
    ("claim", {}),
    ("note", {"text": "Called back."}),
    ("take-over", {}),
    ("reply", {"text": "I am here."}),
    ("give-back", {}),
    ("escalate", {}),
    ("resolve", {"detection": "true", "outcome": "no_risk_found", "note": "Slept, ate, safe."}),
)
"""What a moderator does with a case, in its order."""


def tell_everything() -> None:
    """All of it, in the order in which it happens."""
    person_id, session = _a_person_talks()
    moderator = make_staff("moderator")
    _staff_work(moderator, Incident.objects.get(open_key=session.pk), session.pk)
    _somebody_looks(make_staff("lead"), session.pk)
    _staff_look(make_staff("compliance"), person_id)
    for sweep in SWEEPS:
        sweep.run()
    look_after(Lane.URGENT)
    _read_gauges()
    _somebody_leaves()
    operator = make_staff("operator")
    now = timezone.now()
    disable_staff(user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=now)


def _a_person_talks() -> tuple[str, Any]:
    visitor = ApiClient()
    registered = visitor.post("auth/register", {"country": "GB"}).json()
    visitor.post("auth/refresh", {"refresh": registered["refresh"]})
    person = make_person()
    session, api = make_session(person), ApiClient(person)
    said = api.say(session, "I slept badly.", Idempotency_Key="one").json()
    api.say(session, "I slept badly.", Idempotency_Key="one")
    api.say(session, CRISIS, Idempotency_Key="two")
    for path in ("sessions", f"sessions/{session.pk}", "consents", "tools", "resources?country=GB"):
        assert api.get(path).status_code == 200, path
    messages = f"sessions/{session.pk}/messages"
    assert api.get(f"{messages}?after={said['message']['id']}").status_code == 200
    _look(session.pk, 0)
    tool = api.get("tools").json()[0]["name"]
    api.post(f"sessions/{session.pk}/tools/{tool}")
    api.post(f"sessions/{session.pk}/human")
    api.post(f"messages/{said['reply']['id']}/report", {"reason": "hurtful"})
    api.post(f"sessions/{session.pk}/feedback", {"score": 4})
    api.post("sessions", {})
    return person.pk, session


def _staff_work(moderator: StaffUser, incident: Incident, session_id: str) -> None:
    client = Client()
    client.post(
        "/admin/login/", {"username": moderator.username, "password": PASSWORD, "next": "/admin/"}
    )
    queue(), queue_stamp(), session_stamp(session_id)
    client.get("/admin/console/")
    page = f"/admin/console/incidents/{incident.pk}/"
    for action, data in WORK:
        version = Incident.objects.values_list("version", flat=True).get(pk=incident.pk)
        done = client.post(f"{page}{action}/", {"version": version, **data})
        assert done.status_code == 302, (action, done.content)
        client.get(page)
        client.get(f"{page}transcript/")
    taken = client.post("/admin/console/take-next/").status_code
    assert taken in {302, 409}, taken  # the first time nobody else waits


def _somebody_looks(lead: StaffUser, session_id: str) -> None:
    client = Client()
    client.force_login(lead)
    incident_id = Incident.objects.filter(session_id=session_id).values_list("pk", flat=True)[0]
    page = f"/admin/console/incidents/{incident_id}/"
    done = client.post(f"{page}look/", {"reason": "second_opinion"})
    assert done.status_code == 302, done.content
    assert client.get(page).status_code == 200


def _staff_look(officer: StaffUser, person_id: str) -> None:
    for filters in (
        EventFilter(),
        EventFilter(person_id=person_id),
        EventFilter(action="chat."),
        EventFilter(actor="system:recovery"),
        EventFilter(target=f"person:{person_id}"),
    ):
        page_of_events(filters)
    export = export_events(
        filters=EventFilter(), file_format="jsonl", actor=actor_of(officer), now=timezone.now()
    )
    list(export.lines())
    _open_lists()


def _open_lists() -> None:
    root = StaffUser.objects.filter(
        is_superuser=True
    ).first() or StaffUser.objects.create_superuser(
        "root-of-the-story", password="not signed in with"
    )
    client = Client()
    client.force_login(root)
    for model, page in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for query in _ways_to_look(model, page):
            assert client.get(path, query).status_code == 200, (path, query)


def _ways_to_look(model: type[Model], page: Any) -> Iterator[dict[str, str]]:
    """All of it, a search, and every value of every filter, the rarest too."""
    yield {}
    if page.search_fields:
        yield {"q": "nobody"}
    for name in page.list_filter:
        choices = getattr(model._meta.get_field(name), "choices", None) or [(1, "yes"), (0, "no")]
        yield from ({f"{name}__exact": str(value)} for value, _ in choices)


def _somebody_leaves() -> None:
    person = make_person()
    session, api = make_session(person), ApiClient(person)
    api.say(session, CRISIS)
    assert api.get("me/export").status_code == 200
    api.post(f"sessions/{session.pk}/close")
    assert api.delete("me").status_code in {200, 202, 204}


def repeated(count: int, tell: Callable[[], None]) -> None:
    """Several times over."""
    for _ in range(count):
        tell()
