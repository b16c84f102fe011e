"""Rows as a million messages leave them, written in bulk past the services: conversations of strangers, long ago.

One row of each kind is made by the models themselves, sealed words and all; the others are copies of it that differ in
what they are found by. Events of a session's stream are left out: a sweep deletes old ones.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models

from audit.actors import Actor
from audit.models import AuditEvent
from audit.store.ids import new_id
from chat.models import Author, ChatSession, Message, Person
from safety.models import Assessment

MESSAGES_PER_SESSION = 20
SESSIONS_PER_PERSON = 3
SESSIONS_AT_ONCE = 250
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN_SESSIONS = timedelta(seconds=20)
WORDS = "It was a long week, and I keep going over what I said to my sister on the phone."

Row = dict[str, Any]


def _db_row(instance: models.Model) -> Row:
    """The columns of a row, as the engine takes them."""
    return {
        str(column.column): column.get_db_prep_save(column.pre_save(instance, add=True), connection)
        for column in instance._meta.concrete_fields
    }


def _db_time(at: datetime) -> object:
    return models.DateTimeField().get_db_prep_value(at, connection)


def _templates() -> dict[str, Row]:
    """A row of each kind, by its table."""
    person = Person(subject="", country="US", created_at=BEGAN)
    session = ChatSession(person=person, created_at=BEGAN, last_activity=BEGAN)
    session.total_messages = session.last_sequence = MESSAGES_PER_SESSION
    message = Message(
        session=session, sequence=1, author=Author.PERSON, text=WORDS, created_at=BEGAN
    )
    assessment = Assessment(
        kind="message", created_at=BEGAN, level="none", score=0, probability=0.01,
        release="bench", elapsed_ms=0.2,
    )  # fmt: skip
    event = AuditEvent(
        at=BEGAN,
        action="chat.message:assessed",
        actor_kind=Actor.person("").kind.value,
        target_type="message",
        details={"level": "none", "triggers": []},
        leaf_hash="0" * 64,
    )
    rows = (person, session, message, assessment, event)
    return {row._meta.db_table: _db_row(row) for row in rows}


@dataclass(slots=True)
class Filler:
    """Adds messages, and all that belongs to them; knows how many there are."""

    messages: int = 0
    _sessions: int = 0
    _person: str = ""
    _templates: dict[str, Row] = field(default_factory=_templates)
    _luck: random.Random = field(default_factory=lambda: random.Random(7))

    def fill_to(self, messages: int) -> None:
        """Add what is missing."""
        while self.messages < messages:
            wanted = -(-(messages - self.messages) // MESSAGES_PER_SESSION)
            self._add(min(SESSIONS_AT_ONCE, wanted))

    def _add(self, sessions: int) -> None:
        batch: dict[str, list[Row]] = {table: [] for table in self._templates}
        for _ in range(sessions):
            for table, row in self._session():
                batch[table].append(row)
        for table, rows in batch.items():
            insert(table, rows)

    def _session(self) -> Iterator[tuple[str, Row]]:
        at = _db_time(BEGAN + self._sessions * BETWEEN_SESSIONS)
        if self._sessions % SESSIONS_PER_PERSON == 0:
            self._person = new_id()
            yield self._row(Person, _id=self._person, subject=self._person, created_at=at)
        session_id = new_id()
        self._sessions += 1
        yield self._row(
            ChatSession, _id=session_id, person_id=self._person, created_at=at, last_activity=at
        )
        for sequence in range(1, MESSAGES_PER_SESSION + 1):
            yield from self._message(session_id, sequence, at)

    def _message(self, session_id: str, sequence: int, at: object) -> Iterator[tuple[str, Row]]:
        self.messages += 1
        whose = {"session_id": session_id, "person_id": self._person}
        message_id = new_id()
        yield self._row(
            Message,
            _id=message_id, session_id=session_id, sequence=sequence, created_at=at,
            client_key=message_id, answers_id=message_id if sequence % 2 == 0 else "",
        )  # fmt: skip
        risky = {"level": "concern", "score": 2} if self._luck.random() < 1 / 50 else {}
        yield self._row(
            Assessment, _id=new_id(), message_id=message_id, created_at=at, **whose, **risky
        )
        yield self._row(
            AuditEvent,
            _id=new_id(), at=at, person_id=self._person, actor_id=self._person,
            target_id=message_id, request_id=message_id, sequence=self.messages,
        )  # fmt: skip

    def _row(self, model: type[models.Model], **columns: object) -> tuple[str, Row]:
        table = model._meta.db_table
        return table, {**self._templates[table], **columns}


def insert(table: str, rows: list[Row]) -> None:
    """Write rows as they are."""
    if not rows:
        return
    if connection.vendor == "mongodb":
        database: Any = connection.database  # type: ignore[attr-defined]  # the backend's own
        database[table].insert_many(rows, ordered=False)
        return
    names = list(rows[0])
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(statement, [list(row.values()) for row in rows])
        cursor.execute("COMMIT")
