"""How far an evaluation is, on a terminal: a line that is written over. Nothing where nobody watches."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final, TextIO, TypeVar

STEPS: Final = 100
WIDTH: Final = 30

T = TypeVar("T")


def with_bar(things: Sequence[T], name: str, stream: TextIO | None = None) -> Iterator[T]:
    """The same things, while a bar on the terminal grows."""
    stream = stream or sys.stderr
    shown, every = stream.isatty(), max(1, len(things) // STEPS)
    for done, each in enumerate(things, 1):
        yield each
        if shown and (done % every == 0 or done == len(things)):
            _draw(stream, name, done, len(things))
    if shown and things:
        stream.write("\n")


def _draw(stream: TextIO, name: str, done: int, total: int) -> None:
    filled = WIDTH * done // total
    stream.write(f"\r{name:<32} [{'#' * filled:<{WIDTH}}] {done} of {total}")
    stream.flush()
