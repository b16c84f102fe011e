"""Staff accounts: made with one role, disabled with everything they had open, never deleted."""

import secrets
from datetime import datetime
from typing import Final

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from moderation.models import StaffUser
from moderation.permissions import check_can_manage_staff
from moderation.roles import Role
from moderation.services.claims import release_all_of
from moderation.staff_sessions import end_sessions_of

PASSWORD_BYTES: Final = 15
"""120 random bits. Source: OWASP Authentication cheat sheet asks for 64 at least in a secret that a machine makes."""
FIRST_ACCOUNTS: Final = (("moderator", Role.MODERATOR), ("compliance", Role.COMPLIANCE))


class UsernameTaken(Exception):
    """Somebody has that name, in whatever case."""


class UsernameRefused(Exception):
    """Not a name: letters, digits and @ . + - _ only, at most 150."""


def generated_password() -> str:
    """A password nobody will guess."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


@transactional
def create_staff(
    *, username: str, role: Role, password: str, actor: Actor, now: datetime
) -> StaffUser:
    """Make an account that holds one role.

    Raises:
        UsernameTaken: also when it differs only in case.
        UsernameRefused: the name is not well formed.
        ValidationError: the password is too weak.
    """
    _check_username(username)
    user = StaffUser(username=username, is_staff=True, date_joined=now)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    user.groups.add(Group.objects.get(name=role.value))
    _record("created", user, actor, now, role=role.value)
    return user


def _check_username(username: str) -> None:
    field = StaffUser._meta.get_field("username")
    try:
        field.clean(username, None)
    except ValidationError as error:
        raise UsernameRefused(username) from error
    taken = StaffUser.objects.order_by("pk").values_list("username", flat=True)
    if username.casefold() in {name.casefold() for name in taken}:
        raise UsernameTaken(username)


@transactional
def create_first_accounts(*, now: datetime) -> list[tuple[str, str, str]]:
    """On an installation that has no staff at all: a moderator and a compliance officer.

    Returns:
        Username, role and password of each; empty where there is staff already.
    """
    if StaffUser.objects.exists():
        return []
    return [_first_account(username, role, now) for username, role in FIRST_ACCOUNTS]


def _first_account(username: str, role: Role, now: datetime) -> tuple[str, str, str]:
    password = generated_password()
    create_staff(
        username=username, role=role, password=password, actor=Actor.system("prepare"), now=now
    )
    return username, role.value, password


@transactional
def disable_staff(*, user_id: str, staff: StaffUser, actor: Actor, now: datetime) -> StaffUser:
    """End an account: signed out everywhere, open streams end, what they held goes back to the queue.

    Raises:
        Denied: their role does not allow it.
    """
    check_can_manage_staff(staff)
    user = _switch(user_id, is_active=False)
    ended = end_sessions_of(user.pk)
    released = release_all_of(staff_id=user.pk, actor=actor, now=now)
    _record("disabled", user, actor, now, sessions=ended, released=released)
    return user


@transactional
def enable_staff(*, user_id: str, staff: StaffUser, actor: Actor, now: datetime) -> StaffUser:
    """Let an account sign in again.

    Raises:
        Denied: their role does not allow it.
    """
    check_can_manage_staff(staff)
    user = _switch(user_id, is_active=True)
    # One that was beginning just as the account ended must not wake up now.
    end_sessions_of(user.pk)
    _record("enabled", user, actor, now)
    return user


def _switch(user_id: str, *, is_active: bool) -> StaffUser:
    StaffUser.objects.filter(pk=user_id).update(is_active=is_active)
    return StaffUser.objects.get(pk=user_id)


def _record(verb: str, user: StaffUser, actor: Actor, now: datetime, **details: str | int) -> None:
    record(
        f"moderation.staff:{verb}",
        actor=actor,
        target=("staff", user.pk),
        now=now,
        details=details,
    )
