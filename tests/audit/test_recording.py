"""Adding to the record, and giving numbers: nothing is passed over, and nothing is numbered twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError

from audit.actors import Actor
from audit.leaves import PersonalText
from audit.models import AuditEvent
from audit.queries import oldest_unnumbered_seconds
from audit.services import Entry, number_events, record, record_all, recording
from audit.store.ids import new_id
from audit.store.transactions import NotInTransaction, transactional
from audit.tasks import number_audit_events

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@transactional
def _record(now, action="chat.session:begun", **changes):
    event = {
        "actor": Actor.person("p1", "r1"),
        "target": ("session", "s1"),
        "person_id": "p1",
        "now": now,
    }
    return record(action, **{**event, **changes})


def test_an_event_says_who_did_what_to_which_row(now) -> None:
    event = _record(now, details={"score": 3})
    kept = AuditEvent.objects.get()
    assert kept.leaf == event.leaf
    assert kept.leaf.body() == {
        "id": event.pk,
        "at": "2026-11-24T12:00:00.250Z",
        "action": "chat.session:begun",
        "actor": "person:p1",
        "target": "session:s1",
        "person_id": "p1",
        "request_id": "r1",
        "details": {"score": 3},
    }
    assert kept.leaf_hash == kept.leaf.hash()
    assert kept.sequence is None


@transactional
def _record_two(now, *, second: str = "chat.session:closed", fails: bool = False) -> None:
    actions = ("chat.session:begun", second)
    record_all([Entry(action, Actor.person("p1"), ("session", "s1"), now) for action in actions])
    if fails:
        raise RuntimeError


def test_several_events_are_added_as_one_is(now) -> None:
    _record_two(now)
    events = AuditEvent.objects.order_by("pk")
    assert [event.action for event in events] == ["chat.session:begun", "chat.session:closed"]
    assert all(event.leaf_hash == event.leaf.hash() for event in events)


def test_several_events_are_added_with_what_they_tell_of_or_not_at_all(now) -> None:
    with pytest.raises(RuntimeError):
        _record_two(now, fails=True)
    with pytest.raises(ValueError, match="action"):
        _record_two(now, second="somebody closed it")
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_events_belong_into_a_transaction(now) -> None:
    with pytest.raises(NotInTransaction):
        record_all([])


@pytest.mark.parametrize(
    "changes",
    [
        {"details": {"text": "I cannot sleep"}},
        {"target": ("session", "the grey one")},
        {"target": ("a session", "1")},
        {"person_id": "somebody i know"},
        {"person_id": "x" * 33},
        {"actor": Actor.staff("Robin Doe")},
        {"actor": Actor.system("sweep", "a request")},
    ],
)
def test_prose_is_refused_and_nothing_is_kept(now, changes) -> None:
    with pytest.raises(PersonalText):
        _record(now, **changes)
    assert not AuditEvent.objects.exists()


def test_an_action_that_is_not_well_formed_is_refused(now) -> None:
    with pytest.raises(ValueError, match="verb_past"):
        _record(now, action="opened")


def test_numbers_begin_at_zero_and_go_on_without_a_gap(now) -> None:
    assert number_events() == 0
    first, second = _record(now), _record(now)
    assert number_events() == 2
    third = _record(now)
    assert number_audit_events() == 1
    kept = dict(AuditEvent.objects.values_list("pk", "sequence"))
    assert kept == {first.pk: 0, second.pk: 1, third.pk: 2}


def test_an_event_that_commits_late_with_a_smaller_id_is_numbered_late_and_not_passed_over(
    now,
) -> None:
    early = new_id()
    _record(now)
    number_events()
    late = _record(now)
    copy = AuditEvent(**{f.attname: getattr(late, f.attname) for f in AuditEvent._meta.fields})
    copy.pk, copy._state.adding = early, True
    copy.save()
    assert number_events() == 2
    assert AuditEvent.objects.get(pk=early).sequence in {1, 2}
    assert not AuditEvent.objects.filter(sequence=None).exists()


def test_a_long_queue_is_numbered_in_batches(now, monkeypatch) -> None:
    monkeypatch.setattr(recording, "SEQUENCE_BATCH", 2)
    for _ in range(3):
        _record(now)
    assert [number_events(), number_events(), number_events()] == [2, 1, 0]


def test_a_sequencer_that_comes_second_numbers_nothing(now, monkeypatch) -> None:
    _record(now)
    number_events()
    _record(now)
    monkeypatch.setattr(recording, "last_number", lambda: -1)
    assert number_events() == 0
    monkeypatch.undo()
    assert number_events() == 1


def test_an_event_that_somebody_else_numbered_meanwhile_keeps_its_number(now) -> None:
    event = _record(now)
    stale = AuditEvent.objects.filter(pk=event.pk)
    number_events()
    assert stale.update(sequence=5) == 0
    assert AuditEvent.objects.get().sequence == 0


def test_two_events_cannot_have_one_number(now) -> None:
    first, second = _record(now), _record(now)
    AuditEvent.objects.filter(pk=first.pk).update(sequence=0)
    with pytest.raises(IntegrityError):
        AuditEvent.objects.filter(pk=second.pk).update(sequence=0)


def test_the_age_of_the_oldest_unnumbered_event_is_known(now) -> None:
    assert oldest_unnumbered_seconds(now=now) == 0
    event = _record(now)
    assert oldest_unnumbered_seconds(now=event.at) == 0


WRITERS_AND_SEQUENCERS = """
import json, threading
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from audit.actors import Actor
from audit.models import AuditEvent
from audit.services import number_events, record
from audit.store.transactions import NotInTransaction, transactional

call_command("migrate", verbosity=0, skip_checks=True)
writing = threading.Event(); writing.set()
failures = []

@transactional
def write():
    record("chat.session:begun", actor=Actor.system("tests"), target=("session", "1"), now=timezone.now())

def guarded(work):
    def run():
        try:
            work()
        except Exception as error:
            failures.append(repr(error))
        finally:
            connection.close()
    return threading.Thread(target=run)

def write_many():
    for _ in range(25):
        write()

def number_meanwhile():
    while writing.is_set():
        number_events()

writers = [guarded(write_many) for _ in range(3)]
sequencers = [guarded(number_meanwhile) for _ in range(2)]
for thread in writers + sequencers: thread.start()
for thread in writers: thread.join()
writing.clear()
for thread in sequencers: thread.join()
number_events()
numbers = sorted(AuditEvent.objects.values_list("sequence", flat=True))
print(json.dumps({"failures": failures, "contiguous": numbers == list(range(75))}))
"""


def test_writers_and_two_sequencers_at_once_lose_nothing(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VIGIL_ENV_FILE": "/dev/null",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "only-for-tests-" * 4,
        "JWT_SECRET": "only-for-tests-jwt-" * 3,
        "ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "PATH": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", WRITERS_AND_SEQUENCERS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"failures": [], "contiguous": True}
