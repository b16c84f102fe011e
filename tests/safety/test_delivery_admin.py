"""Alerts, incidents and assessments in Django admin."""

from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_offset

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.store.ids import new_id
from moderation.models import StaffUser
from safety.admin import exact
from safety.models import AssessedKind, Assessment, Delivery, DeliveryState, Incident
from safety.services.deliveries import deliver_due
from tests.safety.incidents import WORDS, alerts_of, make_incident_row
from tests.safety.receiver import receiver

pytestmark = pytest.mark.django_db
LISTS = ["delivery", "incident", "assessment"]


@pytest.fixture
def delivery(settings):
    with receiver() as server:
        settings.SAFETY_ALERT_WEBHOOK = server.url
        at = timezone.now()
        incident = make_incident_row(now=at, excerpt=WORDS, resolution={"notes": WORDS})
        (row,) = alerts_of(incident, now=at)
        deliver_due(now=at)
        yield Delivery.objects.get(pk=row.pk)


def client_of(role: str) -> Client:
    user = StaffUser.objects.create_user(username=role, password="x" * 20, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def client_of_everything(**kwargs) -> Client:
    user = StaffUser.objects.create_superuser(username="all", password="x" * 20)
    client = Client(**kwargs)
    client.force_login(user)
    return client


def make_assessment() -> Assessment:
    return Assessment.objects.create(
        kind=AssessedKind.MESSAGE,
        message_id=new_id(),
        session_id=new_id(),
        person_id=new_id(),
        created_at=timezone.now(),
        level="crisis",
        score=4,
        triggers=["goodbye"],
        probability=0.9,
        release="test",
        elapsed_ms=1.5,
    )


def list_of(model: str) -> str:
    return reverse(f"admin:safety_{model}_changelist")


def page_of(row) -> str:
    return reverse(f"admin:safety_{row._meta.model_name}_change", args=[row.pk])


def again(row: Delivery) -> str:
    return reverse("admin:safety_delivery_send_again", args=[row.pk])


def test_no_page_shows_a_word_of_the_person(delivery):
    client = client_of_everything()
    rows = [delivery, delivery.incident, make_assessment()]
    urls = [list_of(model) for model in LISTS] + [page_of(row) for row in rows]
    for url in urls:
        answered = client.get(url)
        assert answered.status_code == 200, url
        assert WORDS not in answered.text, url


def test_the_tries_are_shown_on_the_alert(delivery):
    shown = client_of("operator").get(page_of(delivery)).text
    assert "accepted" in shown
    assert "200" in shown


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 24, 6, 5, 7, 41_900, tzinfo=UTC), "2026-11-24 06:05:07.041 UTC"),
        (
            datetime(2026, 11, 24, 1, 0, tzinfo=fixed_offset(timedelta(hours=2))),
            "2026-11-23 23:00:00.000 UTC",
        ),
        (None, "-"),
    ],
)
def test_moments_are_told_to_the_millisecond(moment, words):
    assert exact(moment) == words


def test_list_and_page_show_exact_times_and_the_list_sorts_by_them(delivery):
    client = client_of("operator")
    page = client.get(page_of(delivery)).text
    tried = delivery.tries.get().started_at
    for moment in (delivery.created_at, delivery.due_at, delivery.delivered_at, tried):
        assert exact(moment) in page
    listed = client.get(f"{list_of('delivery')}?o=-7").text
    assert exact(delivery.created_at) in listed
    assert exact(delivery.delivered_at) in listed


@pytest.mark.parametrize("model", LISTS)
def test_nothing_can_be_added_changed_or_deleted(delivery, model):
    client = client_of_everything()
    row = {"delivery": delivery, "incident": delivery.incident, "assessment": make_assessment()}
    url = page_of(row[model])
    assert client.get(reverse(f"admin:safety_{model}_add")).status_code == 403
    assert client.post(url, {"state": "waiting", "_save": "Save"}).status_code == 403
    assert client.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(list_of(model)).text


@pytest.mark.parametrize("model", LISTS)
def test_a_list_takes_the_same_number_of_queries_however_long_it_is(
    delivery, model, django_assert_num_queries
):
    client = client_of_everything()
    make_assessment()
    client.get(list_of(model))
    with CaptureQueriesContext(connection) as few:
        client.get(list_of(model))
    for _ in range(5):
        make_assessment()
        alerts_of(make_incident_row(now=timezone.now()), now=timezone.now())
    with django_assert_num_queries(len(few)):
        client.get(list_of(model))


def test_an_operator_sends_an_alert_again(delivery):
    client = client_of("operator")
    assert 'data-action="send-again"' in client.get(page_of(delivery)).text
    answered = client.post(again(delivery), follow=True)
    assert answered.redirect_chain == [(page_of(delivery), 302)]
    assert "on its way again" in answered.text
    assert Delivery.objects.get(pk=delivery.pk).state == DeliveryState.WAITING
    event = AuditEvent.objects.get(action="safety.delivery:sent_again")
    assert event.actor_id == StaffUser.objects.get().pk


def test_an_operator_sends_a_test_alert(delivery):
    client = client_of("operator")
    assert 'data-action="send-test-alert"' in client.get(list_of("delivery")).text
    answered = client.post(reverse("admin:safety_delivery_send_test"), follow=True)
    assert "Test alerts on their way: 1." in answered.text
    assert Delivery.objects.filter(incident=None).count() == 1
    assert Incident.objects.count() == 1


def test_a_test_without_receivers_says_so(settings):
    settings.SAFETY_ALERT_WEBHOOK = ""
    answered = client_of("operator").post(reverse("admin:safety_delivery_send_test"), follow=True)
    assert "No receiver of alerts is configured." in answered.text


def test_a_lead_sees_alerts_and_cannot_send_them(delivery):
    client = client_of("lead")
    assert "data-action" not in client.get(page_of(delivery)).text
    assert "send-test-alert" not in client.get(list_of("delivery")).text
    assert client.post(again(delivery)).status_code == 403
    assert client.post(reverse("admin:safety_delivery_send_test")).status_code == 403
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


@pytest.mark.parametrize("role", ["moderator", "board", "data", "compliance"])
def test_other_roles_do_not_see_alerts(delivery, role):
    client = client_of(role)
    assert client.get(list_of("delivery")).status_code == 403
    assert client.get(page_of(delivery)).status_code == 403
    assert client.post(again(delivery)).status_code == 403


def test_acting_takes_a_post_from_our_own_page(delivery):
    client = client_of_everything(enforce_csrf_checks=True)
    assert client.get(again(delivery)).status_code == 405
    assert client.post(again(delivery)).status_code == 403
    assert Client().post(again(delivery)).status_code == 302  # to sign in
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


@pytest.mark.parametrize("delivery_id", ["0" * 32, "nonsense"])
def test_an_alert_that_does_not_exist_is_not_found(delivery_id):
    missing = reverse("admin:safety_delivery_send_again", args=[delivery_id])
    assert client_of("operator").post(missing).status_code == 404
