"""What chat forgets by itself, because its time is over."""

from datetime import datetime, timedelta
from typing import Final

from audit.store.expiring import delete_expired
from chat.models import RefreshToken, SessionEvent

EVENTS_KEPT: Final = timedelta(days=7)
"""A stream resumes within minutes; whoever was away longer asks for the messages, which stay."""


def delete_expired_tokens(*, now: datetime) -> int:
    """Forget refresh tokens that no longer work anyway.

    Returns:
        How many.
    """
    expired = RefreshToken.objects.filter(expires_at__lt=now)
    return delete_expired(expired.order_by("expires_at"))


def delete_old_events(*, now: datetime) -> int:
    """Forget what streams have told long ago, also of sessions that go on.

    Returns:
        How many.
    """
    old = SessionEvent.objects.filter(created_at__lt=now - EVENTS_KEPT)
    return delete_expired(old.order_by("created_at"))
