"""Each repair of the backend works, and is still needed."""

import django_mongodb_backend
import pytest
from django.db import connection
from django_mongodb_backend.base import DatabaseWrapper
from django_mongodb_backend.query import MongoQuery

from audit.models import AuditEvent
from audit.store import repairs
from tests.factories import make_person

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db]


def test_the_repairs_are_those_of_this_version():
    assert django_mongodb_backend.__version__ == repairs.BACKEND_VERSION


@pytest.mark.parametrize("text", [".*", "", "^", "s.bject", "subject|x", "(", "[a-z]*"])
def test_without_regard_to_case_is_never_a_pattern(text):
    from chat.models import Person

    person = make_person()
    Person.objects.filter(pk=person.pk).update(subject="Subject")
    assert not Person.objects.filter(subject__iexact=text).exists()
    assert Person.objects.filter(subject__iexact="sUBJECT").exists()


def test_the_backend_still_makes_patterns_of_text():
    assert repairs.backend_iexact("f", ".*") == {"f": {"$regex": "^.*$", "$options": "i"}}


LISTS = {
    "whole rows": lambda: AuditEvent.objects.order_by("-at", "-pk")[:3],
    "some columns": lambda: AuditEvent.objects.order_by("-at", "-pk").values_list("pk", "at")[1:3],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_by_an_index(name):
    assert '"SORT"' not in LISTS[name]().explain()


def test_the_backend_still_sorts_in_memory(monkeypatch):
    monkeypatch.setattr(MongoQuery, "get_pipeline", repairs.backend_pipeline)
    assert "COLLSCAN" in LISTS["whole rows"]().explain()


def test_sqlite_needs_no_repair(monkeypatch):
    monkeypatch.setattr(DatabaseWrapper, "vendor", "sqlite")
    monkeypatch.setattr(MongoQuery, "get_pipeline", "untouched")
    repairs.repair_backend(connection)
    assert MongoQuery.get_pipeline == "untouched"
