"""A text as the rules read it: plain lower-case words, sentence and clause marks, every word's place in the original.

Words are separated by one space; a sentence ends in ". " and a clause in ", ". Contractions are written out, so that
"cant", "can't" and "cannot" are all "can not".
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from safety.engine.apart import Letters, read_letters
from safety.engine.folding import fold
from safety.engine.lines import inner_breaks
from safety.engine.lookalikes import unleeted
from safety.engine.spelling import ENGLISH, Spelling, pieces_of, spelling_of

_CHUNK: Final = re.compile(r"[^\s]+|\n")
_MARK: Final = re.compile(r"\.{2,}|[.!?;,:()\n\[\]{}|/]")
_SEPARATOR: Final = re.compile(r"[-_|/*~=+.,\\]{1,3}")
"""Between letters that are written apart: `k - i - l - l`."""
_EDGE: Final = "\"'.,!?;:()[]{}|/\\*_~-^<>=+"


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
        ends = (
            self.origins[first],
            self.origins[last],
        )  # the first stands last where letters are shown backwards
        return (min(ends)[0], max(ends)[1])


@dataclass(slots=True)
class _Writer:
    """Collects words and marks, and where they came from."""

    origin_of: list[int] | None
    spelling: Spelling
    parts: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    quote_marks: list[int] = field(default_factory=list)
    apart: list[Letters] = field(default_factory=list)

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

    def hold(self, letters: Letters) -> None:
        """Keep letters that stand apart until it is known what follows them."""
        self.apart.append(letters)

    def flush_letters(self) -> None:
        """Write the letters that were held back: joined where they spell something."""
        if not self.apart:
            return
        held, self.apart = self.apart, []
        words = read_letters(held, self.spelling) if len(held) > 1 or held[0].signs else None
        if words is None:
            for letters in held:
                self._as_they_stand(letters)
            return
        for word, start, end in words:
            self.add(word, start, end)
        if held[-1].signs:
            _mark_after(self, held[-1].signs[-1])

    def _as_they_stand(self, letters: Letters) -> None:
        if letters.signs:
            _read_disguised(self, letters.chunk, letters.start)
        else:
            self.add(self.spelling.read_word(letters.chunk), letters.start, letters.start + 1)

    def _repeats_subject(self) -> bool:
        return bool(self.parts) and self.parts[-1] == "i"

    def _mend_before(self, word: str) -> None:
        """`ill kill` is "i will kill"; `id rather` is "i would rather"."""
        if (
            not self.parts
            or word not in self.spelling.lists.verbs_after_ill
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
    spelling = spelling_of(language)
    folded = unleeted(folded, spelling.lists)
    writer = _Writer(origin_of, spelling)
    inner = inner_breaks(folded, spelling.lists)
    last = 0
    for chunk in _CHUNK.finditer(folded):
        start = chunk.start()
        if start in inner:
            _go_on(writer, inner[start])
            continue
        wide = start - last > 1
        if wide and not writer.apart:
            writer.mark(",")
        _read_chunk(writer, chunk.group(), start, wide=wide)
        last = chunk.end()
    writer.flush_letters()
    return _assemble(text, writer)


def _go_on(writer: _Writer, mark: str) -> None:
    """A line break inside a sentence; letters may stand one a line."""
    if mark and not writer.apart:
        writer.mark(mark)


def _read_chunk(writer: _Writer, chunk: str, start: int, *, wide: bool = False) -> None:
    end = start + len(chunk)
    if len(chunk) == 1 and chunk.isalnum():
        writer.hold(Letters(chunk, chunk, start, (start,), begins=wide))
        return
    if chunk.isalpha():
        writer.flush_letters()
        writer.add(writer.spelling.read_word(chunk), start, end)
    elif chunk == "\n":
        writer.flush_letters()
        writer.mark(".")
    else:
        _read_signs(writer, chunk, start)


def _read_signs(writer: _Writer, chunk: str, start: int) -> None:
    if '"' in chunk:
        writer.flush_letters()
        _read_quoted(writer, chunk, start)
        return
    letters = _letters_of(chunk, start)
    if letters:
        writer.hold(letters)
        return
    if writer.apart and _SEPARATOR.fullmatch(chunk):
        return
    writer.flush_letters()
    _read_disguised(writer, chunk, start)


def _read_disguised(writer: _Writer, chunk: str, start: int) -> None:
    read = writer.spelling.read_mixed
    disguised = read(chunk.rstrip(".,!?;:)\"'")) or read(chunk.strip(_EDGE))
    if disguised:
        writer.add(disguised, start, start + len(chunk))
        _mark_after(writer, chunk[len(chunk.rstrip(_EDGE)) :])
        return
    _read_pieces(writer, chunk, start)


def _letters_of(chunk: str, start: int) -> Letters | None:
    """The letters of a chunk that has signs between all of them: `k.i.l.l`."""
    pieces = pieces_of(chunk)
    if not pieces or any(len(piece) > 1 for _, piece in pieces):
        return None
    places = tuple(start + offset for offset, _ in pieces)
    letters = "".join(piece for _, piece in pieces)
    signs = (chunk[: pieces[0][0]], chunk[pieces[-1][0] + 1 :])
    return Letters(letters, chunk, start, places, signs, begins=True)


def _read_quoted(writer: _Writer, chunk: str, start: int) -> None:
    place = start
    for part in chunk.split('"'):
        if place > start:
            writer.quote()
        if part.startswith(":"):
            writer.mark(".")
        if part:
            _read_chunk(writer, part, place)
            writer.flush_letters()
        place += len(part) + 1


def _read_pieces(writer: _Writer, chunk: str, start: int) -> None:
    place = 0
    for offset, piece in pieces_of(chunk):
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
