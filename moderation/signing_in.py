"""Signing in: how often it may be tried, and that every try is on the record.

A name that was typed is never recorded: people type passwords into the wrong field.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.limits import client_address, count_request
from moderation.models import StaffUser
from moderation.staff_sessions import SIGNED_IN_AT


def seconds_until_next_try(request: HttpRequest, username: str) -> int:
    """Count one try to sign in, by address and by name; when the counter is down nobody gets in.

    Returns:
        0 where the try may go on, otherwise how long to wait.
    """
    rate = f"{settings.SIGN_INS_PER_MINUTE}/m"
    keys = {"sign_in_address": client_address(request), "sign_in_name": username.casefold()[:150]}
    usages = [
        count_request(request, group=group, key=key, rate=rate, fail_open=False)
        for group, key in keys.items()
    ]
    return max((usage.retry_after_seconds for usage in usages if usage.exceeded), default=0)


def connect() -> None:
    """Hear Django's signals of signing in."""
    user_logged_in.connect(_on_signed_in, dispatch_uid="vigil_signed_in")
    user_logged_out.connect(_on_signed_out, dispatch_uid="vigil_signed_out")
    user_login_failed.connect(_on_failed, dispatch_uid="vigil_sign_in_failed")


def _on_signed_in(request: HttpRequest, user: StaffUser, **_: Any) -> None:  # noqa: ANN401 - a signal's arguments
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()
    _record("signed_in", user.pk, Actor.staff(user.pk, _request_id(request)))


def _on_signed_out(request: HttpRequest, user: StaffUser | None, **_: Any) -> None:  # noqa: ANN401 - a signal's arguments
    if user is not None and user.pk:
        _record("signed_out", user.pk, Actor.staff(user.pk, _request_id(request)))


def _on_failed(request: HttpRequest | None, credentials: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - a signal's arguments
    username = str(credentials.get("username", ""))
    known = StaffUser.objects.filter(username=username).values_list("pk", flat=True).first()
    _record(
        "sign_in_failed", str(known or "unknown"), Actor.system("sign_in", _request_id(request))
    )


def record_refused(request: HttpRequest) -> None:
    """Put on record that somebody tried too often."""
    _record("sign_in_refused", "unknown", Actor.system("sign_in", _request_id(request)))


def record_expired(request: HttpRequest) -> None:
    """Put on record that a sign-in came to one of its limits."""
    staff_id = str(request.user.pk or "unknown")
    _record("session_expired", staff_id, Actor.system("sign_in", _request_id(request)))


@transactional
def _record(verb: str, staff_id: str, actor: Actor) -> None:
    record(f"moderation.staff:{verb}", actor=actor, target=("staff", staff_id), now=timezone.now())


def _request_id(request: HttpRequest | None) -> str:
    return str(getattr(request, "request_id", ""))
