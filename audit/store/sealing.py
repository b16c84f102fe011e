"""Text sealed at rest: AES-256-GCM, bound to the row and the field it stands in, under a ring of keys.

A sealed value is `v1.<key id>.<base64 of nonce and ciphertext>`. The associated data names table, column and primary
key, so a value moved to another row, or one flipped bit, is an error instead of somebody else's words.
Source: NIST SP 800-38D for the mode and the 96-bit random nonce; ADR 0002 for the choice.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

KEY_BYTES = 32
NONCE_BYTES = 12
SCHEME = "v1"
_LOOKUPS = ("exact", "in", "isnull")


class SealBroken(Exception):
    """A sealed value does not open: altered, moved to another place, or its key is not in the ring."""


class SealedFieldMisused(TypeError):
    """A sealed field was written or searched in a way that would bypass the seal."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it rests in the database. Printing it shows nothing."""

    token: str

    @property
    def key_id(self) -> str:
        """Which key of the ring sealed it; empty where the value is damaged."""
        return self.token.partition(".")[2].partition(".")[0]

    def __str__(self) -> str:
        return "<sealed>"

    def __repr__(self) -> str:
        return "<sealed>"


class KeyRing:
    """Keys by id; the first one seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(
                "ENCRYPTION_KEY wants one or more base64 keys of 32 bytes, newest first."
            )
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.primary_id = key_id(keys[0])

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Self:
        """A ring from base64 texts, as they stand in ENCRYPTION_KEY."""
        try:
            return cls([base64.b64decode(text, altchars=b"-_", validate=True) for text in texts])
        except binascii.Error as error:
            raise ValueError("ENCRYPTION_KEY is not base64.") from error

    def seal(self, text: str, *, place: str) -> Sealed:
        """Seal the text for one place, `table.column:key`."""
        nonce = os.urandom(NONCE_BYTES)
        body = self._ciphers[self.primary_id].encrypt(
            nonce, text.encode("utf-8", "surrogatepass"), place.encode()
        )
        packed = base64.urlsafe_b64encode(nonce + body).decode()
        return Sealed(f"{SCHEME}.{self.primary_id}.{packed}")

    def open(self, sealed: Sealed, *, place: str) -> str:
        """The text that was sealed for this place.

        Raises:
            SealBroken: it was altered, belongs elsewhere, or its key is gone.
        """
        try:
            name, nonce, body = _unpack(sealed.token)
            plain = self._ciphers[name].decrypt(nonce, body, place.encode())
        except (InvalidTag, KeyError, ValueError) as error:
            raise SealBroken(f"{place}: {type(error).__name__}") from None
        return plain.decode("utf-8", "surrogatepass")


def _unpack(token: str) -> tuple[str, bytes, bytes]:
    scheme, name, packed = token.split(".", 2)
    raw = base64.b64decode(packed, altchars=b"-_", validate=True)
    if scheme != SCHEME or base64.urlsafe_b64encode(raw).decode() != packed:
        raise ValueError("not the one way to write it")
    return name, raw[:NONCE_BYTES], raw[NONCE_BYTES:]


def key_id(key: bytes) -> str:
    """A public name for a key: the first 8 hex characters of its hash."""
    return hashlib.sha256(b"vigil key id" + key).hexdigest()[:8]


@cache
def _ring_of(texts: tuple[str, ...]) -> KeyRing:
    return KeyRing.from_texts(texts)


def key_ring() -> KeyRing:
    """The ring of the settings in force."""
    return _ring_of(tuple(settings.ENCRYPTION_KEY))


def place_of(instance: models.Model, field: "models.Field[Any, Any]") -> str:
    """Where a value belongs: table, column and primary key."""
    if instance.pk is None:
        raise SealedFieldMisused(
            f"{field.name} is sealed for one row, and this one has no key yet."
        )
    return f"{instance._meta.db_table}.{field.column}:{instance.pk}"


def open_column(model: type[models.Model], name: str, *, pk: str, sealed: Sealed) -> str:
    """The text of a sealed column that was read without its row, as `values_list` does.

    Raises:
        SealBroken: it was altered, belongs elsewhere, or its key is gone.
    """
    (column,) = (field.column for field in sealed_fields(model) if field.name == name)
    return key_ring().open(sealed, place=f"{model._meta.db_table}.{column}:{pk}")


class _SealedText:
    """Attribute access to a sealed field: opens on reading; what was never set anew rests as it was."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:  # noqa: ANN401 - text or self
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            return key_ring().open(value, place=place_of(instance, self.field))
        return value

    def __set__(self, instance: models.Model, value: str | Sealed) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that rests sealed. Its model's manager must be `SealedManager`."""

    descriptor_class = _SealedText

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed:  # noqa: ARG002, FBT001 - Django's signature
        """Seal what was set; what was never set anew stays as it is."""
        value = model_instance.__dict__[self.attname]
        if isinstance(value, Sealed):
            return value
        if not isinstance(value, str):
            raise SealedFieldMisused(f"{self.name} is sealed: it takes text.")
        return key_ring().seal(value, place=place_of(model_instance, self))

    def get_prep_value(self, value: object) -> Any:  # noqa: ANN401 - Django's signature
        """Only sealed values reach the database; clear text would match or store nothing of use."""
        if isinstance(value, Sealed):
            return value.token
        raise SealedFieldMisused(f"{self.name} is sealed: set it on the instance and save.")

    def get_db_prep_save(self, value: object, connection: BaseDatabaseWrapper) -> Any:  # noqa: ANN401 - Django's signature
        """Refuse expressions in every UPDATE and INSERT: they store clear text, or another row's value."""
        if hasattr(value, "resolve_expression"):
            raise SealedFieldMisused(f"{self.name} is sealed: set it on the instance and save.")
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, *_: object) -> Sealed | None:
        """Keep it sealed until somebody reads the attribute."""
        return None if value is None else Sealed(value)

    def get_placeholder(self, value: object, *_: object) -> str:
        """SQL asks here before it asks what to save, and would put an expression into the statement as it is."""
        if hasattr(value, "resolve_expression"):
            raise SealedFieldMisused(f"{self.name} is sealed: set it on the instance and save.")
        return "%s"

    def get_lookup(self, lookup_name: str) -> Any:  # noqa: ANN401 - Django's signature
        """Refuse to search in sealed text: no pattern means anything there."""
        if lookup_name not in _LOOKUPS:
            raise SealedFieldMisused(f"{self.name} is sealed: it cannot be searched.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """What `dumpdata` writes: the sealed form. `loaddata` is refused: use `restore`."""
        return self.pre_save(obj, add=False).token


class SealedQuerySet(models.QuerySet[Any]):
    """A query set that refuses to update sealed fields except by values that are sealed already."""

    def update(self, **kwargs: Any) -> int:  # noqa: ANN401 - Django's signature
        """Refuse clear text and expressions, which would bypass the field."""
        for field in sealed_fields(self.model):
            if field.name in kwargs and not isinstance(kwargs[field.name], Sealed):
                raise SealedFieldMisused(
                    f"{field.name} is sealed: set it on the instance and save."
                )
        return super().update(**kwargs)


SealedManager = models.Manager.from_queryset(SealedQuerySet)


def sealed_fields(model: type[models.Model]) -> list[SealedTextField]:
    """The sealed fields of a model."""
    return [field for field in model._meta.fields if isinstance(field, SealedTextField)]


def rests_under_old_key(instance: models.Model) -> bool:
    """Whether a freshly read instance holds a value that another key than the newest sealed."""
    newest = key_ring().primary_id
    held = [instance.__dict__[field.attname] for field in sealed_fields(type(instance))]
    return any(sealed.key_id != newest for sealed in held)


def reseal(instance: models.Model) -> bool:
    """Seal a freshly read instance under the newest key, unless somebody changed the row meanwhile.

    Returns:
        Whether the row now rests under the newest key.
    """
    fields = sealed_fields(type(instance))
    old = {field.attname: instance.__dict__[field.attname] for field in fields}
    new = {
        field.attname: key_ring().seal(
            getattr(instance, field.attname), place=place_of(instance, field)
        )
        for field in fields
    }
    manager = type(instance)._default_manager
    return bool(manager.filter(pk=instance.pk, **old).update(**new))
