"""What linters cannot hold: the habits of this house, each as a rule over the whole tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.views import APIView

from audit.store.sealing import SealedManager, sealed_fields
from chat.api.views import PersonView, PublicView
from config.env import ROOT
from config.lanes import LOOPS, Lane
from config.sweeps import SWEEPS, Sweep

OUR_APPS = ("config", "moderation", "chat", "safety", "audit")
LONGEST_FILE = 300
LONGEST_ADR_WORDS = 400
WORDLESS_NAMES = {"utils", "helpers", "common", "misc", "base", "core"}
READ_BY_US = re.compile(
    r"""(?:env\.(?:secret|text|words|whole|flag|enum_word)\(|os\.environ\.get\(|environment\.get\()\s*"([A-Z][A-Z_]+)\""""
)
NOT_OURS = {"PATH", "PROMETHEUS_MULTIPROC_DIR"}
"""Set by the start script or the system, never by an operator."""


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in listed.stdout.splitlines())
    return tuple(path for path in paths if path.is_file())


def our_modules() -> Iterator[Path]:
    for path in project_files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OUR_APPS:
            yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _api_routes(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _api_routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith("/api/v1/"):
            yield route, entry.callback.view_class  # type: ignore[attr-defined]


def test_no_python_file_is_longer_than_three_hundred_lines():
    long = {
        name_of(path): lines
        for path in project_files()
        if path.suffix == ".py" and "migrations" not in path.parts
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [name_of(path) for path in our_modules() if path.stem in WORDLESS_NAMES] == []


def test_no_file_names_a_place_on_the_machine_it_was_written_on():
    place = re.compile(r"(?<![\w.:/])/(?:work|root|farm|home/\w+)/")
    texts = (path for path in project_files() if path.suffix not in {".png", ".ico", ".woff2"})
    assert [
        name_of(path)
        for path in texts
        if place.search(path.read_text(encoding="utf-8", errors="replace"))
    ] == []


def test_no_work_is_left_for_later_in_the_code():
    words = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        name_of(path) for path in our_modules() if words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_decisions_are_short_and_numbered_once():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(numbers) == len(set(numbers))
    assert {
        path.name: words
        for path in decisions
        if (words := len(path.read_text(encoding="utf-8").split())) > LONGEST_ADR_WORDS
    } == {}


def test_env_example_lists_every_variable_that_is_read_and_no_other():
    sources = [*(ROOT / "config").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    read = {
        name for path in sources for name in READ_BY_US.findall(path.read_text(encoding="utf-8"))
    }
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE)
    assert sorted(listed) == sorted(read - NOT_OURS)


def test_no_secret_stands_in_env_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^(?!#)\w+=.+$", example, re.MULTILINE) == []


@pytest.mark.django_db
def test_migrations_tell_everything_the_models_say():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_model_with_a_sealed_field_has_the_manager_that_guards_it():
    for model in apps.get_models():
        if sealed_fields(model):
            assert isinstance(model._default_manager, SealedManager), model


@pytest.mark.parametrize(
    ("route", "view"), list(_api_routes()), ids=lambda value: getattr(value, "__name__", value)
)
def test_every_api_view_is_for_a_person_or_says_that_it_is_public(route: str, view: type[APIView]):
    assert issubclass(view, (PersonView, PublicView))
    assert view.permission_classes


def test_openapi_and_the_url_map_tell_of_the_same_operations():
    document = SchemaGenerator().get_schema(request=None, public=True)
    told = {
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/v1/")
    }
    served = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", route), method.upper())
        for route, view in _api_routes()
        for method in view.http_method_names
        if method != "options" and hasattr(view, method)
    }
    assert told == served


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.task)
def test_every_sweep_is_a_task_with_a_schedule_and_a_queue_of_its_lane(sweep: Sweep):
    from django.utils.module_loading import import_string

    from config.celery import app

    task = import_string(sweep.task)
    assert task.name == sweep.task
    assert app.conf.task_routes[sweep.task] == {"queue": sweep.lane.value}
    assert app.conf.beat_schedule[sweep.task]["options"]["queue"] == sweep.lane.value


def test_every_task_of_ours_is_swept():
    from config.celery import app

    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.split(".")[0] in OUR_APPS}
    assert ours == {sweep.task for sweep in SWEEPS}


def test_every_lane_has_a_loop():
    assert set(LOOPS) == set(Lane)


def _forbidden_words() -> dict[str, str]:
    """From the glossary: words that must not be used, and the ones that stand for the thing."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|.*\| (.*?) \|$", text, re.MULTILINE)
    return {bad.strip(): good for good, nots in rows for bad in nots.split(",") if bad.strip()}


def _names_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def test_names_in_the_code_use_the_words_of_the_glossary():
    forbidden = _forbidden_words()
    assert forbidden
    found = [
        f"{name_of(path)}: {name} (say {forbidden[word]})"
        for path in our_modules()
        for name in _names_in(path)
        for word in re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower())
        if word in forbidden
    ]
    assert found == []
