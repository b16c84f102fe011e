"""The record: events that are only ever added, and the sequencer's place."""

from typing import Any, NoReturn

from django.db import models

from audit.leaves import Leaf


class RecordIsAppendOnly(Exception):
    """Somebody tried to change or delete an audit event."""


class _AppendOnlyQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> int:  # noqa: ANN401 - Django's signature
        """Refused, except that the sequencer gives an event its number once."""
        if set(kwargs) != {"sequence"}:
            raise RecordIsAppendOnly("audit events are never changed")
        return self.filter(sequence=None)._number(kwargs["sequence"])

    def _number(self, sequence: int) -> int:
        return super().update(sequence=sequence)

    def delete(self) -> NoReturn:
        """Refused."""
        raise RecordIsAppendOnly("audit events are never deleted")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise RecordIsAppendOnly("audit events are never deleted")


class AuditEvent(models.Model):
    """One thing that happened: who did what to which row, and whose words it concerned."""

    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=64)
    person_id = models.CharField(max_length=32, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    leaf_hash = models.CharField(max_length=64)
    sequence = models.BigIntegerField(null=True, editable=False)

    objects = _AppendOnlyQuerySet.as_manager()

    class Meta:
        """Indexes serve the search page and the sequencer."""

        default_permissions = ("view",)
        permissions = [("export_auditevent", "Can export the audit record")]
        constraints = [models.UniqueConstraint(fields=["sequence"], name="audit_one_event_per_number")]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["person_id", "at"], name="audit_person_at"),
            models.Index(fields=["actor_id", "at"], name="audit_actor_at"),
            models.Index(fields=["target_id", "at"], name="audit_target_at"),
            models.Index(fields=["action", "at"], name="audit_action_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}:{self.target_id}"

    @property
    def leaf(self) -> Leaf:
        """The event in the shape that is hashed."""
        return Leaf(
            id=self.pk,
            at=self.at,
            action=self.action,
            actor=f"{self.actor_kind}:{self.actor_id}",
            target=f"{self.target_type}:{self.target_id}",
            person_id=self.person_id,
            request_id=self.request_id,
            details=self.details,
        )

    def save(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Insert only."""
        if not self._state.adding:
            raise RecordIsAppendOnly("audit events are never changed")
        super().save(force_insert=True, **{k: v for k, v in kwargs.items() if k != "force_insert"})

    def delete(self, *_: object, **__: object) -> NoReturn:
        """Refused."""
        raise RecordIsAppendOnly("audit events are never deleted")
