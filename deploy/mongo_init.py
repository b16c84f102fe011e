"""Makes one replica set, the roles, and an account for each. Running it again brings them up to date.

It runs beside the first member, because MongoDB lets the first account be made only from its own machine. Variables:

    MEMBERS   host:port of each, the first one local; the three of compose.yaml otherwise
    SECRETS   the folder with the passwords; /run/secrets otherwise
    ROLES     the file that `manage.py mongodb_roles` wrote; /mongodb-roles.jsonl otherwise

Source: https://www.mongodb.com/docs/manual/core/localhost-exception/ and /reference/command/replSetReconfig/.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import NotPrimaryError, OperationFailure, PyMongoError

REPLICA_SET = "rs0"
DATABASE = "vigil"
ACCOUNTS = {
    "vigil_web": "mongodb_web_password",
    "vigil_worker": "mongodb_worker_password",
    "vigil_migrate": "mongodb_migrate_password",
}
"""From the account, which has the role of its name, to the file with its password."""
SETTINGS = {"electionTimeoutMillis": 2000}
"""As in the fault suite: with MongoDB's own 10 s everybody waits as long when the primary dies."""
WAIT_SECONDS = 120.0
NOT_AUTHENTICATED = 18
NOT_FOUND_ROLE, NOT_FOUND_USER = 31, 11
"""Source: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml."""

Client = MongoClient[dict[str, Any]]


def main(env: Mapping[str, str] = os.environ) -> None:
    """Make what is missing, and say so."""
    members = env.get("MEMBERS", "mongo-1:27017,mongo-2:27017,mongo-3:27017").split(",")
    secrets = Path(env.get("SECRETS", "/run/secrets"))
    port = members[0].rpartition(":")[2]
    with _connected(f"127.0.0.1:{port}", directConnection=True) as local:
        _begin(local, members[0])
        _make_root(local, _secret(secrets, "mongodb_root_password"))
    account = {"username": "root", "password": _secret(secrets, "mongodb_root_password")}
    with _connected(members[0], replicaset=REPLICA_SET, **account) as root:
        _add_members(root, members)
        _make_roles(root[DATABASE], Path(env.get("ROLES", "/mongodb-roles.jsonl")))
        _make_accounts(root[DATABASE], secrets)
    print("replica set, roles and accounts are there")


def _connected(address: str, **options: Any) -> Client:  # noqa: ANN401 - the driver's
    return MongoClient(address, serverSelectionTimeoutMS=30_000, **options)


def _secret(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8").strip()


def _begin(local: Client, first: str) -> None:
    """Begin with one member, which is then surely the primary; an election among three would not have to choose it."""
    if "setName" not in local.admin.command("hello"):
        members = [{"_id": 0, "host": first}]
        config = {"_id": REPLICA_SET, "members": members, "settings": SETTINGS}
        local.admin.command("replSetInitiate", config)
    _wait_for("there is no primary", lambda: _has_primary(local.admin.command("hello")))


def _has_primary(hello: dict[str, Any]) -> bool:
    """Whether it can be written to: here, or, after an election, at another member."""
    elsewhere = hello.get("primary") not in {None, hello.get("me")}
    return bool(hello["isWritablePrimary"] or elsewhere)


def _make_root(local: Client, password: str) -> None:
    try:
        local.admin.command("createUser", "root", pwd=password, roles=["root"])
    except (OperationFailure, NotPrimaryError):
        print("the first account is there already")


def _add_members(root: Client, members: list[str]) -> None:
    """One at a time, which is all that a reconfiguration may add; then wait until each has what the first has."""
    for host in members:
        _wait_for(f"{host} cannot be added", partial(_has_member, root, host))
    _wait_for("not every member has caught up", lambda: _hosts(root) >= set(members))


def _has_member(root: Client, host: str) -> bool:
    """Whether it is a member, or became one just now; not yet where an earlier change is not settled."""
    config = root.admin.command("replSetGetConfig")["config"]
    if host in {member["host"] for member in config["members"]}:
        return True
    number = max(member["_id"] for member in config["members"]) + 1
    config["members"].append({"_id": number, "host": host})
    config["version"] += 1
    try:
        root.admin.command("replSetReconfig", config)
    except PyMongoError:
        return False
    return True


def _hosts(root: Client) -> set[str]:
    """Members that vote: one that was just added is not among them before it has caught up."""
    return set(root.admin.command("hello")["hosts"])


def _wait_for(otherwise: str, is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit(otherwise)
        time.sleep(0.2)


def _make_roles(database: Database[dict[str, Any]], file: Path) -> None:
    for line in file.read_text("utf-8").splitlines():
        rights = json.loads(line)
        name = rights.pop("createRole")
        _update_or_create(database, NOT_FOUND_ROLE, ("updateRole", "createRole"), name, rights)


def _make_accounts(database: Database[dict[str, Any]], secrets: Path) -> None:
    for name, file in ACCOUNTS.items():
        account = {"pwd": _secret(secrets, file), "roles": [name]}
        _update_or_create(database, NOT_FOUND_USER, ("updateUser", "createUser"), name, account)


def _update_or_create(
    database: Database[dict[str, Any]],
    missing: int,
    commands: tuple[str, str],
    name: str,
    content: dict[str, Any],
) -> None:
    update, create = commands
    try:
        database.command(update, name, **content)
    except OperationFailure as error:
        if error.code != missing:
            raise
        database.command(create, name, **content)


if __name__ == "__main__":
    main()
