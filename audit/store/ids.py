"""One primary key for every model: a UUIDv7 made by the application, stored as 32 hex characters.

It is made before the row is saved, sorts by time, and is the same text on SQLite and MongoDB.
Source: RFC 9562, section 5.7, for the layout, and 6.2, method 3, for the 12 bits of time below milliseconds, by which
ids made one after the other in one process sort in that order; ADR 0001 for why databases do not number our rows.
"""

import os
import re
import time
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

ID_LENGTH = 32
_CANONICAL = re.compile(r"[0-9a-f]{32}")

_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)


def new_id() -> str:
    """A fresh UUIDv7 as 32 lower-case hex characters."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    random_bits = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | fraction << 64
    value |= 0b10 << 62 | random_bits
    return f"{value:032x}"


def as_id(value: object) -> str | None:
    """The canonical form of an id given from outside, or None when it is not one."""
    if isinstance(value, str) and _CANONICAL.fullmatch(
        value
    ):  # nearly always: dozens for each message
        return value
    try:
        return uuid.UUID(str(value)).hex
    except ValueError:
        return None


if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    _AutoField = models.AutoField
else:

    class _AutoField(models.AutoField):
        """Django's field takes no type parameters at run time; the type checker wants them."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


class PortableAutoField(_AutoField[_Set_contra, _Get_co]):
    """The key of every model.

    Django wants a subclass of `AutoField` for `DEFAULT_AUTO_FIELD`; nothing here is numbered by the database.
    The column is named `_id`, without which MongoDB would add a second key beside it.
    """

    _pyi_private_set_type: "Combinable | str"
    _pyi_private_get_type: str  # type: ignore[assignment]
    description = "UUIDv7, 32 hex characters"
    db_returning = False
    empty_strings_allowed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's field signature
        kwargs.setdefault("default", new_id)
        kwargs["db_column"] = "_id"
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's tuple
        """Leave out of migrations what the class itself fixes."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_column", None)
        kwargs.pop("default", None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        """Behave as text towards the database."""
        return "CharField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Column type: text of 32 characters."""
        return models.CharField(max_length=ID_LENGTH).db_type(connection=connection)

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Column type of a reference to this key."""
        return self.db_type(connection)

    def to_python(self, value: object) -> str | None:
        """The canonical text, or a ValidationError."""
        if value is None:
            return None
        canonical = as_id(value)
        if canonical is None:
            raise ValidationError(
                "“%(value)s” is not an id.", code="invalid", params={"value": value}
            )
        return canonical

    def get_prep_value(self, value: object) -> object:
        """What is sent to the database."""
        return self.to_python(models.Field.get_prep_value(self, value))

    def get_db_prep_value(
        self,
        value: object,
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - Django's signature
        prepared: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> object:
        """What is sent to the database; AutoField's own version would ask for a number."""
        return value if prepared else self.get_prep_value(value)

    @property
    def validators(self) -> Any:  # noqa: ANN401 - Django's list; AutoField adds the range of integers
        """No integer range."""
        return [*self.default_validators, *self._validators]  # type: ignore[attr-defined]

    def formfield(self, **kwargs: Any) -> None:  # noqa: ANN401, ARG002 - Django's signature
        """Never shown in a form."""
        return
