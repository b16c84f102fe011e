"""Sign-in sessions in the database, with their owner on the row so that disabling a user can end them."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from moderation.models import StaffSession


class SessionStore(DatabaseStore):
    """Django's database store over `StaffSession`."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """The model that holds the rows."""
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        """A row for these data, with its owner."""
        row: StaffSession = super().create_model_instance(data)
        row.user_id = str(data.get(SESSION_KEY, ""))
        return row
