"""Reports may read from a secondary; nothing that decides does."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from audit.store.reports import REPORTS_ALIAS, NothingIsWrittenThere, reports_alias
from config.databases import databases
from safety.gauges import open_incidents_by_severity
from tests.factories import make_incident

ROOT = Path(__file__).resolve().parents[2]
MAY_LAG = {"safety/gauges.py"}
"""Who may read there. Before adding a file: would anybody decide wrongly on what is a minute old?"""
SECONDARY = "mongodb://db.example/vigil?replicaSet=rs0&readPreference=secondary"


def test_only_reports_read_there():
    asking = {
        str(path.relative_to(ROOT))
        for app in ("config", "moderation", "chat", "safety", "audit")
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reports_alias"
    }
    assert asking == MAY_LAG


def test_without_an_address_there_is_one_database():
    assert set(databases({"NAME": "x"}, analytics_uri="", name="")) == {"default"}
    assert reports_alias() == "default"


def test_with_one_there_is_a_second_way_to_it():
    both = databases({"NAME": "x"}, analytics_uri=SECONDARY, name="")
    assert both[REPORTS_ALIAS]["HOST"] == SECONDARY
    assert both[REPORTS_ALIAS]["NAME"] == "vigil"


def test_nothing_is_migrated_there():
    router = NothingIsWrittenThere()
    assert router.allow_migrate(REPORTS_ALIAS, "chat") is False
    assert router.allow_migrate("default", "chat") is None


@pytest.mark.engine("mongodb")
@pytest.mark.django_db(transaction=True)
def test_a_report_reads_through_its_own_alias(monkeypatch):
    make_incident()
    monkeypatch.setattr(settings, "DATABASES", {"default": {}, REPORTS_ALIAS: {}})
    described = dict(connections["default"].settings_dict)
    monkeypatch.setitem(connections.settings, REPORTS_ALIAS, described)
    wrapper = connections.create_connection(REPORTS_ALIAS)
    connections[REPORTS_ALIAS] = wrapper
    try:
        del connections.settings[REPORTS_ALIAS]
        assert sum(open_incidents_by_severity().values()) == 1
        assert wrapper.connection is not None
    finally:
        connections.settings[REPORTS_ALIAS] = described
        del connections[REPORTS_ALIAS]
