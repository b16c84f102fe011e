"""What moderation keeps: staff, their sign-in sessions, notes, labels and reasons for looking."""

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from audit.store.sealing import SealedManager, SealedTextField


class StaffUser(AbstractUser):
    """Somebody who works with Vigil. What they may do comes from the role (group) they hold."""

    touched = models.PositiveIntegerField(default=0, editable=False)
    """See audit.store.touching."""

    class Meta(AbstractUser.Meta):
        """Named for people. What no single row grants is granted here."""

        verbose_name = "staff user"
        # Beside the unique one of the same column, by which MongoDB finds nothing.
        indexes = [models.Index(fields=["username"], name="staff_username")]
        permissions = [
            ("open_console", "Can see the queue of incidents"),
            ("take_incident", "Can claim incidents, talk to persons and resolve"),
            ("open_unclaimed", "Can open a transcript without a claim, giving a reason"),
            ("lead_queue", "Can act on incidents that colleagues have claimed"),
            ("manage_staff", "Can disable and enable staff users"),
        ]


class StaffSession(AbstractBaseSession):
    """A sign-in session whose key is the primary key on both databases, and whose owner can be found."""

    session_key = models.CharField(max_length=40, primary_key=True, db_column="_id")
    user_id = models.CharField(max_length=32, blank=True, db_index=True)
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When its owner last did something; a page that refreshes itself does not count."""

    objects = BaseSessionManager()  # type: ignore[misc]  # Django declares it for instances

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

    class Meta:
        """Notes are read on the incident's page, never listed."""

        default_permissions = ()

    def __str__(self) -> str:
        return f"note on {self.incident_id}"


class Detection(models.TextChoices):
    """Was the detection right?"""

    TRUE = "true", "right"
    FALSE = "false", "false alarm"
    WRONG_SEVERITY = "wrong_severity", "right, but the wrong severity"


class Outcome(models.TextChoices):
    """How an incident ended. The first name is the brief's own."""

    COUNSELOR = "user_connected_to_crisis_counselor", "connected to a crisis counsellor"
    EMERGENCY = "emergency_services_contacted", "emergency services contacted"
    SUPPORTED = "supported_in_chat", "supported in the chat, risk over for now"
    OWN_SUPPORT = "connected_to_own_support", "with family, friends or their own clinician"
    NO_RISK = "no_risk_found", "no risk found"
    LEFT = "person_left", "left before we could help"
    AT_RISK = "still_at_risk", "still at risk"


class Label(models.Model):
    """A moderator's judgement of a detection: what precision and recall are counted from."""

    incident_id = models.CharField(max_length=32, db_index=True)
    labelled_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    detection = models.CharField(max_length=16, choices=Detection)
    right_severity = models.CharField(max_length=8, blank=True)
    outcome = models.CharField(max_length=40, choices=Outcome)
    created_at = models.DateTimeField()

    class Meta:
        """Only ever added by resolving. Indexes serve the filters of the list."""

        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["detection", "-id"], name="label_detection"),
            models.Index(fields=["outcome", "-id"], name="label_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.detection} on {self.incident_id}"


class LookReason(models.TextChoices):
    """Why somebody may open a transcript without a claim."""

    SECOND_OPINION = "second_opinion", "a colleague asked for a second opinion"
    HANDOVER = "handover", "hand-over between shifts"
    REVIEW = "quality_review", "review of the quality of our work"
    COMPLAINT = "complaint", "a complaint or a request by the person"
    FAULT = "fault", "a technical fault"
    OTHER = "other", "another reason, explained below"


class Look(models.Model):
    """Why somebody opened a transcript they had not claimed."""

    incident_id = models.CharField(max_length=32, db_index=True)
    staff = models.ForeignKey(StaffUser, on_delete=models.PROTECT)
    reason = models.CharField(max_length=16, choices=LookReason)
    explanation = SealedTextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = SealedManager()

    class Meta:
        """Only ever added by looking. The index serves the filter of the list."""

        default_permissions = ("view",)
        indexes = [models.Index(fields=["reason", "-id"], name="look_reason")]

    def __str__(self) -> str:
        return f"look at {self.incident_id}"
