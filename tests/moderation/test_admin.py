"""The admin: read-only lists in a fixed number of queries, and doors by role."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moderation.models import Detection, Label, Look, LookReason, Outcome, StaffUser
from tests.factories import make_staff

LISTS = {"staffuser": "compliance", "look": "compliance", "label": "data"}


def add_rows(count, now):
    author = make_staff("moderator")
    for number in range(count):
        make_staff("moderator", f"more-{count}-{number}")
        Label.objects.create(
            incident_id=f"{number:032x}",
            labelled_by=author,
            detection=Detection.TRUE,
            outcome=Outcome.NO_RISK,
            created_at=now,
        )
        Look(
            incident_id=f"{number:032x}",
            staff=author,
            reason=LookReason.REVIEW,
            created_at=now,
            expires_at=now,
        ).save()


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_the_same_number_of_queries_for_more_rows(name, now, signed_in):
    client = signed_in(make_staff(LISTS[name]))
    counts = []
    for count in (2, 12):
        add_rows(count, now)
        client.get(f"/admin/moderation/{name}/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/admin/moderation/{name}/").status_code == 200
        counts.append(len(queries))
        assert not any(
            " JOIN " in query["sql"] and "staffuser" in query["sql"].split("JOIN")[1]
            for query in queries
            if "moderation_look" in query["sql"]
        )
    assert counts[0] == counts[1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_row_opens_to_be_read_and_not_changed(name, now, signed_in):
    add_rows(1, now)
    client = signed_in(make_staff(LISTS[name]))
    model = {"staffuser": StaffUser, "look": Look, "label": Label}[name]
    row = model._default_manager.get(pk=model._default_manager.values_list("pk")[:1])
    page = client.get(f"/admin/moderation/{name}/{row.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert client.post(f"/admin/moderation/{name}/{row.pk}/change/", {}).status_code == 403
    assert client.get(f"/admin/moderation/{name}/add/").status_code == 403
    assert client.post(f"/admin/moderation/{name}/{row.pk}/delete/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_moderator_sees_none_of_the_lists(name, signed_in, moderator):
    assert signed_in(moderator).get(f"/admin/moderation/{name}/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["disable", "enable"])
def test_an_operator_disables_and_enables_from_the_list(action, signed_in, moderator):
    StaffUser.objects.filter(pk=moderator.pk).update(is_active=action == "enable")
    client = signed_in(make_staff("operator"))
    form = {"action": action, "_selected_action": [moderator.pk]}
    assert client.post("/admin/moderation/staffuser/", form).status_code == 302
    moderator.refresh_from_db()
    assert moderator.is_active is (action == "enable")


@pytest.mark.django_db
def test_compliance_sees_staff_but_has_no_action_on_them(signed_in, moderator):
    client = signed_in(make_staff("compliance"))
    form = {"action": "disable", "_selected_action": [moderator.pk]}
    client.post("/admin/moderation/staffuser/", form)
    moderator.refresh_from_db()
    assert moderator.is_active


def test_groups_are_not_edited_here():
    admin.autodiscover()
    assert not admin.site.is_registered(Group)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "doors"),
    [
        ("moderator", ["Console"]),
        ("lead", ["Console"]),
        ("compliance", ["Audit record"]),
        ("board", []),
        ("operator", []),
    ],
)
def test_everybody_finds_the_doors_of_their_role(role, doors, signed_in):
    page = signed_in(make_staff(role)).get("/admin/").content.decode()
    assert [door for door in ("Console", "Audit record") if f">{door}</a>" in page] == doors
