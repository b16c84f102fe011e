"""Sealed text: every way to alter, move, bypass or lose it is an error, never somebody else's words."""

import base64
import json

import pytest
from django.core import serializers
from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from audit.store.sealing import (
    KeyRing,
    SealBroken,
    Sealed,
    SealedFieldMisused,
    key_id,
    key_ring,
    reseal,
    rests_under_old_key,
    sealed_fields,
)
from chat.models import Person
from tests.raw import read_raw, write_raw

MARKER = "marzipan-lantern"
OLD = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = base64.b64encode(b"n" * 32).decode()
PLACE = "table.column:1"


def _ring(*texts: str) -> KeyRing:
    return KeyRing.from_texts(texts)


@pytest.fixture
def person(now, db) -> Person:
    return Person.objects.create(subject="s", user_name=MARKER, birth_year="1990", created_at=now)


def _raw(person: Person, column: str = "user_name") -> str:
    value: str = read_raw(person, column)
    return value


def _write_raw(person: Person, value: str, column: str = "user_name") -> None:
    write_raw(person, column, value)


@pytest.mark.parametrize(
    "text", ["", "words", "日本語 🕊", "\ud800 half", "\x00", "v1.abc.def", "x" * 8000]
)
def test_what_is_sealed_opens_again(text: str) -> None:
    sealed = key_ring().seal(text, place=PLACE)
    assert key_ring().open(sealed, place=PLACE) == text


def test_any_altered_character_is_an_error() -> None:
    token = key_ring().seal(MARKER, place=PLACE).token
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        with pytest.raises(SealBroken):
            key_ring().open(Sealed(token[:place] + other + token[place + 1 :]), place=PLACE)


@pytest.mark.parametrize(
    "token", ["", "v1", "v1.x", "clear text", "v1.00000000.AAAA", "v1..", "v1.ä.AAAA"]
)
def test_what_is_no_sealed_value_is_an_error(token: str) -> None:
    with pytest.raises(SealBroken):
        key_ring().open(Sealed(token), place=PLACE)


def test_a_short_value_under_a_known_key_is_an_error() -> None:
    for packed in ("", "AAAA", base64.urlsafe_b64encode(b"0" * 12).decode()):
        with pytest.raises(SealBroken):
            key_ring().open(Sealed(f"v1.{key_ring().primary_id}.{packed}"), place=PLACE)


def test_a_wrong_key_fails_loudly_and_names_the_place_only() -> None:
    sealed = _ring(OLD).seal(MARKER, place=PLACE)
    with pytest.raises(SealBroken, match=PLACE) as caught:
        _ring(NEW).open(sealed, place=PLACE)
    assert MARKER not in str(caught.value)


def test_a_key_with_the_name_of_another_does_not_open() -> None:
    sealed = _ring(OLD).seal(MARKER, place=PLACE)
    renamed = Sealed(f"v1.{_ring(NEW).primary_id}.{sealed.token.split('.')[2]}")
    with pytest.raises(SealBroken):
        _ring(NEW).open(renamed, place=PLACE)


@pytest.mark.parametrize("texts", [[], ["c2hvcnQ="], ["not base64!"], [OLD, ""]])
def test_a_ring_wants_whole_keys(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="ENCRYPTION_KEY"):
        KeyRing.from_texts(texts)


def test_a_sealed_value_shows_nothing() -> None:
    sealed = key_ring().seal(MARKER, place=PLACE)
    assert str(sealed) == repr(sealed) == "<sealed>"
    assert sealed.key_id == key_id(base64.b64decode(OLD))
    assert Sealed("damaged").key_id == ""


def test_the_database_holds_no_clear_text(person: Person) -> None:
    assert MARKER not in _raw(person)
    assert Person.objects.get().user_name == MARKER


def test_equal_words_rest_differently(person: Person, now) -> None:
    other = Person.objects.create(subject="t", user_name=MARKER, created_at=now)
    assert _raw(person) != _raw(other)


def test_swapped_rows_are_an_error(person: Person, now) -> None:
    other = Person.objects.create(subject="t", user_name="Robin", created_at=now)
    mine, theirs = _raw(person), _raw(other)
    _write_raw(person, theirs)
    _write_raw(other, mine)
    for row in Person.objects.all():
        with pytest.raises(SealBroken, match=row.pk):
            row.user_name  # noqa: B018 - reading opens the seal


def test_swapped_columns_are_an_error(person: Person) -> None:
    _write_raw(person, _raw(person, "birth_year"))
    with pytest.raises(SealBroken):
        Person.objects.get().user_name  # noqa: B018


def test_a_flipped_byte_in_the_database_is_an_error(person: Person) -> None:
    value = _raw(person)
    _write_raw(person, value[:-6] + ("A" if value[-6] != "A" else "B") + value[-5:])
    with pytest.raises(SealBroken):
        Person.objects.get().user_name  # noqa: B018


def test_what_nobody_set_rests_as_it_was(person: Person) -> None:
    before = _raw(person)
    row = Person.objects.get()
    assert row.user_name == MARKER
    row.country = "GB"
    row.save()
    assert _raw(person) == before


