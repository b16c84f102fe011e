"""The key of every model: made by us, in order, and refused when it is not one."""

import uuid
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError

from audit.models import AuditEvent
from audit.store.ids import PortableAutoField, as_id, new_id


def test_an_id_is_a_uuid_of_version_7() -> None:
    parsed = uuid.UUID(new_id())
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.hex == as_id(str(parsed)) == as_id(parsed.hex.upper())


def test_ids_sort_in_the_order_they_were_made_and_never_repeat() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    # The clock resolves 244 ns: neighbours may tie, more than a few out of place would be a fault.
    assert sum(first > second for first, second in pairwise(ids)) < 20


@pytest.mark.parametrize("value", ["", "x", "1", "0" * 31, None, 7])
def test_what_is_no_id_is_none(value: object) -> None:
    assert as_id(value) is None


def test_the_field_takes_ids_and_nothing_else() -> None:
    field = AuditEvent._meta.pk
    assert isinstance(field, PortableAutoField)
    some_id = new_id()
    assert field.to_python(str(uuid.UUID(some_id))) == some_id
    assert field.to_python(None) is None
    assert [field.formfield()] == [None]  # type: ignore[func-returns-value]
    assert field.validators == []
    with pytest.raises(ValidationError):
        field.to_python("1")


def test_the_field_reads_the_same_on_every_database() -> None:
    from django.db import connection

    field = AuditEvent._meta.pk
    assert field.column == "_id"
    assert field.get_internal_type() == "CharField"
    assert field.rel_db_type(connection) in ("varchar(32)", "string")
    assert field.get_db_prep_value("as it is", connection, prepared=True) == "as it is"
    assert "default" not in field.deconstruct()[3]
