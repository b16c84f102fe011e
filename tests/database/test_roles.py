"""The record is append-only inside MongoDB: a real server with accounts refuses what the roles do not give."""

import io
import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import call_command
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from audit.store.roles import MIGRATE, RECORD, WEB, WORKER
from chaos.servers import ROOT, free_ports, initiate, mongod_command, mongod_environment, running

pytestmark = [pytest.mark.slow, pytest.mark.engine("mongodb")]

ROOT_PASSWORD = "only-for-tests"
STORY = """
import django; django.setup()
from chat.models import Message
from safety.services.deliveries import deliver_due
from tests.factories import make_incident, make_message, make_session
from django.utils import timezone
session = make_session()
make_message(session, "The heron was there again.")
make_incident(session)
assert Message.objects.count() == 2
"""
NUMBER = "import django; django.setup()\nfrom audit.services import number_events\nprint(number_events())"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """The address of the same database for each account."""
    folder = tmp_path_factory.mktemp("mongod")
    key = folder / "key"
    key.write_text("b25seWZvcnRlc3Rz" * 4)
    key.chmod(0o400)
    (folder / "data").mkdir()
    (port,) = free_ports(1)
    command = [*mongod_command(folder / "data", port), "--keyFile", str(key)]
    with running(command, log=folder / "log", env=mongod_environment()):
        initiate([port])
        make_accounts(port)
        yield {
            role: f"mongodb://{role}:{quote(ROOT_PASSWORD)}@127.0.0.1:{port}/vigil?replicaSet=rs0"
            for role in (WEB, WORKER, MIGRATE)
        }


def make_accounts(port):
    """As an administrator does by the page on installing."""
    with connected(f"mongodb://127.0.0.1:{port}/?directConnection=true") as first:
        first.admin.command("createUser", "root", pwd=ROOT_PASSWORD, roles=["root"])
    said = io.StringIO()
    call_command("mongodb_roles", "--database", "vigil", stdout=said)
    with connected(f"mongodb://root:{ROOT_PASSWORD}@127.0.0.1:{port}/") as client:
        for line in said.getvalue().splitlines():
            client["vigil"].command(json.loads(line))
        for role in (WEB, WORKER, MIGRATE):
            client["vigil"].command("createUser", role, pwd=ROOT_PASSWORD, roles=[role])


def connected(address: str) -> "MongoClient[dict[str, Any]]":
    return MongoClient(address)


def run(address, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "MONGODB_URI": address, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def record(addresses):
    """A service that worked under its accounts, and the record it left."""
    run(addresses[MIGRATE], "manage.py", "migrate", "--no-input", "-v0")
    run(addresses[WEB], "-c", STORY)
    return addresses


def test_web_and_worker_need_no_more_than_their_roles(record):
    assert int(run(record[WORKER], "-c", NUMBER)) > 0


@pytest.mark.parametrize("role", [WEB, WORKER])
def test_nobody_deletes_from_the_record(record, role):
    with connected(record[role]) as client:
        with pytest.raises(OperationFailure, match="not authorized"):
            client["vigil"][RECORD].delete_many({})
        with pytest.raises(OperationFailure, match="not authorized"):
            client["vigil"].drop_collection(RECORD)
        assert client["vigil"][RECORD].count_documents({}) > 0


def test_the_web_changes_nothing_in_the_record(record):
    with connected(record[WEB]) as client:
        with pytest.raises(OperationFailure, match="not authorized"):
            client["vigil"][RECORD].update_many({}, {"$set": {"action": "chat.message:invented"}})
        with pytest.raises(OperationFailure, match="not authorized"):
            client["vigil"].command("collMod", RECORD, validationLevel="off")


def test_every_other_collection_can_be_written(record):
    with connected(record[WEB]) as client:
        assert client["vigil"]["chat_consent"].delete_many({"_id": "none"}).deleted_count == 0


def test_what_a_worker_alters_all_the_same_is_found(record, tmp_path):
    run(record[WORKER], "-c", NUMBER)
    export = tmp_path / "record.jsonl"
    with connected(record[WORKER]) as client:
        client["vigil"][RECORD].update_one(
            {"sequence": 0}, {"$set": {"action": "chat.message:invented"}}
        )
    run(record[WORKER], "manage.py", "export_audit", "--output", str(export))
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_audit", str(export)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 1
    assert "broken" in verified.stderr
