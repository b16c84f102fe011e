"""A file that only the key ring opens, written and read as a stream.

libsodium's secretstream, through PyNaCl: parts are sealed in their order and the last one is marked, so a file that
was cut short, reordered or altered by one bit is an error before its content is believed.
Source: https://doc.libsodium.org/secret-key_cryptography/secretstream; HKDF (RFC 5869) makes the file's key from the
ring's, so that one key is never used for two purposes.
"""

import base64
import json
import os
import zlib
from collections.abc import Iterator
from typing import IO, Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from nacl import bindings
from nacl.exceptions import CryptoError

from audit.store.sealing import key_id

MAGIC = b"vigil-backup-1\n"
SALT_BYTES = 32
PART_BYTES = 256 * 1024
LENGTH_BYTES = 4
LONGEST_PART = 2 * PART_BYTES
FIRST_LINE_BYTES = 1024
OUR_PURPOSE = b"vigil backup file"


class BackupUnreadable(Exception):
    """The file is no backup, was cut short or altered, or was sealed by a key that is not in ENCRYPTION_KEY."""


def _file_key(key: bytes, salt: bytes) -> bytes:
    length = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=OUR_PURPOSE).derive(key)


def _keys() -> dict[str, bytes]:
    """Of the ring, by id, newest first."""
    raw = [base64.b64decode(text, altchars=b"-_") for text in settings.ENCRYPTION_KEY]
    return {key_id(key): key for key in raw}


class SealedWriter:
    """Writes lines of text, compressed and sealed under the newest key.

    Args:
        file: open for writing bytes. It holds a whole backup only after `finish`.
    """

    def __init__(self, file: IO[bytes]) -> None:
        name, key = next(iter(_keys().items()))
        salt = os.urandom(SALT_BYTES)
        self._file, self._squeezed = file, zlib.compressobj(6)
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, _file_key(key, salt)
        )
        first = {"key": name, "salt": salt.hex(), "header": header.hex()}
        file.write(MAGIC + json.dumps(first).encode() + b"\n")
        self._pending = bytearray()

    def write(self, line: str) -> None:
        """Add one line."""
        self._pending += self._squeezed.compress(line.encode("utf-8", "surrogatepass") + b"\n")
        while len(self._pending) >= PART_BYTES:
            self._push(bytes(self._pending[:PART_BYTES]))
            del self._pending[:PART_BYTES]

    def finish(self) -> None:
        """Write what remains and mark it as the end."""
        self._pending += self._squeezed.flush()
        self._push(
            bytes(self._pending), tag=bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        )

    def _push(self, part: bytes, tag: int = 0) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, part, None, tag)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES) + sealed)


def sealed_lines(file: IO[bytes]) -> Iterator[str]:
    """The lines of a sealed file.

    Raises:
        BackupUnreadable: as its text says; lines given before that were true, but not all there are.
    """
    squeezed, rest = zlib.decompressobj(), b""
    for part in _parts(file):
        *lines, rest = (rest + squeezed.decompress(part)).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "surrogatepass")


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    state = _opened(file)
    tag = None
    while tag != bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL:
        try:
            part, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                state, _next(file), None
            )
        except (CryptoError, ValueError, RuntimeError) as error:
            raise BackupUnreadable("the file was altered") from error
        yield part
    if file.read(1):
        raise BackupUnreadable("something was added to the file")


def _next(file: IO[bytes]) -> bytes:
    length = int.from_bytes(file.read(LENGTH_BYTES))
    sealed = file.read(length) if 0 < length <= LONGEST_PART else b""
    if not sealed or len(sealed) < length:
        raise BackupUnreadable("the file was cut short")
    return sealed


def _opened(file: IO[bytes]) -> Any:  # noqa: ANN401 - PyNaCl's state carries no type
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupUnreadable(
            "this is no backup of Vigil, or of a version that this one does not know"
        )
    first = _first_line(file)
    key = _keys().get(first["key"])
    if key is None:
        raise BackupUnreadable(
            f"it was sealed by key {first['key']}, which is not in ENCRYPTION_KEY"
        )
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(
        state, bytes.fromhex(first["header"]), _file_key(key, bytes.fromhex(first["salt"]))
    )
    return state


def _first_line(file: IO[bytes]) -> dict[str, str]:
    try:
        first = json.loads(file.readline(FIRST_LINE_BYTES))
        return {name: str(first[name]) for name in ("key", "salt", "header")}
    except (ValueError, KeyError, TypeError) as error:
        raise BackupUnreadable("its first line is damaged") from error
