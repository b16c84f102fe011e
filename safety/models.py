"""What safety keeps: assessments, clearances, incidents, and the outbox of alerts."""

from django.db import models

from audit.store.ids import new_id
from audit.store.sealing import SealedManager, SealedTextField
from safety.levels import Level
from safety.retries import RetryProfile

LEVELS = [(level.value, level.value) for level in Level]
PROFILES = [(profile.value, profile.value) for profile in RetryProfile]


class AssessedKind(models.TextChoices):
    """Whose words were assessed."""

    MESSAGE = "message"
    REPLY = "reply"


class Assessment(models.Model):
    """What the checker said of one text. Rows to the left are named by id."""

    kind = models.CharField(max_length=8, choices=AssessedKind)
    message_id = models.CharField(max_length=32)
    session_id = models.CharField(max_length=32)
    person_id = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    level = models.CharField(max_length=8, choices=LEVELS)
    score = models.PositiveSmallIntegerField()
    triggers = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    probability = models.FloatField()
    release = models.CharField(max_length=64)
    elapsed_ms = models.FloatField()

    class Meta:
        """Indexes serve the arc and the transcript."""

        indexes = [
            models.Index(
                fields=["person_id", "kind", "score", "created_at"], name="assessment_arc"
            ),
            models.Index(fields=["message_id"], name="assessment_message"),
            models.Index(fields=["session_id", "created_at"], name="assessment_session"),
            models.Index(fields=["level", "-id"], name="assessment_level"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}: {self.level}"


class RiskClearance(models.Model):
    """A moderator judged that the risk a person carried is over: the arc begins anew from here."""

    person_id = models.CharField(max_length=32)
    cleared_at = models.DateTimeField()

    class Meta:
        """Index serves the arc."""

        indexes = [models.Index(fields=["person_id", "-cleared_at"], name="clearance_latest")]

    def __str__(self) -> str:
        return f"clearance of {self.person_id}"


class IncidentKind(models.TextChoices):
    """Why an incident was opened."""

    DETECTED = "detected"
    HUMAN_REQUESTED = "human_requested"
    REPLY_REPORTED = "reply_reported"


class IncidentStatus(models.TextChoices):
    """Where an incident stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class Incident(models.Model):
    """Something a human must look at. One unresolved incident per session; later messages raise it."""

    kind = models.CharField(max_length=16, choices=IncidentKind)
    status = models.CharField(max_length=8, choices=IncidentStatus, default=IncidentStatus.OPEN)
    open_key = models.CharField(max_length=32, unique=True)
    """The session's id while unresolved, the incident's own id afterwards: uniqueness makes it one at a time."""
    person_id = models.CharField(max_length=32)
    session_id = models.CharField(max_length=32)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    severity = models.CharField(max_length=8, choices=LEVELS)
    rank = models.PositiveSmallIntegerField()
    requires_immediate_attention = models.BooleanField(default=False)
    triggers = models.JSONField(default=list)
    message_id = models.CharField(max_length=32, blank=True)
    message_hash = models.CharField(max_length=64, blank=True)
    excerpt = SealedTextField(default="")
    """The words that raised it, at most 500 characters, as they were then."""
    context = models.JSONField(default=dict)
    response = models.JSONField(default=dict)
    resolution = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    """When somebody must have claimed it."""
    claimed_by = models.CharField(max_length=32, blank=True)
    claimed_by_name = models.CharField(max_length=150, blank=True)
    claimed_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = SealedManager()

    class Meta:
        """Indexes serve the queue, a person's history and a session's incidents; MongoDB looks up by no unique one."""

        indexes = [
            models.Index(fields=["open_key"], name="incident_open_key"),
            models.Index(fields=["status", "-rank", "due_at", "id"], name="incident_queue"),
            models.Index(fields=["claimed_by", "status"], name="incident_mine"),
            models.Index(fields=["person_id", "-created_at"], name="incident_person"),
            models.Index(fields=["session_id", "-created_at"], name="incident_session"),
            models.Index(fields=["status", "-id"], name="incident_list_status"),
            models.Index(fields=["severity", "-id"], name="incident_list_severity"),
            models.Index(fields=["kind", "-id"], name="incident_list_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.severity} incident {self.pk}"

    @property
    def is_resolved(self) -> bool:
        """Whether the work on it is over."""
        return self.status == IncidentStatus.RESOLVED


class Channel(models.TextChoices):
    """Where an alert goes."""

    WEBHOOK = "webhook"
    MODERATOR = "moderator"
    SECOND_URL = "second_url"
    SECOND_EMAIL = "second_email"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    NOT_NEEDED = "not_needed"
    GIVEN_UP = "given_up"


class Delivery(models.Model):
    """One alert to one receiver: a row of the outbox. Its id is the receiver's idempotency key."""

    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    """None for a test alert."""
    group_id = models.CharField(max_length=32, default=new_id)
    """Deliveries of one alert: the second channel goes out when none of its group was accepted."""
    channel = models.CharField(max_length=12, choices=Channel)
    profile = models.CharField(max_length=8, choices=PROFILES)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    body = SealedTextField(default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    """Counts claims; the fencing token of who is sending."""
    tried_before = models.PositiveIntegerField(default=0)
    """Attempts made before staff last asked for it: the schedule of pauses counts from here."""
    delivered_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=32, blank=True)

    objects = SealedManager()

    class Meta:
        """Indexes serve the sweep and the delivery log."""

        verbose_name_plural = "deliveries"
        permissions = [("send_delivery", "Can send an alert again and send test alerts")]
        indexes = [
            models.Index(
                fields=["state", "profile", "attempts", "due_at", "id"], name="delivery_next"
            ),
            models.Index(fields=["group_id"], name="delivery_group"),
            models.Index(fields=["-created_at"], name="delivery_recent"),
            models.Index(fields=["state", "-id"], name="delivery_list_state"),
            models.Index(fields=["channel", "-id"], name="delivery_list_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class DeliveryAttempt(models.Model):
    """One try at sending: the delivery log."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    elapsed_ms = models.PositiveIntegerField()
    status_code = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=32)

    class Meta:
        """A try stands once."""

        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}: {self.outcome}"


STANDBY = "standby@"
"""How the names of workers begin that work only when no broker brings work."""


class Canary(models.Model):
    """When a worker last did what came to it through a lane: liveness is that, not a process that is up."""

    lane = models.CharField(max_length=16)
    worker = models.CharField(max_length=128)
    """Which worker, as Celery names it; `embedded` and `standby@…` work without a broker."""
    handled_at = models.DateTimeField()

    class Meta:
        """A row for each worker and lane; MongoDB finds nothing by the unique one."""

        verbose_name_plural = "canaries"
        constraints = [models.UniqueConstraint(fields=["lane", "worker"], name="canary_once")]
        indexes = [models.Index(fields=["lane", "worker", "handled_at"], name="canary_lane_worker")]

    def __str__(self) -> str:
        return f"{self.lane} {self.worker}"
