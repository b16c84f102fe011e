"""Reads of the record: the searcher's pages, newest first, and the exporter's batches, in the order of the tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from audit.actors import ActorKind
from audit.leaves import Detail, rfc3339
from audit.models import AuditEvent
from audit.store.ids import as_id

PAGE_SIZE = 50
EXPORT_BATCH = 500
_AFTER_EVERY_CODE = "\x7f"


class UnknownPlace(ValueError):
    """A place in the record that no page gave."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What to look for; an empty part lets everything through.

    Args:
        actor: `kind:id`, `kind:` or an id.
        action: a whole action, or how it begins.
        target: `type:id`, `type:` or an id.
        person_id: whose words or data it concerns.
        since: from this moment, inclusive.
        until: up to this moment, exclusive.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    person_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def names_somebody(self) -> bool:
        """Whether the search is about somebody, or about one row that could be somebody's."""
        about_somebody = self.actor.partition(":")[0] not in ("staff", "system", "")
        return bool(self.person_id or self.target or about_somebody)

    @property
    def is_by_action(self) -> bool:
        """Whether how an action begins is the best there is to find events by: no person or other id is named."""
        ids = (self.actor, self.target)
        named = any(name.rpartition(":")[2] for name in ids)
        return bool(self.action) and not self.person_id and not named

    @property
    def named_person(self) -> str:
        """The person's id where the search names exactly one."""
        names = [f"person:{self.person_id}", self.target, self.actor]
        ids = [
            as_id(row_id)
            for kind, _, row_id in (name.partition(":") for name in names)
            if kind == "person"
        ]
        return next((person_id for person_id in ids if person_id), "")

    def as_details(self) -> dict[str, Detail]:
        """The parts that are set, as the record keeps them."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: rfc3339(value) if isinstance(value, datetime) else value
            for name, value in given.items()
            if value
        }


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of a search.

    Args:
        events: newest first.
        older: the place where the next page begins; empty when there is none.
    """

    events: list[AuditEvent]
    older: str


def matching_events(filters: EventFilter) -> QuerySet[AuditEvent]:
    """The events a filter lets through, in no order yet."""
    found = AuditEvent.objects.filter(
        **_name("actor_kind", "actor_id", filters.actor),
        **_name("target_type", "target_id", filters.target),
    )
    if filters.person_id:
        found = found.filter(person_id=filters.person_id)
    if filters.action:
        # A range, not a pattern: it uses the index, and input is never part of an expression.
        found = found.filter(
            action__gte=filters.action, action__lt=filters.action + _AFTER_EVERY_CODE
        )
    if filters.since:
        found = found.filter(at__gte=filters.since)
    if filters.until:
        found = found.filter(at__lt=filters.until)
    return found


def _name(kind_field: str, id_field: str, name: str) -> dict[str, str]:
    kind, colon, row_id = name.partition(":")
    parts = {kind_field: kind, id_field: row_id} if colon else {id_field: name}
    return {field: value for field, value in parts.items() if value}


def page_of_events(filters: EventFilter, *, before: str = "") -> EventPage:
    """One page, by time and id, newest first.

    Raises:
        UnknownPlace: `before` is not what a page gave.
    """
    found = matching_events(filters)
    if before:
        at, pk = read_place(before)
        found = found.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)
    events = _newest(found, filters)
    page = events[:PAGE_SIZE]
    return EventPage(page, _place(page[-1]) if len(events) > PAGE_SIZE else "")


def _newest(found: QuerySet[AuditEvent], filters: EventFilter) -> list[AuditEvent]:
    """One more than a page.

    An index on the action is in the order of time for one action, not for all that begin alike: those would have to be
    sorted, however many they are. So each action is asked for its newest, and the newest of all are read.
    """
    if not filters.is_by_action:
        return list(found.order_by("-at", "-pk")[: PAGE_SIZE + 1])
    places = [
        place for action in actions_beginning(filters.action) for place in _newest_of(found, action)
    ]
    newest = [pk for _, pk in sorted(places, reverse=True)[: PAGE_SIZE + 1]]
    events = {event.pk: event for event in AuditEvent.objects.filter(pk__in=newest)}
    return [events[pk] for pk in newest]


def _newest_of(found: QuerySet[AuditEvent], action: str) -> list[tuple[datetime, str]]:
    rows = found.filter(action=action).order_by("-at", "-pk")
    return list(rows.values_list("at", "pk")[: PAGE_SIZE + 1])


def actions_beginning(start: str) -> list[str]:
    """The actions on record that begin so: one step in the index for each, however many events there are."""
    actions = AuditEvent.objects.order_by("action").values_list("action", flat=True)
    known: list[str] = []
    following = actions.filter(action__gte=start, action__lt=start + _AFTER_EVERY_CODE).first()
    while following is not None:
        known.append(following)
        following = actions.filter(
            action__gt=following, action__lt=start + _AFTER_EVERY_CODE
        ).first()
    return known


def staff_names(events: Iterable[AuditEvent]) -> dict[str, str]:
    """The usernames of staff who act or are acted upon, by id, in one query; an id that no account has is left out."""
    ids = {row_id for event in events for row_id in _staff_ids(event)}
    users = get_user_model()._default_manager.filter(pk__in=ids)
    return {str(user.pk): user.get_username() for user in users}


def _staff_ids(event: AuditEvent) -> list[str]:
    named = ((event.actor_kind, event.actor_id), (event.target_type, event.target_id))
    ids = [as_id(row_id) for kind, row_id in named if kind == ActorKind.STAFF]
    return [row_id for row_id in ids if row_id]


def _place(event: AuditEvent) -> str:
    return f"{rfc3339(event.at)}_{event.pk}"


def read_place(place: str) -> tuple[datetime, str]:
    """The time and id that a page gave as its `older`.

    Raises:
        UnknownPlace: no page gave it.
    """
    moment, _, row_id = place.partition("_")
    pk = as_id(row_id)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise UnknownPlace(place) from None
    if pk is None or at.tzinfo is None:
        raise UnknownPlace(place)
    return at, pk


def last_number() -> int:
    """The highest number given so far; -1 when none is."""
    numbers = AuditEvent.objects.filter(sequence__gte=0).order_by("-sequence")
    last = numbers.values_list("sequence", flat=True).first()
    return -1 if last is None else last


def count_numbered(filters: EventFilter, *, last: int) -> int:
    """How many events up to a number a filter lets through."""
    return matching_events(filters).filter(sequence__lte=last).count()


def numbered_events(filters: EventFilter, *, last: int) -> Iterator[AuditEvent]:
    """The events up to a number that a filter lets through, in the order of the tree, a batch at a time."""
    found = matching_events(filters).order_by("sequence")
    first = 0
    while first <= last:
        batch = list(found.filter(sequence__gte=first, sequence__lte=last)[:EXPORT_BATCH])
        yield from batch
        first = last + 1 if len(batch) < EXPORT_BATCH else _after(batch[-1])


def _after(event: AuditEvent) -> int:
    return (event.sequence or 0) + 1


def oldest_unnumbered_seconds(*, now: datetime) -> float:
    """For how long the oldest event has waited for its number; 0 when none waits."""
    waiting = AuditEvent.objects.filter(sequence=None).order_by("at")
    oldest = waiting.values_list("at", flat=True).first()
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
