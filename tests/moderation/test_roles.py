"""Roles come from one table."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied

from moderation import permissions
from moderation.roles import ROLES, Role, synchronise_roles
from safety.models import Incident
from tests.factories import make_staff, minutes_ago

pytestmark = pytest.mark.django_db

CHECKS = {
    "open_console": permissions.check_can_open_console,
    "claim": permissions.check_can_claim,
    "look": permissions.check_can_look,
    "manage_staff": permissions.check_can_manage_staff,
}
MATRIX = {
    Role.MODERATOR: {"open_console", "claim", "look"},
    Role.LEAD: {"open_console", "claim", "look"},
    Role.BOARD: set(),
    Role.DATA: set(),
    Role.COMPLIANCE: set(),
    Role.OPERATOR: {"manage_staff"},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", CHECKS)
def test_a_role_may_do_what_the_matrix_says_and_nothing_else(role: Role, action: str):
    staff = make_staff(role.value)
    if action in MATRIX[role]:
        CHECKS[action](staff)
    else:
        with pytest.raises(permissions.Denied):
            CHECKS[action](staff)


@pytest.mark.parametrize("role", Role)
def test_only_a_lead_may_release_what_a_colleague_holds(role: Role):
    staff = make_staff(role.value)
    held = Incident(status="claimed", claimed_by="somebody-else")
    if role is Role.LEAD:
        permissions.check_can_release(staff, held)
        permissions.check_can_escalate(staff, held)
    else:
        with pytest.raises(PermissionDenied):
            permissions.check_can_release(staff, held)


@pytest.mark.parametrize("role", Role)
def test_nobody_reads_words_without_a_claim_or_a_look(role: Role):
    staff = make_staff(role.value)
    assert permissions.reading_ground(staff, Incident(status="open"), now=minutes_ago(0)) == ""


def test_a_disabled_member_of_staff_may_do_nothing():
    staff = make_staff("moderator")
    staff.is_active = False
    with pytest.raises(permissions.Denied):
        permissions.check_can_open_console(staff)


def test_groups_follow_the_table_when_somebody_changed_them():
    group = Group.objects.get(name="board")
    group.permissions.add(Permission.objects.get(codename="manage_staff"))
    Group.objects.filter(name="data").delete()
    synchronise_roles()
    assert {role.value for role in Role} == set(Group.objects.values_list("name", flat=True))
    assert {
        name: {
            f"{label}.{codename}"
            for label, codename in Group.objects.get(name=name).permissions.values_list(
                "content_type__app_label", "codename"
            )
        }
        for name in ("board", "data")
    } == {"board": set(ROLES[Role.BOARD]), "data": set(ROLES[Role.DATA])}


def test_nobody_but_moderators_and_leads_can_come_to_a_persons_words():
    readers = {
        role
        for role, names in ROLES.items()
        if names & {"moderation.take_incident", "moderation.open_unclaimed"}
    }
    assert readers == {Role.MODERATOR, Role.LEAD}
