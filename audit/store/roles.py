"""Who may do what inside MongoDB: the record is append-only for the service itself, not only by its own promise.

MongoDB has no triggers that could refuse a change, but it has privileges for each collection. Three roles:

    vigil_web        everything the web needs; of the record only reading and adding
    vigil_worker     the same, and giving events their numbers, which is the one update there is
    vigil_migrate    tables and indexes, for the time of an upgrade

Nobody may delete from the record. A worker's account could still alter an event, and an administrator everything:
then the event's leaf no longer has its hash, and `verify_audit` names the place.
Source: https://www.mongodb.com/docs/manual/reference/privilege-actions/
"""

from collections.abc import Iterable
from typing import Any, Final

RECORD: Final = "audit_auditevent"
WEB: Final = "vigil_web"
WORKER: Final = "vigil_worker"
MIGRATE: Final = "vigil_migrate"

_READS: Final = ("find", "listIndexes", "collStats")
_ADDS: Final = (*_READS, "insert")
_CHANGES: Final = (*_ADDS, "update", "remove")


def roles(database: str, collections: Iterable[str]) -> list[dict[str, Any]]:
    """The roles as `createRole` takes them.

    Args:
        database: its name.
        collections: all that the service knows.
    """
    others = sorted(set(collections) - {RECORD})
    rights = [_right(database, name, _CHANGES) for name in others]
    lists = {"resource": {"db": database, "collection": ""}, "actions": ["listCollections"]}
    return [
        _role(WEB, [lists, *rights, _right(database, RECORD, _ADDS)]),
        _role(WORKER, [lists, *rights, _right(database, RECORD, (*_ADDS, "update"))]),
        {"createRole": MIGRATE, "privileges": [], "roles": [{"role": "dbOwner", "db": database}]},
    ]


def _role(name: str, privileges: list[dict[str, Any]]) -> dict[str, Any]:
    return {"createRole": name, "privileges": privileges, "roles": []}


def _right(database: str, collection: str, actions: tuple[str, ...]) -> dict[str, Any]:
    return {"resource": {"db": database, "collection": collection}, "actions": list(actions)}
