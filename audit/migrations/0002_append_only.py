# ruff: noqa: S608 - every name in these statements is a constant of this file
"""SQLite refuses by itself what the models refuse: an event is never deleted, and only ever given its number, once.

`OR REPLACE` deletes rows without firing the delete trigger, so an insert over a known key is refused as well.
Source: https://sqlite.org/lang_createtrigger.html and https://sqlite.org/lang_conflict.html (recursive_triggers).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_auditevent"
FIXED = (
    "_id", "at", "action", "actor_kind", "actor_id", "target_type", "target_id", "person_id", "request_id", "details",
    "leaf_hash",
)  # fmt: skip
ALTERED = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in FIXED)

TRIGGERS = {
    "audit_refuse_delete": f"""
        BEFORE DELETE ON "{TABLE}"
        BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END""",
    "audit_refuse_update": f"""
        BEFORE UPDATE ON "{TABLE}"
        WHEN OLD."sequence" IS NOT NULL OR NEW."sequence" IS NULL OR {ALTERED}
        BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END""",
    "audit_refuse_replace": f"""
        BEFORE INSERT ON "{TABLE}"
        WHEN EXISTS (
            SELECT 1 FROM "{TABLE}"
            WHERE "_id" = NEW."_id" OR (NEW."sequence" IS NOT NULL AND "sequence" = NEW."sequence")
        )
        BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END""",
    "audit_refuse_replace_by_number": f"""
        BEFORE UPDATE OF "sequence" ON "{TABLE}"
        WHEN EXISTS (SELECT 1 FROM "{TABLE}" WHERE "sequence" = NEW."sequence" AND "_id" IS NOT OLD."_id")
        BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END""",
}


def refuse_changes(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers; other databases bring their own guard."""
    if schema_editor.connection.vendor == "sqlite":
        for name, body in TRIGGERS.items():
            schema_editor.execute(f"CREATE TRIGGER {name} {body}")


def allow_changes(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them again."""
    if schema_editor.connection.vendor == "sqlite":
        for name in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(refuse_changes, allow_changes)]
