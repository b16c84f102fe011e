"""The three nodes of compose.yaml become one replica set with accounts: on real servers with access control."""

import subprocess
import sys
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from chaos.servers import ROOT, free_ports, mongod_command, mongod_environment, running, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.engine("mongodb")]

DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Three nodes that know nothing of each other, and secrets as scripts/write_deploy_secrets.py makes them."""
    folder = tmp_path_factory.mktemp("nodes")
    secrets = folder / "secrets"
    written = subprocess.run(
        [sys.executable, "scripts/write_deploy_secrets.py", str(secrets)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert written.returncode == 0, written.stderr
    key = folder / "key"
    key.write_text((secrets / "mongodb_key").read_text())
    key.chmod(0o400)
    ports = free_ports(3)
    with ExitStack() as stack:
        for port in ports:
            (folder / str(port)).mkdir()
            command = [*mongod_command(folder / str(port), port), "--keyFile", str(key)]
            log = folder / f"{port}.log"
            stack.enter_context(running(command, log=log, env=mongod_environment()))
        for port in ports:
            wait_for(port)
        yield ports, secrets


def initialise(ports, secrets):
    done = subprocess.run(
        [sys.executable, "deploy/mongo_init.py"],
        cwd=ROOT,
        env={
            "MEMBERS": ",".join(f"127.0.0.1:{port}" for port in ports),
            "SECRETS": str(secrets),
            "ROLES": str(DEPLOY / "mongodb-roles.jsonl"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def connected(ports, secrets, account):
    password = (secrets / f"mongodb_{account}_password").read_text().strip()
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return MongoClient(
        f"mongodb://vigil_{account}:{quote(password)}@{hosts}/vigil?replicaSet=rs0&w=majority"
    )


def test_it_makes_a_replica_set_with_accounts_and_may_run_again(nodes):
    ports, secrets = nodes
    initialise(ports, secrets)
    (secrets / "mongodb_web_password").chmod(0o600)
    (secrets / "mongodb_web_password").write_text("another-one-for-tests")
    initialise(ports, secrets)
    with connected(ports, secrets, "web") as web:
        assert web["vigil"]["chat_person"].insert_one({"_id": "heron"}).acknowledged
        assert len(web.admin.command("hello")["hosts"]) == 3
        with pytest.raises(OperationFailure, match="not authorized"):
            web["vigil"]["audit_auditevent"].delete_many({})
    with connected(ports, secrets, "migrate") as migrate:
        assert migrate["vigil"]["chat_person"].create_index("name")


def test_without_an_account_nothing_can_be_read(nodes):
    ports, _ = nodes
    address = f"mongodb://127.0.0.1:{ports[0]}/?directConnection=true"
    with (
        MongoClient[dict[str, Any]](address) as stranger,
        pytest.raises(OperationFailure, match=r"requires authentication|not authorized"),
    ):
        stranger["vigil"]["chat_person"].find_one()