def test_what_was_set_is_sealed_anew(person: Person) -> None:
    row = Person.objects.get()
    row.user_name = "Kim"
    row.save(update_fields=["user_name"])
    assert Person.objects.get().user_name == "Kim"


def test_a_deferred_field_is_fetched_and_opened(person: Person) -> None:
    row = Person.objects.defer("user_name").get()
    assert row.user_name == MARKER
    row = Person.objects.only("user_name").get()
    row.save(update_fields=["user_name"])
    assert Person.objects.get().user_name == MARKER


def test_bulk_create_seals(now, db) -> None:
    Person.objects.bulk_create([Person(subject="s", user_name=MARKER, created_at=now)])
    row = Person.objects.get()
    assert MARKER not in _raw(row)
    assert row.user_name == MARKER


def test_values_show_no_text(person: Person) -> None:
    assert MARKER not in repr(list(Person.objects.values()))
    assert MARKER not in repr(list(Person.objects.values_list("user_name", flat=True)))


def _savepoint():
    return transaction.atomic()  # noqa: TID251 - a refused statement must not end the test's own transaction


EXPRESSIONS = [
    MARKER,
    F("birth_year"),
    Value(MARKER),
    Value(MARKER, output_field=models.TextField()),
    Case(When(Q(pk__isnull=False), then=Value(MARKER)), default=Value("")),
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=repr)
@pytest.mark.parametrize("manager", ["_default_manager", "_base_manager"])
def test_updating_by_text_or_expression_is_refused(
    person: Person, manager: str, expression
) -> None:
    before = _raw(person)
    with pytest.raises(SealedFieldMisused), _savepoint():
        getattr(Person, manager).update(user_name=expression)
    assert _raw(person) == before


def test_bulk_update_is_refused(person: Person) -> None:
    person.user_name = "Kim"
    with pytest.raises(SealedFieldMisused):
        Person.objects.bulk_update([person], ["user_name"])
    with pytest.raises(SealedFieldMisused), _savepoint():
        QuerySet[Person](Person).bulk_update([person], ["user_name"])


def test_other_columns_can_be_updated(person: Person) -> None:
    Person.objects.update(country="DE")
    Person.objects.update(
        user_name=key_ring().seal("Kim", place=f"chat_person.user_name:{person.pk}")
    )
    row = Person.objects.get()
    assert (row.country, row.user_name) == ("DE", "Kim")


@pytest.mark.parametrize(
    "lookup", ["user_name", "user_name__contains", "user_name__startswith", "user_name__in"]
)
def test_searching_sealed_text_is_refused(db, lookup: str) -> None:
    with pytest.raises(SealedFieldMisused):
        Person.objects.filter(**{lookup: [MARKER] if lookup.endswith("in") else MARKER}).exists()


@pytest.mark.parametrize("value", [None, 7, b"bytes", Value("x")])
def test_only_text_can_be_sealed(db, now, value) -> None:
    with pytest.raises(SealedFieldMisused):
        Person.objects.create(subject="s", user_name=value, created_at=now)


def test_a_row_without_a_key_cannot_be_sealed(now) -> None:
    person = Person(subject="s", user_name=MARKER, created_at=now)
    person.pk = None
    with pytest.raises(SealedFieldMisused, match="no key"):
        person._meta.get_field("user_name").pre_save(person, add=True)


def test_a_dump_is_sealed_and_loading_it_is_refused_rather_than_sealed_twice(
    person: Person,
) -> None:
    dump = serializers.serialize("json", Person.objects.all())
    assert MARKER not in dump
    Person.objects.all().delete()
    (row,) = serializers.deserialize("json", dump)
    with pytest.raises(SealedFieldMisused):
        row.save()


def test_a_posted_token_stays_text(db, now) -> None:
    token = key_ring().seal(MARKER, place=PLACE).token
    field = Person._meta.get_field("user_name")
    assert field.to_python(token) == token
    Person.objects.create(subject="s", user_name=token, created_at=now)
    assert Person.objects.get().user_name == token


def test_null_in_the_database_stays_null() -> None:
    field = sealed_fields(Person)[0]
    assert field.from_db_value(None) is None


def test_the_class_attribute_is_the_field_itself() -> None:
    assert json.dumps(str(Person.user_name))


def test_resealing_moves_a_row_to_the_newest_key(person: Person, settings) -> None:
    settings.ENCRYPTION_KEY = [NEW, OLD]
    row = Person.objects.get()
    assert rests_under_old_key(row)
    assert reseal(row)
    settings.ENCRYPTION_KEY = [NEW]
    row = Person.objects.get()
    assert not rests_under_old_key(row)
    assert (row.user_name, row.birth_year) == (MARKER, "1990")


def test_a_row_that_somebody_changed_is_left_to_the_next_rotation(person: Person, settings) -> None:
    settings.ENCRYPTION_KEY = [NEW, OLD]
    stale = Person.objects.get()
    person.user_name = "Kim"
    person.save()
    assert not reseal(stale)
    assert Person.objects.get().user_name == "Kim"
