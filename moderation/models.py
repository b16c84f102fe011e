"""What moderation keeps: staff, their sign-in sessions, notes, labels and reasons for looking."""

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from audit.store.sealing import SealedManager, SealedTextField


class StaffUser(AbstractUser):
    """Somebody who works with Vigil. What they may do comes from the role (group) they hold."""

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        """Named for people."""

        verbose_name = "staff user"


class StaffSession(AbstractBaseSession):
    """A sign-in session whose key is the primary key on both databases, and whose owner can be found."""

    session_key = models.CharField(max_length=40, primary_key=True, db_column="_id")
    user_id = models.CharField(max_length=32, blank=True, db_index=True)

    objects = BaseSessionManager()

    @classmethod
    def get_session_store_class(cls) -> type:
        """The store that writes these rows."""
        from moderation.staff_sessions import SessionStore  # noqa: PLC0415 - the store imports this model

        return SessionStore


class Note(models.Model):
    """What staff write to each other about an incident; the person never sees it."""

    incident_id = models.CharField(max_length=32, db_index=True)
    author = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    text = SealedTextField()
    created_at = models.DateTimeField()

    objects = SealedManager()

    def __str__(self) -> str:
        return f"note on {self.incident_id}"


class Detection(models.TextChoices):
    """Was the detection right?"""

    TRUE = "true", "right"
    FALSE = "false", "false alarm"
    WRONG_SEVERITY = "wrong_severity", "right, but the wrong severity"


class Label(models.Model):
    """A moderator's judgement of a detection: what precision and recall are counted from."""

    incident_id = models.CharField(max_length=32, db_index=True)
    labelled_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    detection = models.CharField(max_length=16, choices=Detection)
    right_severity = models.CharField(max_length=8, blank=True)
    outcome = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.detection} on {self.incident_id}"


class Look(models.Model):
    """Why somebody opened a transcript they had not claimed."""

    incident_id = models.CharField(max_length=32, db_index=True)
    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    reason = models.CharField(max_length=16)
    explanation = SealedTextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = SealedManager()

    def __str__(self) -> str:
        return f"look at {self.incident_id}"
