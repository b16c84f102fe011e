"""Every list of the admin opens, and in a fixed number of queries however many rows there are."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from moderation.models import Label, Look, StaffUser
from safety.models import AssessedKind, Assessment, Channel, Delivery, Incident
from safety.retries import RetryProfile
from tests.factories import make_incident, make_staff

FEW, MANY = 2, 12


def add_rows(number: int, now) -> None:
    """One row of every model that the admin lists; an incident brings its events of the record."""
    incident, staff = make_incident(), make_staff(username=f"staff-{number}")
    Label.objects.create(
        incident_id=incident.pk, labelled_by=staff, detection="true", outcome="none", created_at=now
    )
    Look.objects.create(
        incident_id=incident.pk, staff=staff, reason="handover", created_at=now, expires_at=now
    )
    Delivery.objects.create(
        incident=incident,
        channel=Channel.WEBHOOK,
        profile=RetryProfile.STANDARD,
        created_at=now,
        due_at=now,
    )
    Assessment.objects.create(
        kind=AssessedKind.MESSAGE,
        message_id=incident.pk,
        session_id=incident.session_id,
        person_id=incident.person_id,
        created_at=now,
        level="none",
        score=0,
        probability=0.0,
        release="tests",
        elapsed_ms=0.0,
    )


def queries_to_open(client: Client, model: type[models.Model]) -> int:
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
        return len(captured)


def test_every_list_of_the_admin_opens_in_a_fixed_number_of_queries(db, now):
    superuser = StaffUser.objects.create_superuser("root-of-tests", password="not signed in with")
    client = Client()
    client.force_login(superuser)
    for number in range(FEW):
        add_rows(number, now)
    few = {model: queries_to_open(client, model) for model in admin.site._registry}
    for number in range(FEW, MANY):
        add_rows(number, now)
    many = {model: queries_to_open(client, model) for model in admin.site._registry}
    assert many == few
    assert all(model._default_manager.count() >= MANY for model in few if model is not Group)


def test_the_lists_that_this_file_fills_are_all_there_are():
    filled = {AuditEvent, Assessment, Delivery, Incident, Label, Look, StaffUser}
    assert set(admin.site._registry) <= filled | {Group}
