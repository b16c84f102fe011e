"""The words that a language's spelling is read with, from its folder below `words`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from safety.engine.datafiles import WORDS, read_list, read_words, read_yaml

_ONE_LETTER_WORDS: Final = frozenset("ia")


@dataclass(frozen=True, slots=True)
class WordLists:
    """What `spelling.yaml`, `disguises.yaml`, `common.txt` and `real.txt` of a language say.

    Args:
        language: two letters.
        watched: words that matter so much that disguises of them are looked for.
        mended: everyday words beside them whose slips are mended.
        joiners: short words that may stand between words run together.
        common: the commonest words; empty where nobody has listed them.
        real: words that look like a slip or like two words, and are neither.
        expansions: text-speak, and what it says.
        with_apostrophe: the same for words that hold one.
        verbs_after_ill: verbs before which "ill" is "i will".
        not_slips: words one slip away from a watched one.
        glue: parts of a word for which it is taken apart.
        open_words: words with which no sentence ends.
        going_on: words with which few sentences begin.
    """

    language: str
    watched: frozenset[str]
    mended: frozenset[str]
    joiners: frozenset[str]
    common: frozenset[str]
    real: frozenset[str]
    expansions: dict[str, str]
    with_apostrophe: dict[str, str]
    verbs_after_ill: frozenset[str]
    not_slips: frozenset[str]
    glue: frozenset[str]
    open_words: frozenset[str]
    going_on: frozenset[str]

    def explains(self, word: str) -> bool:
        """Whether the tables say what it means, so that it may stand alone where words are run together."""
        return word in self.watched or word in self.joiners or word in self.expansions

    def holds(self, word: str) -> bool:
        """Whether the word is in any list; a single letter where it is a word; any number."""
        if len(word) == 1:
            return word in _ONE_LETTER_WORDS or word.isdigit()
        known = word in self.common or word in self.mended or self.explains(word)
        return known or word.isdigit()

    def written_out(self, words: list[str]) -> str:
        """The words, with what the text-speak among them says."""
        return " ".join(self.expansions.get(word, word) for word in words)

    def watches(self, words: list[str]) -> bool:
        """Whether a watched word is among them."""
        return not self.watched.isdisjoint(self.written_out(words).split())


@lru_cache
def word_lists(language: str) -> WordLists:
    """The lists of a language, read once."""
    tables: dict[str, Any] = read_words(f"{language}/spelling.yaml")
    path = WORDS / language / "disguises.yaml"
    hidden: dict[str, list[str]] = read_yaml(path) if path.exists() else {}
    return WordLists(
        language=language,
        watched=frozenset(tables["watched"]),
        mended=frozenset(hidden.get("mended", ())),
        joiners=frozenset([*tables["joiners"], *hidden.get("joiners", ())]),
        common=_listed(language, "common.txt"),
        real=_listed(language, "real.txt"),
        expansions=tables["expansions"],
        with_apostrophe=tables["with_apostrophe"],
        verbs_after_ill=frozenset(tables["verbs_after_ill"]),
        not_slips=frozenset(tables["not_slips"]),
        glue=frozenset(tables["glue"]),
        open_words=frozenset(hidden.get("open_words", ())),
        going_on=frozenset(hidden.get("going_on", ())),
    )


def _listed(language: str, name: str) -> frozenset[str]:
    listed = f"{language}/{name}"
    return read_list(listed) if (WORDS / listed).exists() else frozenset()
