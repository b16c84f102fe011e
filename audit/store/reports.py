"""Where reports read: a secondary, where there is one, so that counting everything never slows a person's message.

A secondary may lag behind, so nothing that decides anything reads there: not the arc, not the queue, not the outbox,
not an alarm. A test holds a list of who may.
"""

from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

REPORTS_ALIAS: Final = "analytics"


def reports_alias() -> str:
    """The alias to give `using()` in a report."""
    return REPORTS_ALIAS if REPORTS_ALIAS in settings.DATABASES else DEFAULT_DB_ALIAS


class NothingIsWrittenThere:
    """Router: no migration runs on the reports' alias, which leads to the same database."""

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool | None:  # noqa: ARG002 - Django's signature
        """Only on the first alias."""
        return False if db == REPORTS_ALIAS else None
