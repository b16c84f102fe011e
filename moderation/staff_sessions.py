"""Sign-in sessions in the database, with their owner on the row so that disabling a user can end them.

They end after 30 minutes without their owner doing anything, and after 12 hours in any case.
Source: NIST SP 800-63B-4, section 2.2.3: at its second assurance level at most 24 hours overall and one hour of
inactivity; a console that shows people's words gets half.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from audit.store.expiring import delete_expired
from moderation.models import StaffSession

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=30)
"""Not every request writes: the limit is as exact as this."""
SIGNED_IN_AT = "signed_in_at"


class SessionStore(DatabaseStore):
    """Django's database store over `StaffSession`."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """The model that holds the rows."""
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        """A row for these data, with its owner and its times."""
        row = cast("StaffSession", super().create_model_instance(data))
        row.user_id = str(data.get(SESSION_KEY, ""))
        row.seen_at = timezone.now()
        if SIGNED_IN_AT in data:
            row.signed_in_at = datetime.fromisoformat(data[SIGNED_IN_AT])
        return row


def has_expired(session_key: str, *, now: datetime) -> bool:
    """Whether a sign-in is gone or past one of its limits."""
    return _seen_at(session_key, now) is None


def keep_awake(session_key: str, *, now: datetime) -> bool:
    """Its owner has just done something.

    Returns:
        Whether the sign-in is within its limits; where it is not, nothing wakes it.
    """
    seen_at = _seen_at(session_key, now)
    if seen_at is None:
        return False
    if now - seen_at > TOUCH_EVERY:
        StaffSession.objects.filter(pk=session_key).update(seen_at=now)
    return True


def _seen_at(session_key: str, now: datetime) -> datetime | None:
    """When the owner last did something; None where the sign-in is over."""
    row = StaffSession.objects.filter(pk=session_key).values_list("signed_in_at", "seen_at").first()
    signed_in_at, seen_at = row or (None, None)
    if signed_in_at is None or seen_at is None:
        return None
    is_over = now - signed_in_at > ABSOLUTE_LIMIT or now - seen_at > IDLE_LIMIT
    return None if is_over else seen_at


def end_sessions_of(user_id: str) -> int:
    """Sign somebody out everywhere.

    Returns:
        How many sessions ended.
    """
    ended, _ = StaffSession.objects.filter(user_id=user_id).delete()
    return ended


def delete_expired_sessions(*, now: datetime) -> int:
    """Delete the rows of sign-ins that are over.

    Returns:
        How many.
    """
    return delete_expired(StaffSession.objects.filter(expire_date__lt=now).order_by("expire_date"))
