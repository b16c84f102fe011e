"""A text as the rules read it: plain lower-case words, sentence and clause marks, every word's place in the original.

Words are separated by one space; a sentence ends in ". " and a clause in ", ". Contractions are written out, so that
"cant", "can't" and "cannot" are all "can not".
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from safety.engine.folding import fold
from safety.engine.spelling import ENGLISH, Spelling, pieces_of, spelling_of

_CHUNK: Final = re.compile(r"[^\s]+|\n")
_MARK: Final = re.compile(r"\.{2,}|[.!?;,:()\n\[\]{}|/]")
_EDGE: Final = "\"'.,!?;:()[]{}|/\\*_~-^<>=+"
_SHORTEST_SPELLED: Final = 3


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A text in its plain form.

    Args:
        original: the text as it was written.
        text: the plain form.
        data: the same as UTF-8, which is what the rules read; places below are places in it.
        starts: where each word begins, ascending.
        origins: start and end of each word in the original, characters.
        quotes: start and end of each passage in double quotation marks.
        language: as which it was read, two letters.
    """

    original: str
    text: str
    data: bytes
    starts: tuple[int, ...]
    origins: tuple[tuple[int, int], ...]
    quotes: tuple[tuple[int, int], ...]
    language: str = ENGLISH

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a stretch of `data`; whole words."""
        if not self.starts:
            return (0, len(self.original))
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        return (self.origins[first][0], max(self.origins[first][1], self.origins[last][1]))


@dataclass(slots=True)
class _Writer:
    """Collects words and marks, and where they came from."""

    origin_of: list[int] | None
    spelling: Spelling
    parts: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    quote_marks: list[int] = field(default_factory=list)
    letters: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, words: str, start: int, end: int) -> None:
        """Add the words read from the folded characters `start` to `end`."""
        for word in words.split():
            place = (start, end)
            if word == "i" and self._repeats_subject():
                continue
            self._mend_before(word)
            if self._joins_last(word):
                place = (self.places.pop()[0], end)
                word = self.parts.pop() + word  # noqa: PLW2901 - the two halves are one word
            self.parts.append(word)
            self.places.append(place)

    def mark(self, mark: str) -> None:
        """Put a sentence mark or a clause mark behind the last word; the stronger one stays."""
        if self.parts and not self.parts[-1].endswith("."):
            self.parts[-1] = self.parts[-1].rstrip(",") + mark

    def quote(self) -> None:
        """Note a double quotation mark before the next word."""
        self.quote_marks.append(len(self.parts))

    def flush_letters(self) -> None:
        """Write the single letters that were held back: joined where they spell something."""
        held, self.letters = self.letters, []
        if len(held) >= _SHORTEST_SPELLED:
            joined = self.spelling.join_letters("".join(letter for letter, _, _ in held))
            if joined:
                self.add(joined, held[0][1], held[-1][2])
                return
        for letter, start, end in held:
            self.add(self.spelling.read_word(letter), start, end)

    def _repeats_subject(self) -> bool:
        return bool(self.parts) and self.parts[-1] == "i"

    def _mend_before(self, word: str) -> None:
        """`ill kill` is "i will kill"; `id rather` is "i would rather"."""
        if (
            not self.parts
            or word not in self.spelling.verbs_after_ill
            or self.parts[-1] not in {"ill", "id"}
        ):
            return
        verb = "will" if self.parts.pop() == "ill" else "would"
        place = self.places.pop()
        self.parts += ["i", verb]
        self.places += [place, place]

    def _joins_last(self, word: str) -> bool:
        return bool(self.parts) and self.spelling.is_parted(self.parts[-1], word)


def normalize(text: str, language: str = ENGLISH) -> NormalizedText:
    """Bring a text into its plain form, as a language is spelt. Takes any string, in time linear in its length."""
    folded, origin_of = fold(text)
    writer = _Writer(origin_of, spelling_of(language))
    last = 0
    for chunk in _CHUNK.finditer(folded):
        if chunk.start() - last > 1 and not writer.letters:
            writer.mark(",")
        _read_chunk(writer, chunk.group(), chunk.start())
        last = chunk.end()
    writer.flush_letters()
    return _assemble(text, writer)


def _read_chunk(writer: _Writer, chunk: str, start: int) -> None:
    end = start + len(chunk)
    if len(chunk) == 1 and chunk.isalpha():
        writer.letters.append((chunk, start, end))
        return
    writer.flush_letters()
    if chunk.isalpha():
        writer.add(writer.spelling.read_word(chunk), start, end)
    elif chunk == "\n":
        writer.mark(".")
    else:
        _read_signs(writer, chunk, start)


def _read_signs(writer: _Writer, chunk: str, start: int) -> None:
    if '"' in chunk:
        _read_quoted(writer, chunk, start)
        return
    read = writer.spelling.read_mixed
    disguised = read(chunk.rstrip(".,!?;:)\"'")) or read(chunk.strip(_EDGE))
    if disguised:
        writer.add(disguised, start, start + len(chunk))
        _mark_after(writer, chunk[len(chunk.rstrip(_EDGE)) :])
        return
    _read_pieces(writer, chunk, start)


def _read_quoted(writer: _Writer, chunk: str, start: int) -> None:
    place = start
    for part in chunk.split('"'):
        if place > start:
            writer.quote()
        if part:
            _read_chunk(writer, part, place)
            writer.flush_letters()
        place += len(part) + 1


def _read_pieces(writer: _Writer, chunk: str, start: int) -> None:
    pieces = pieces_of(chunk)
    letters = "".join(piece for _, piece in pieces if len(piece) == 1)
    if len(letters) == len(pieces) >= _SHORTEST_SPELLED:
        joined = writer.spelling.join_letters(letters)
        if joined:
            writer.add(joined, start, start + len(chunk))
            return
    place = 0
    for offset, piece in pieces:
        _mark_after(writer, chunk[place:offset].replace(".", ","))
        spelling = writer.spelling
        read = spelling.read_contraction if "'" in piece else spelling.read_word
        place = offset + len(piece)
        writer.add(read(piece), start + offset, start + place)
    _mark_after(writer, chunk[place:])


def _mark_after(writer: _Writer, signs: str) -> None:
    """A lone full stop or a question mark ends a sentence; dots, commas and brackets only pause."""
    found = _MARK.findall(signs)
    if not found:
        return
    ends = any(sign in ".!?;\n" for sign in found if len(sign) == 1)
    writer.mark("." if ends else ",")


def _assemble(original: str, writer: _Writer) -> NormalizedText:
    plain = " ".join(writer.parts)
    starts: list[int] = []
    place = 0
    for part in writer.parts:
        starts.append(place)
        place += len(part.encode()) + 1
    origins = tuple(_origin(writer.origin_of, start, end) for start, end in writer.places)
    return NormalizedText(
        original=original,
        text=plain,
        data=plain.encode(),
        starts=tuple(starts),
        origins=origins,
        quotes=_passages(writer.quote_marks, [*starts, place]),
        language=writer.spelling.language,
    )


def _origin(origin_of: list[int] | None, start: int, end: int) -> tuple[int, int]:
    return (start, end) if origin_of is None else (origin_of[start], origin_of[end - 1] + 1)


def _passages(marks: list[int], starts: list[int]) -> tuple[tuple[int, int], ...]:
    """Quotation marks two by two; the last one alone opens nothing."""
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple((starts[first], starts[last]) for first, last in pairs)
