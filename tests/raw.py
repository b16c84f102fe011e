"""What rests in the database, past the ORM, on either engine."""

from typing import Any

from django.db import connection, connections, models


def mongo() -> Any:
    """The connection, with what the MongoDB backend adds to it."""
    return connections["default"]


def read_raw(row: models.Model, column: str) -> Any:
    """The column as it rests."""
    if connection.vendor == "mongodb":
        return _collection(row).find_one({"_id": row.pk})[column]
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE _id = %s", [row.pk])
        return cursor.fetchone()[0]


def write_raw(row: models.Model, column: str, value: str) -> None:
    """Change the column behind the ORM's back."""
    if connection.vendor == "mongodb":
        _collection(row).update_one({"_id": row.pk}, {"$set": {column: value}})
        return
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE _id = %s", [value, row.pk])


def dump_raw() -> str:
    """Everything there is, as text."""
    if connection.vendor == "mongodb":
        database = mongo().database
        return "\n".join(
            str(document)
            for name in database.list_collection_names()
            for document in database[name].find()
        )
    return "\n".join(connection.connection.iterdump())


def _collection(row: models.Model) -> Any:
    return mongo().database[row._meta.db_table]
