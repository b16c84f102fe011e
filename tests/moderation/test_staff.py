"""Accounts: made with one role, disabled with everything they had open."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.actors import Actor
from moderation.models import StaffSession, StaffUser
from moderation.permissions import Denied
from moderation.roles import Role
from moderation.services.claims import claim_incident
from moderation.services.staff import (
    UsernameRefused,
    UsernameTaken,
    create_first_accounts,
    create_staff,
    disable_staff,
    enable_staff,
)
from safety.models import Incident
from tests.factories import PASSWORD, make_incident, make_staff
from tests.moderation.conftest import actions_on_record, actor_of

pytestmark = pytest.mark.django_db


def create(username, now, password=PASSWORD):
    return create_staff(
        username=username,
        role=Role.LEAD,
        password=password,
        actor=Actor.system("tests"),
        now=now,
    )


def test_an_account_holds_its_role_and_stands_on_record(now):
    user = create("jo", now)
    assert [group.name for group in user.groups.all()] == ["lead"]
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert user.check_password(PASSWORD)
    assert actions_on_record() == ["moderation.staff:created"]


@pytest.mark.parametrize("name", ["jo", "JO", "Jo"])
def test_a_name_that_differs_only_in_case_is_taken(name, now):
    create("jO", now)
    with pytest.raises(UsernameTaken):
        create(name, now)


@pytest.mark.parametrize("name", ["", "a b", "x" * 151, "<jo>"])
def test_a_name_that_is_none_is_refused(name, now):
    with pytest.raises(UsernameRefused):
        create(name, now)


def test_a_weak_password_is_refused(now):
    with pytest.raises(ValidationError):
        create("jo", now, password="short")


def test_the_first_accounts_are_made_once_and_work(now):
    accounts = create_first_accounts(now=now)
    assert [(username, role) for username, role, _ in accounts] == [
        ("moderator", "moderator"),
        ("compliance", "compliance"),
    ]
    for username, _, password in accounts:
        assert StaffUser.objects.get(username=username).check_password(password)
    assert create_first_accounts(now=now) == []


def test_where_there_is_staff_no_account_is_made(moderator, now):
    assert create_first_accounts(now=now) == []


class _Pipe(io.StringIO):
    def isatty(self) -> bool:
        return False


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(monkeypatch, stdin, *arguments):
    monkeypatch.setattr("sys.stdin", stdin)
    out = io.StringIO()
    call_command("create_staff", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_reads_a_piped_password_and_does_not_show_it(monkeypatch):
    told = run(monkeypatch, _Pipe(f"{PASSWORD}\n"), "jo", "--role", "moderator")
    assert PASSWORD not in told
    assert StaffUser.objects.get(username="jo").check_password(PASSWORD)


@pytest.mark.parametrize("stdin", [_Terminal(), _Pipe("")], ids=["terminal", "empty pipe"])
def test_the_command_makes_a_password_and_shows_it_once(monkeypatch, stdin):
    told = run(monkeypatch, stdin, "jo", "--role", "board")
    password = told.split(": ")[-1].strip()
    assert StaffUser.objects.get(username="jo").check_password(password)


@pytest.mark.parametrize(
    ("name", "password"), [("SAM", PASSWORD), ("a b", PASSWORD), ("jo", "short")]
)
def test_the_command_says_why_not(monkeypatch, moderator, name, password):
    with pytest.raises(CommandError):
        run(monkeypatch, _Pipe(f"{password}\n"), name, "--role", "moderator")


def test_an_unknown_role_is_refused(monkeypatch):
    with pytest.raises(CommandError):
        run(monkeypatch, _Pipe(""), "jo", "--role", "root")


def test_disabling_signs_out_and_releases(moderator, signed_in, now):
    operator = make_staff("operator")
    client = signed_in(moderator)
    incident = make_incident()
    claim_incident(
        incident_id=incident.pk, version=None, staff=moderator, actor=actor_of(moderator), now=now
    )
    disable_staff(
        user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=timezone.now()
    )
    assert not StaffSession.objects.filter(user_id=moderator.pk).exists()
    assert Incident.objects.get(pk=incident.pk).status == "open"
    assert client.get("/admin/console/").status_code == 302
    enabled = enable_staff(
        user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=timezone.now()
    )
    assert enabled.is_active


def test_only_an_operator_disables_and_enables(moderator, lead, now):
    for service in (disable_staff, enable_staff):
        with pytest.raises(Denied):
            service(user_id=moderator.pk, staff=lead, actor=actor_of(lead), now=now)
