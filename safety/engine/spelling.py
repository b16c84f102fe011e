"""Words: text-speak, contractions, leet, stars for letters, stretched and misspelt words, words run together."""

import re
from collections import defaultdict
from typing import Final

from safety.engine.datafiles import read_list, read_words

_DATA: Final = read_words("spelling.yaml")
_WITH_APOSTROPHE: Final[dict[str, str]] = _DATA["with_apostrophe"]
_EXPANSIONS: Final[dict[str, str]] = _DATA["expansions"]
_WATCHED: Final = frozenset(_DATA["watched"])
_JOINERS: Final = frozenset(_DATA["joiners"])
_NOT_SLIPS: Final = frozenset(_DATA["not_slips"])
_LOOKALIKES: Final[dict[str, str]] = read_words("homoglyphs.yaml")["pairs"]
VERBS_AFTER_ILL: Final = frozenset(_DATA["verbs_after_ill"])
ENGLISH: Final = read_list("english.txt")

_LEET: Final = str.maketrans("013457@$!|+", "oieastasiit")
_LEET_L: Final = str.maketrans("013457@$!|+", "oleastaslit")
_STARS: Final = frozenset("*#_.-~x%?")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_PIECES: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SHORTEST_SLIP: Final = 6
_SHORTEST_STARRED: Final = 3
_SHORTEST_GLUED: Final = 7
_LONGEST_WORD: Final = 24
"""No watched word with its disguise is longer; longer ones are taken as they stand, which keeps all of this linear."""


def _by_length() -> dict[int, tuple[str, ...]]:
    lengths: defaultdict[int, list[str]] = defaultdict(list)
    for word in sorted(_WATCHED):
        lengths[len(word)].append(word)
    return {length: tuple(words) for length, words in lengths.items()}


def _one_letter_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _slips() -> dict[str, str]:
    """Each watched word under itself and all its forms with one letter left out; the first letter always stands."""
    return {
        form: word
        for word in sorted(_WATCHED)
        if len(word) >= _SHORTEST_SLIP
        for form in (word, *sorted(_one_letter_less(word)))
    }


_WATCHED_BY_LENGTH: Final = _by_length()
_SLIPS: Final = _slips()
_GLUE: Final = frozenset(
    {"kill", "die", "suicid", "myself", "mylife", "hurt", "endit", "dead", "selfharm"}
)


def read_word(word: str) -> str:
    """What a folded word of letters and digits is read as; several words with spaces where it stands for several."""
    expansion = _EXPANSIONS.get(word)
    if expansion is not None:
        return expansion
    if word in _WATCHED or word in ENGLISH or len(word) > _LONGEST_WORD:
        return word
    return _disguised(word) or word


def read_contraction(word: str) -> str:
    """The same for a word with an apostrophe in it."""
    return _WITH_APOSTROPHE.get(word) or read_word(word.replace("'", ""))


def read_mixed(chunk: str) -> str | None:
    """A chunk with signs in it, where it disguises a watched word; None where it does not."""
    if len(chunk) > _LONGEST_WORD:
        return None
    return _decoded(chunk) or _starred(chunk)


def pieces_of(chunk: str) -> list[tuple[int, str]]:
    """The words inside a chunk and where each begins."""
    return [(piece.start(), piece.group()) for piece in _PIECES.finditer(chunk)]


def join_letters(letters: str) -> str | None:
    """Letters that were written apart, as words; None where they make none that we watch."""
    return _segmented(letters) if len(letters) <= 2 * _LONGEST_WORD else None


def is_watched(word: str) -> bool:
    """Whether disguises of the word are looked for."""
    return word in _WATCHED


def _disguised(word: str) -> str | None:
    return _decoded(word) or _latin(word) or _unstretched(word) or _glued(word) or _slipped(word)


def _decoded(word: str) -> str | None:
    """Digits and signs read as letters, where that makes a watched word or a piece of text-speak."""
    if word.isalpha() or word.isdigit() or len(word) < _SHORTEST_STARRED:
        return None
    for table in (_LEET, _LEET_L):
        plain = word.translate(table)
        if plain in _WATCHED or plain in _EXPANSIONS:
            return _EXPANSIONS.get(plain, plain)
    return None


def _latin(word: str) -> str | None:
    """Letters of other alphabets that look Latin, where the word mixes alphabets or then reads as a watched one."""
    if word.isascii():
        return None
    plain = "".join(_LOOKALIKES.get(letter, letter) for letter in word)
    if plain == word or not plain.isascii():
        return None
    mixed = any(letter.isascii() and letter.isalpha() for letter in word)
    known = plain in _WATCHED or plain in _EXPANSIONS
    return read_word(plain) if mixed or known else None


def _starred(chunk: str) -> str | None:
    """`k*ll`, `su*c*de`: as long as a watched word, alike in every letter that is shown, at least half of them."""
    shown = sum(letter.isalpha() and letter != "x" for letter in chunk)
    if len(chunk) < _SHORTEST_STARRED or not chunk[0].isalpha() or 2 * shown < len(chunk):
        return None
    if chunk.isalnum():
        return None
    for word in _WATCHED_BY_LENGTH.get(len(chunk), ()):
        if all(a == b or b in _STARS for a, b in zip(word, chunk, strict=True)):
            return word
    return None


def _unstretched(word: str) -> str | None:
    once = _STRETCHED.sub(r"\1", word)
    if once == word:
        return None
    twice = _STRETCHED.sub(r"\1\1", word)
    for form in (once, twice):
        if form in _EXPANSIONS or form in _WATCHED or form in ENGLISH:
            return read_word(form)
    return read_word(once)


def _glued(word: str) -> str | None:
    if len(word) < _SHORTEST_GLUED or not any(part in word for part in _GLUE):
        return None
    return _segmented(word)


def _segmented(letters: str) -> str | None:
    """Split into watched words and joiners, fewest words first; None where something is left over."""
    best: list[list[str] | None] = [[], *([None] * len(letters))]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 9), end):
            before, piece = best[start], letters[start:end]
            if before is None or not (
                piece in _WATCHED or piece in _JOINERS or piece in _EXPANSIONS
            ):
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = [*before, piece]
    words = best[-1]
    if words is None or not any(word in _WATCHED or word in {"kms", "kys"} for word in words):
        return None
    return " ".join(_EXPANSIONS.get(word, word) for word in words)


def _slipped(word: str) -> str | None:
    """A watched word with one letter wrong, missing, added or out of place."""
    if len(word) < _SHORTEST_SLIP - 1 or word in _NOT_SLIPS:
        return None
    forms = (_SLIPS.get(form) for form in (word, *sorted(_one_letter_less(word))))
    near = (watched for watched in forms if watched and abs(len(watched) - len(word)) <= 1)
    return next(near, None)


def knows(word: str) -> bool:
    """Whether the word is English chat that the tables above explain."""
    return word in _EXPANSIONS or word in _WATCHED or word in _JOINERS
