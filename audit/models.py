"""The record: events that are only ever added; the sequencer gives each its number, once."""

from collections.abc import Collection, Iterable
from typing import Any, NoReturn

from django.db import models

from audit.leaves import Leaf


class RecordIsAppendOnly(Exception):
    """Somebody tried to change or delete an audit event."""


class _AppendOnlyQuerySet(models.QuerySet["AuditEvent"]):
    """Every door of the ORM that changes rows, shut. The database shuts its own (migration 0002)."""

    def update(self, **kwargs: Any) -> int:  # noqa: ANN401 - Django's signature
        """Refused, except that the sequencer gives an event its number once."""
        if set(kwargs) != {"sequence"} or not isinstance(kwargs["sequence"], int):
            raise RecordIsAppendOnly("audit events are never changed")
        return super(_AppendOnlyQuerySet, self.filter(sequence=None)).update(**kwargs)

    def bulk_update(self, *_: object, **__: object) -> NoReturn:
        """Refused."""
        raise RecordIsAppendOnly("audit events are never changed")

    def bulk_create(
        self,
        objs: Iterable["AuditEvent"],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        update_conflicts: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list["AuditEvent"]:
        """Adding many at once; options that would overwrite or drop events are refused."""
        if ignore_conflicts or update_conflicts or update_fields or unique_fields:
            raise RecordIsAppendOnly("audit events are never overwritten or left out")
        return super().bulk_create(objs, batch_size=batch_size)

    def delete(self) -> NoReturn:
        """Refused."""
        raise RecordIsAppendOnly("audit events are never deleted")

    def _raw_delete(self, using: str | None) -> NoReturn:  # noqa: ARG002 - Django's signature
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
        """Indexes serve the search page, in its order, and the sequencer; MongoDB finds nothing by a unique one."""

        base_manager_name = "objects"
        default_permissions = ("view",)
        permissions = [("export_auditevent", "Can export the audit record")]
        constraints = [
            models.UniqueConstraint(fields=["sequence"], name="audit_one_event_per_number")
        ]
        indexes = [
            models.Index(fields=["sequence", "id"], name="audit_sequence"),
            models.Index(fields=["at", "id"], name="audit_at"),
            models.Index(fields=["person_id", "at", "id"], name="audit_person_at"),
            models.Index(fields=["actor_id", "at", "id"], name="audit_actor_at"),
            models.Index(fields=["target_id", "at", "id"], name="audit_target_at"),
            models.Index(fields=["action", "at", "id"], name="audit_action_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}:{self.target_id}"

    def save(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Insert only."""
        if not self._state.adding:
            raise RecordIsAppendOnly("audit events are never changed")
        super().save(**{**kwargs, "force_insert": True})

    def delete(self, *_: object, **__: object) -> NoReturn:
        """Refused."""
        raise RecordIsAppendOnly("audit events are never deleted")

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
