"""What chat keeps: persons, what they agreed to, their sessions, messages, events, feedback and reports.

The `…_id` beside each reference tells the type checker what Django makes there.
"""

from django.db import models

from audit.store.sealing import SealedManager, SealedTextField
from safety.levels import Level

LEVELS = [(level.value, level.value) for level in Level]


class Person(models.Model):
    """Somebody who chats. Knows no more than they chose to tell."""

    subject = models.CharField(max_length=255, unique=True)
    """The `sub` of their tokens: their id, or the identity provider's name for them."""
    user_name = SealedTextField(default="")
    birth_year = SealedTextField(default="")
    country = models.CharField(max_length=2, blank=True)
    locale = models.CharField(max_length=35, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    touched = models.PositiveIntegerField(default=0, editable=False)
    """See audit.store.touching."""

    objects = SealedManager()

    class Meta:
        """Index serves every request; MongoDB finds nothing by a unique one."""

        indexes = [models.Index(fields=["subject"], name="person_subject")]

    def __str__(self) -> str:
        return f"person {self.pk}"


class RefreshToken(models.Model):
    """A refresh token that was handed out; it works once."""

    id = models.CharField(max_length=32, primary_key=True, db_column="_id")  # the token's jti
    person_id: str
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    family = models.CharField(max_length=32)
    """Tokens that descend from one sign-in: using one twice ends them all."""
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Indexes serve ending a family and sweeping what expired."""

        indexes = [
            models.Index(fields=["family"], name="refresh_family"),
            models.Index(fields=["expires_at"], name="refresh_expiry"),
        ]

    def __str__(self) -> str:
        return f"refresh token of {self.person_id}"


class Consent(models.Model):
    """A person accepted one version of one document."""

    person_id: str
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    kind = models.CharField(max_length=16)
    version = models.CharField(max_length=16)
    accepted_at = models.DateTimeField()

    class Meta:
        """Accepted once."""

        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "version"], name="consent_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version} by {self.person_id}"


class Handler(models.TextChoices):
    """Who answers in a session."""

    AI = "ai"
    HUMAN = "human"


class ChatSession(models.Model):
    """One conversation, with the fields of the brief's session document."""

    person_id: str
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    last_activity = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=8, choices=LEVELS, default=Level.NONE.value)
    safety_score = models.PositiveSmallIntegerField(default=0)
    safety_history = models.JSONField(default=list)
    handled_by = models.CharField(max_length=8, choices=Handler, default=Handler.AI)
    fence = models.PositiveIntegerField(default=0)
    """Rises whenever who answers changes: a reply made under an older fence is refused."""
    waiting_since = models.DateTimeField(null=True)
    """Set while the person waits for a human."""
    total_messages = models.PositiveIntegerField(default=0)
    mood_trends = models.JSONField(default=list)
    tools_used = models.JSONField(default=list)
    last_safety_check = models.DateTimeField(null=True)
    metadata = models.JSONField(default=dict)
    last_sequence = models.PositiveIntegerField(default=0)
    """Numbers messages and events; only ever raised, inside a transaction."""
    touched = models.PositiveIntegerField(default=0, editable=False)
    """See audit.store.touching."""

    class Meta:
        """Index serves a person's list."""

        indexes = [models.Index(fields=["person", "-created_at"], name="session_person")]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def conversation_summary(self) -> dict[str, object]:
        """The brief's summary, as the API shows it."""
        return {
            "total_messages": self.total_messages,
            "mood_trends": self.mood_trends,
            "tools_used": self.tools_used,
            "last_safety_check": self.last_safety_check,
        }


class Author(models.TextChoices):
    """Whose words a message holds."""

    PERSON = "person"
    AI = "ai"
    HUMAN = "human"
    SYSTEM = "system"


class TurnState(models.TextChoices):
    """How far the turn that a person's message began has come."""

    STORED = "stored"
    ASSESSED = "assessed"
    ANSWERED = "answered"


class Message(models.Model):
    """Words in a session, sealed."""

    session_id: str
    session = models.ForeignKey(ChatSession, on_delete=models.CASCADE, related_name="messages")
    sequence = models.PositiveIntegerField()
    author = models.CharField(max_length=8, choices=Author)
    staff_id = models.CharField(max_length=32, blank=True)
    text = SealedTextField()
    created_at = models.DateTimeField()
    client_key = models.CharField(max_length=64)
    """Hash of the Idempotency-Key, or the message's own id where none was given."""
    text_digest = models.CharField(max_length=64)
    """Keyed hash of the text: tells a retry from another message under the same key."""
    turn_state = models.CharField(max_length=8, choices=TurnState, default=TurnState.ANSWERED)
    shed = models.BooleanField(default=False)
    """Whether the generated reply is left out, because load was too high or the person hurried."""
    level = models.CharField(max_length=8, choices=LEVELS, blank=True)
    triggers = models.JSONField(default=list)
    answers_id = models.CharField(max_length=32, blank=True)
    """The message that this one replies to."""
    provider = models.CharField(max_length=32, blank=True)
    safe_replacement = models.BooleanField(default=False)
    """Whether the generated reply was unsafe and this text took its place."""

    objects = SealedManager()

    class Meta:
        """Uniqueness gives order and idempotency."""

        constraints = [
            models.UniqueConstraint(fields=["session", "sequence"], name="message_order"),
            models.UniqueConstraint(fields=["session", "client_key"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["turn_state", "created_at"], name="message_unfinished"),
            models.Index(fields=["answers_id"], name="message_answers"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class EventKind(models.TextChoices):
    """What a session's stream tells."""

    MESSAGE = "message"
    HANDLED_BY = "handled_by"
    WAITING = "waiting"
    CLOSED = "closed"


class SessionEvent(models.Model):
    """One entry of a session's stream: ids and states, never words."""

    session_id: str
    session = models.ForeignKey(ChatSession, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EventKind)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        """Uniqueness gives order; the index serves the sweep of old ones."""

        constraints = [models.UniqueConstraint(fields=["session", "sequence"], name="event_order")]
        indexes = [models.Index(fields=["created_at"], name="event_age")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.sequence}"


class Feedback(models.Model):
    """How a person found a session."""

    session_id: str
    session = models.ForeignKey(ChatSession, on_delete=models.CASCADE)
    score = models.PositiveSmallIntegerField()
    comment = SealedTextField(default="")
    created_at = models.DateTimeField()

    objects = SealedManager()

    def __str__(self) -> str:
        return f"feedback on {self.session_id}"


class Report(models.Model):
    """A person says that a reply hurt them."""

    message_id: str
    message = models.ForeignKey(Message, on_delete=models.CASCADE)
    reason = models.CharField(max_length=16)
    comment = SealedTextField(default="")
    created_at = models.DateTimeField()

    objects = SealedManager()

    def __str__(self) -> str:
        return f"report on {self.message_id}"


class Erasure(models.Model):
    """A person was erased; moderation takes the row and erases what staff wrote about them."""

    person_id = models.CharField(max_length=32, unique=True)
    erased_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        """Index serves the sweep that takes them."""

        indexes = [models.Index(fields=["taken_at", "erased_at"], name="erasure_waiting")]

    def __str__(self) -> str:
        return f"erasure of {self.person_id}"
