"""Ways of writing a sentence so that a person still reads it and a machine may not.

Every disguise is a function of the text alone: what it chooses at random, it chooses from a seed that the text gives.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from safety.levels import Level
from tests.safety.attacks.signs import (
    ALPHABETS,
    AROUND,
    CYRILLIC,
    FILLER,
    GREEK,
    LEET,
    LEET_VOWELS,
    LENGTH,
    LETTER_SIGNS,
    MARKS,
    MARKUP_SIGNS,
    NEUTRAL,
    SMALL_CAPITALS,
    SPACES,
    WORD_SIGNS,
)

STAGES: Final = ("slips", "alphabet", "letters", "words", "markup", "around")

_WORD: Final = re.compile(r"[A-Za-z]+")
_LONG: Final = re.compile(r"[A-Za-z]{6,}")
Write = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Disguise:
    """One way of writing.

    Args:
        name: what it is called in a test's name.
        write: makes the disguised text of a plain one.
        stage: what it touches; a mixture takes at most one of each, in the order of STAGES.
        floor: the least level that a crisis keeps in it.
        lossy: whether letters, or the edges of words, are gone for good; two such are more than anybody reads back.
    """

    name: str
    write: Write
    stage: str
    floor: Level = Level.CRISIS
    lossy: bool = False


def _chance(text: str) -> random.Random:
    return random.Random(repr(text))


def between_letters(sign: str, text: str) -> str:
    """The sign between the letters of each word; spaces stay."""
    return re.sub(r"(?<=[^\W_])(?=[^\W_])", lambda _: sign, text)


def between_words(sign: str, text: str) -> str:
    """The sign instead of each space."""
    return text.replace(" ", sign)


def translated(table: dict[int, str] | dict[int, int], text: str) -> str:
    """Every letter that the table knows, replaced."""
    return text.translate(table)


def some_translated(table: dict[int, int], text: str) -> str:
    """About half of the letters, replaced."""
    chance = _chance(text)
    return "".join(each.translate(table) if chance.random() < 0.5 else each for each in text)


def moved(lower: int, upper: int, text: str) -> str:
    """Letters taken from another block of Unicode that holds an alphabet of its own."""
    return "".join(
        chr(ord(each) - ord("a") + lower)
        if "a" <= each <= "z"
        else chr(ord(each) - ord("A") + upper)
        if "A" <= each <= "Z"
        else each
        for each in text
    )


def spaced(gap: str, text: str) -> str:
    """Letters apart by one space, words by a wider gap."""
    return gap.join(" ".join(word) for word in text.split())


def starred(text: str) -> str:
    """A star for the second letter of the words that have four and more."""
    return re.sub(r"\b([A-Za-z])[A-Za-z]([A-Za-z]{2,})", r"\1*\2", text)


def stretched(text: str) -> str:
    """The last letter of each word of three and more, five times."""
    return re.sub(r"([A-Za-z]{2})([A-Za-z])\b", r"\1\2\2\2\2\2", text)


def doubled_vowels(text: str) -> str:
    """Each vowel three times, in words of three letters and more."""
    return re.sub(
        r"[A-Za-z]{3,}", lambda word: re.sub("([aeiouAEIOU])", r"\1\1\1", word.group()), text
    )


def mixed_case(text: str) -> str:
    """Upper and lower in turn."""
    return "".join(each.upper() if place % 2 else each.lower() for place, each in enumerate(text))


def slipped(slip: Callable[[str, int], str], text: str) -> str:
    """One slip of the pen in each word of six letters and more; the first letter stands."""
    chance = _chance(text)
    return _LONG.sub(
        lambda word: slip(word.group(), chance.randrange(1, len(word.group()) - 1)), text
    )


def without(word: str, place: int) -> str:
    """The word without the letter at a place."""
    return word[:place] + word[place + 1 :]


def swapped(word: str, place: int) -> str:
    """The word with the letter at a place after its neighbour."""
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def run_together(text: str) -> str:
    """No spaces at all."""
    return re.sub(r"[ ,]+", "", text)


def in_pairs(text: str) -> str:
    """Every other space left out."""
    words = text.split()
    return " ".join("".join(words[place : place + 2]) for place in range(0, len(words), 2))


def backwards(text: str) -> str:
    """Written from its end, with the override that shows it from its beginning."""
    return f"\u202e{text[::-1]}\u202c"


def each_overridden(text: str) -> str:
    """Every word written backwards and overridden."""
    return _WORD.sub(lambda word: backwards(word.group()), text)


def as_entities(form: str, text: str) -> str:
    """Every letter as an HTML entity."""
    return "".join(form.format(ord(each)) if each.isalpha() else each for each in text)


def as_json(text: str) -> str:
    """Every letter as JSON escapes it."""
    return "".join(_json_escape(each) if each.isalpha() else each for each in text)


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def tagged(text: str) -> str:
    """Every word in bold."""
    return " ".join(f"<b>{word}</b>" for word in text.split())


def tagged_inside(text: str) -> str:
    """Tags and a comment inside the words of four letters and more."""
    return re.sub(r"\b([A-Za-z]{2})([A-Za-z]{2,})", r"\1<i></i><!-- -->\2", text)


def zalgo(text: str) -> str:
    """Six combining marks on every letter."""
    return "".join(each + MARKS if each.isalpha() else each for each in text)


def with_pictures(text: str) -> str:
    """A picture without a meaning between any two words."""
    chance = _chance(text)
    return re.sub(" ", lambda _: f" {chance.choice(NEUTRAL)} ", text)


def wrapped(words: int, text: str) -> str:
    """A line for every few words."""
    held = text.split()
    lines = (held[place : place + words] for place in range(0, len(held), words))
    return "\n".join(" ".join(line) for line in lines)


def padded(before: str, after: str, text: str) -> str:
    """Something before it and something after."""
    return f"{before}{text}{after}"


def buried(share: float, text: str) -> str:
    """As far into 8 000 characters of harmless text as the share says, in a sentence of its own."""
    filler = FILLER * (LENGTH // len(FILLER))
    place = filler.rfind(". ", 0, int(share * len(filler)) + 1) + 2 if share else 0
    return f"{filler[:place]}{text}. {filler[place:]}"


def surrogates(text: str) -> str:
    """A lone surrogate in the middle of each word, and at both ends of the text."""
    return "\ud83d" + re.sub(r"\b([A-Za-z]{2})(?=[A-Za-z])", "\\1\udc00", text) + "\ud800"


# Words run together in pairs: where neither is watched nor a joiner they stay together, and a rule may then read less.
DISGUISES: Final = (
    Disguise("upper_case", str.upper, "slips"),
    Disguise("mixed_case", mixed_case, "slips"),
    *(
        Disguise(f"letters_{name}", partial(moved, *at), "alphabet")
        for name, at in ALPHABETS.items()
    ),
    Disguise(
        "letters_small_capitals", lambda text: text.lower().translate(SMALL_CAPITALS), "alphabet"
    ),
    Disguise("cyrillic", partial(translated, CYRILLIC), "alphabet"),
    Disguise("some_cyrillic", partial(some_translated, CYRILLIC), "alphabet"),
    Disguise("greek", partial(translated, GREEK), "alphabet"),
    Disguise("some_greek", partial(some_translated, GREEK), "alphabet"),
    Disguise(
        "mixed_scripts",
        lambda text: some_translated(GREEK, some_translated(CYRILLIC, text)),
        "alphabet",
    ),
    Disguise("leet_vowels", partial(translated, LEET_VOWELS), "alphabet", lossy=True),
    Disguise("leet", partial(translated, LEET), "alphabet", lossy=True),
    Disguise("spaced_letters", partial(spaced, "   "), "letters"),
    Disguise("spaced_letters_one_gap", partial(spaced, " "), "letters", lossy=True),
    *(
        Disguise(
            f"{name}_between_letters",
            partial(between_letters, sign),
            "letters",
            lossy=name in SPACES,
        )
        for name, sign in LETTER_SIGNS.items()
    ),
    *(
        Disguise(f"{name}_between_words", partial(between_words, sign), "words")
        for name, sign in WORD_SIGNS.items()
    ),
    *(
        Disguise(f"{name}_between_words", partial(between_words, sign), "markup")
        for name, sign in MARKUP_SIGNS.items()
    ),
    Disguise("starred", starred, "letters", lossy=True),
    Disguise("stretched", stretched, "slips", lossy=True),
    Disguise("stretched_vowels", doubled_vowels, "slips", lossy=True),
    Disguise("letter_missing", partial(slipped, without), "slips", lossy=True),
    Disguise("letters_swapped", partial(slipped, swapped), "slips", lossy=True),
    Disguise("run_together", run_together, "words", lossy=True),
    Disguise("in_pairs", in_pairs, "words", Level.WARNING, lossy=True),
    Disguise("backwards", backwards, "markup"),
    Disguise("each_word_backwards", each_overridden, "markup"),
    Disguise("entities", partial(as_entities, "&#{};"), "markup"),
    Disguise("hexadecimal_entities", partial(as_entities, "&#x{:x};"), "markup"),
    Disguise("json_escapes", as_json, "markup"),
    Disguise("tagged", tagged, "markup"),
    Disguise("tagged_inside", tagged_inside, "markup"),
    Disguise("zalgo", zalgo, "letters"),
    Disguise("pictures_between_words", with_pictures, "words"),
    *(Disguise(f"lines_of_{count}", partial(wrapped, count), "words") for count in (2, 3, 4)),
    *(
        Disguise(f"around_{name}", partial(padded, *held), "around")
        for name, held in AROUND.items()
    ),
    *(
        Disguise(f"buried_at_{name}", partial(buried, share), "around")
        for name, share in (("the_beginning", 0), ("the_middle", 0.5), ("the_end", 1))
    ),
    Disguise("surrogates", surrogates, "markup"),
)
