"""What MongoDB's backend does not do, or does wrongly without a word, is not in the code.

Source: tried with Django 5.2 and django-mongodb-backend 5.2; docs/adr/0001 tells of the engines. Linters ban `atomic`
and `on_commit`; this is for what they cannot name.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.database.test_query_shapes import LISTED
from tests.test_conventions import name_of, our_modules

NAMES = {
    "select_for_update": "locks nothing: make a conditional update",
    "FilteredRelation": "gives wrong rows",
    "Window": "is not supported",
    "CheckConstraint": "is not supported",
    "bulk_update": "puts the text of an expression into sealed fields",
    "select_related": "joins: ask twice",
    "list_select_related": "joins: ask twice",
}
KEYWORDS = {
    "ignore_conflicts": "is not supported",
    "db_default": "is not supported",
    "update_conflicts": "is not supported",
}
TEXTS = {"django.core.cache.backends.db.DatabaseCache": "is not supported"}
LOOK_UPS = {"iexact": "becomes a pattern made of what somebody typed: keep a column in lower case"}
ALLOWED = {
    ("audit/models.py", "bulk_update"),  # refuses it
}
ROLES_OF_STAFF = ("auth_permission: ", "auth_group: ")
"""A few dozen rows, joined by Django itself to tell what somebody may do."""


ASKS_NOTHING = "safety/engine/"
"""Pure, as import-linter checks: its windows are of text."""


def _json_fields() -> set[str]:
    return {
        field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.JSONField)
    }


def _many_to_many() -> set[str]:
    return {field.name for model in apps.get_models() for field in model._meta.many_to_many}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    if isinstance(node, ast.Name):
        yield node.id
    if isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)


def _banned_in_call(call: ast.Call, json_fields: set[str]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    for keyword in call.keywords:
        parts = (keyword.arg or "").split("__")
        if keyword.arg in KEYWORDS:
            yield f"{keyword.arg} {KEYWORDS[keyword.arg]}"
        if len(parts) > 1 and parts[-1] in LOOK_UPS:
            yield f"__{parts[-1]} {LOOK_UPS[parts[-1]]}"
        if name == "exclude" and len(parts) > 1 and parts[0] in json_fields:
            yield "exclude() on a JSON key gives wrong rows"
    if name == "prefetch_related":
        texts = {str(each.value) for each in call.args if isinstance(each, ast.Constant)}
        yield from (f"prefetch of {text} is not supported" for text in texts & _many_to_many())


def banned(source: str, path: str) -> list[str]:
    json_fields = _json_fields()
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        used = {name for name in _names(node) if (path, name) not in ALLOWED}
        found += [f"{name} {NAMES[name]}" for name in used & NAMES.keys()]
        if isinstance(node, ast.Call):
            found += _banned_in_call(node, json_fields)
        if isinstance(node, ast.Constant) and node.value in TEXTS:
            found.append(f"{node.value!r} {TEXTS[str(node.value)]}")
    return [f"{path}: {what}" for what in found]


def _asking() -> list[Path]:
    return [path for path in our_modules() if not name_of(path).startswith(ASKS_NOTHING)]


@pytest.mark.parametrize("path", _asking(), ids=name_of)
def test_what_mongodb_does_not_do_is_not_asked_of_it(path: Path):
    assert banned(path.read_text(encoding="utf-8"), name_of(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "Person.objects.select_for_update()",
        "from django.db.models import FilteredRelation",
        "models.Window(expression=Sum('x'))",
        "models.CheckConstraint(name='x')",
        "Message.objects.bulk_update(rows, ['text'])",
        "Note.objects.select_related('author')",
        "Note.objects.bulk_create(rows, ignore_conflicts=True)",
        "models.CharField(db_default='x')",
        "StaffUser.objects.filter(username__iexact=name)",
        "Incident.objects.exclude(response__escalated=True)",
        "StaffUser.objects.prefetch_related('groups')",
        "BACKEND = 'django.core.cache.backends.db.DatabaseCache'",
    ],
)
def test_each_ban_bites(line: str):
    assert banned(line, "chat/somewhere.py")


def test_nothing_is_joined_but_the_roles_of_staff():
    """A join reads one collection for each row of another; two look-ups by id take a five-hundredth of the time."""
    shapes = LISTED.read_text(encoding="utf-8").splitlines()
    joined = [shape for shape in shapes if "$lookup" in shape]
    assert [shape for shape in joined if not shape.startswith(ROLES_OF_STAFF)] == []
