"""Every look-up the service makes is known, and finds its rows by an index in collections that are full.

`query_shapes.txt` lists them. A new one fails here until somebody has looked at it:

    WRITE_QUERY_SHAPES=1 make test-shapes
"""

import os
import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.database.story import tell_everything
from tests.raw import mongo

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]

LISTED = Path(__file__).with_name("query_shapes.txt")
FULL = 3000
"""Rows that each collection is filled up to."""
EXAMINED = 600
"""What a look-up may read more than it gives: a page's worth and its limits, far from everything."""
SMALL = {
    "auth_group",
    "auth_permission",
    "auth_group_permissions",
    "django_content_type",
    "django_migrations",
    "moderation_staffuser_groups",
    "moderation_staffuser_user_permissions",
    "moderation_staffuser",
    "safety_canary",
}
"""Collections with as many rows as there are roles, staff or workers."""
HEX = set("0123456789abcdef")


def fill() -> None:
    """Many rows like those that are there, of other people at other times."""
    database = mongo().database
    luck = random.Random(7)
    for name in database.list_collection_names():
        if name in SMALL or name.startswith("system."):
            continue
        collection = database[name]
        samples = list(collection.find().limit(20))
        unique = {
            field
            for index in collection.index_information().values()
            if index.get("unique")
            for field, _ in index["key"]
        }
        if samples:
            rows = [_another(luck.choice(samples), unique, luck, n) for n in range(FULL)]
            collection.insert_many(rows, ordered=False)


@pytest.fixture
def _emptied() -> Iterator[None]:
    """So many rows are more than a test's end deletes in one transaction."""
    yield
    database = mongo().database
    for name in {model._meta.db_table for model in apps.get_models()} - SMALL:
        database[name].delete_many({})


def hardly_filled() -> list[str]:
    """Collections that the story left empty: nothing would be learned of them. Django's own two are not used."""
    names = (
        {model._meta.db_table for model in apps.get_models()}
        - SMALL
        - {"django_admin_log", "django_session"}
    )
    return sorted(name for name in names if mongo().database[name].count_documents({}) < FULL)


def _another(
    row: dict[str, Any], unique: set[str], luck: random.Random, number: int
) -> dict[str, Any]:
    return {name: _changed(name, value, unique, luck, number) for name, value in row.items()}


def _changed(name: str, value: Any, unique: set[str], luck: random.Random, number: int) -> Any:
    if name == "_id" or (isinstance(value, str) and len(value) == 32 and set(value) <= HEX):
        return secrets.token_hex(16)
    if isinstance(value, datetime):
        return datetime.now(UTC) - timedelta(seconds=luck.randrange(86_400 * 60))
    if name in unique and isinstance(value, str):
        return secrets.token_hex(16)
    if name in unique and isinstance(value, int):
        return 1_000_000 + number
    return value


def explained(asked: Any) -> dict[str, Any]:
    command = {"aggregate": asked.collection, "pipeline": asked.pipeline, "cursor": {}}
    answer: dict[str, Any] = mongo().database.command(
        "explain", command, verbosity="executionStats"
    )
    return answer


def stages(plan: Any) -> list[str]:
    if isinstance(plan, dict):
        own = [plan["stage"]] if isinstance(plan.get("stage"), str) else []
        return own + [stage for value in plan.values() for stage in stages(value)]
    if isinstance(plan, list):
        return [stage for value in plan for stage in stages(value)]
    return []


def statistics(answer: Any) -> tuple[int, int]:
    """How many rows it read and how many of them it gave."""
    if isinstance(answer, dict):
        own = answer.get("executionStats")
        if own:
            return own["totalDocsExamined"], own["nReturned"]
        for value in answer.values():
            found = statistics(value)
            if found != (0, 0):
                return found
    if isinstance(answer, list):
        for value in answer:
            found = statistics(value)
            if found != (0, 0):
                return found
    return 0, 0


def fault_of(asked: Any) -> str:
    answer = explained(asked)
    if "COLLSCAN" in stages(answer):
        return f"reads everything: {asked.shape}"
    examined, given = statistics(answer)
    limits = [stage["$limit"] for stage in asked.pipeline if "$limit" in stage]
    given = min([given, *limits])
    if examined > given + EXAMINED:
        return f"reads {examined} rows to give {given}: {asked.shape}"
    return ""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_emptied")
def test_every_look_up_is_known_and_finds_by_an_index_what_it_looks_for(asked, settings):
    settings.SAFETY_ALERT_WEBHOOK = "http://127.0.0.1:9/webhook"  # nobody listens there
    tell_everything()
    fill()
    assert hardly_filled() == []
    del asked[:]
    tell_everything()
    shapes = {each.shape: each for each in asked}
    listed = "".join(f"{shape}\n" for shape in sorted(shapes))
    if os.environ.get("WRITE_QUERY_SHAPES"):
        LISTED.write_text(listed, encoding="utf-8")
    known = LISTED.read_text(encoding="utf-8").splitlines()
    assert sorted(set(shapes) - set(known)) == [], "look at it, then write it down: see above"
    assert sorted(set(known) - set(shapes)) == [], "nobody asks this any more: write the list anew"
    faults = [fault_of(each) for each in shapes.values() if each.collection not in SMALL]
    found = sorted(filter(None, faults))
    assert found == [], "\n".join(found)
