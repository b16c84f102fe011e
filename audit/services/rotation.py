"""Sealing everything anew under the newest key, a batch at a time, beside a running service.

Rows that already rest under the newest key are passed over, so a rotation that was interrupted is simply run again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import models

from audit.actors import Actor
from audit.services.recording import record
from audit.store.sealing import SealBroken, key_ring, reseal, rests_under_old_key, sealed_fields
from audit.store.transactions import transactional

ROTATION_BATCH = 200
"""A batch holds the database's write lock: few enough rows that nobody who writes a message notices."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What came of a rotation.

    Args:
        resealed: rows that now rest under the newest key.
        remaining: rows that still hold a value under another key.
        broken: `table:key` of those among them that do not open.
    """

    resealed: int
    remaining: int
    broken: tuple[str, ...]


def sealed_models() -> list[type[models.Model]]:
    """Every model that keeps sealed text, in a fixed order."""
    return [model for model in apps.get_models() if sealed_fields(model)]


def count_old(model: type[models.Model]) -> int:
    """How many rows of a model hold a value under another key than the newest."""
    return sum(len(rows) for rows in _old_rows(model))


def rotate_keys(*, actor: Actor, now: datetime, tell: Callable[[str], None]) -> Rotation:
    """Seal every old value under the newest key.

    Args:
        actor: who rotates.
        now: when it begins.
        tell: is told of progress: tables and counts.
    """
    _record_rotation("rotation_begun", actor=actor, now=now)
    resealed, remaining = 0, 0
    broken: list[str] = []
    for model in sealed_models():
        done, damaged = _rotate_model(model)
        left = count_old(model)
        tell(f"{model._meta.db_table}: {done} sealed anew, {left} under an old key")
        resealed, remaining, broken = resealed + done, remaining + left, broken + damaged
    return Rotation(resealed, remaining, tuple(broken))


@transactional
def finish_rotation(*, rotation: Rotation, actor: Actor, now: datetime) -> None:
    """Put on record what came of a rotation."""
    details = {
        "resealed": rotation.resealed,
        "remaining": rotation.remaining,
        "broken": len(rotation.broken),
    }
    _record_rotation("rotated", actor=actor, now=now, **details)


@transactional
def _record_rotation(verb: str, *, actor: Actor, now: datetime, **details: int) -> None:
    newest = key_ring().primary_id
    target = ("key", newest)
    record(f"audit.keys:{verb}", actor=actor, target=target, now=now, details=dict(details))


def _rotate_model(model: type[models.Model]) -> tuple[int, list[str]]:
    done = 0
    broken: list[str] = []
    for rows in _old_rows(model):
        anew, damaged = _reseal_batch(rows)
        done, broken = done + anew, broken + damaged
    return done, broken


@transactional
def _reseal_batch(rows: list[models.Model]) -> tuple[int, list[str]]:
    done = 0
    broken: list[str] = []
    for row in rows:
        try:
            done += reseal(row)
        except SealBroken:
            broken.append(f"{row._meta.db_table}:{row.pk}")
    return done, broken


def _old_rows(model: type[models.Model]) -> Iterator[list[models.Model]]:
    names = [field.name for field in sealed_fields(model)]
    found = model._default_manager.order_by("pk").only("pk", *names)
    last = ""
    while rows := list(
        found.filter(pk__gt=last)[:ROTATION_BATCH] if last else found[:ROTATION_BATCH]
    ):
        yield [row for row in rows if rests_under_old_key(row)]
        last = rows[-1].pk
