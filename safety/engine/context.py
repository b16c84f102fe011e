"""What stands around a match and lowers it: negation, another person, the past, fiction, quotation, figures of speech.

Each is one small function over the sentence the match stands in, so that a moderator can be told why. Rules that are
firm never come here: nothing silences a stated intent or plan.

Source: negation after NegEx (Chapman et al. 2001): negators, a window of a few words, and pseudo-negations; person and
time after ConText (Harkema et al. 2009).
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from safety.engine.normalize import NormalizedText
from safety.engine.rules import Rule
from safety.levels import Level

_SENTENCE_REACH: Final = 200
"""Bytes of a sentence that are looked at on each side of a match; it bounds the work for each match."""
_NEGATION_WORDS: Final = 6
_QUOTE_REACH: Final = 60

_SCOPE_ENDS: Final = re.compile(
    r",|\b(?:but|because|so|then|if|when|until|except|though|although|unless|yet|and i|or i|since)\b"
)
_NEGATOR: Final = re.compile(
    r"\b(?:not|never|no|without|nor|neither|hardly)\b(?!$)|\b(?:not|never|no|without)$"
)
_NO_NEGATION: Final = re.compile(
    r"\b(?:not|never) (?:\w+ )?(?:stop|help|resist|shake|escape|avoid|only|just|sure|wait|deny|ignore|lie|lying|joking|"
    r"kidding|afraid|scared|enough|know (?:if|why|how|when|what|whether)|care if|care whether|see why|the only|control|"
    r"even (?:sure|know)|like i|first|understand|tell|want help|think of any|cope|handle|take|do this|do it|"
    r"go on|live|sleep|eat|be happy|happy|have the|have enough|be here if|brave|strong|okay|ok|fine|well|alone|"
    r"supposed|ready to|much|get better)\b"
    r"|\b(?:why|should|could|might as well|do|would|can|did|have) (?:\w+ )?i not\b|\bwhy not\b|\bnot not\b"
    r"|\bno (?:reason|point|way|doubt|choice|other|matter|one|wonder|joke|lie|hope|idea|longer (?:know|care|can))\b"
    r"|\bnever (?:\w+ ){0,3}(?:so|this|more|as)\b|\bnothing\b|\bno$"
)
_NEVER_SO: Final = re.compile(
    r"^,? ?(?:so|this|that|as) (?:much|bad|badly|often|strongly)\b|^,? more\b"
)
_FIRST: Final = frozenset({"i", "me", "my", "myself", "we", "am"})
_THIRD: Final = frozenset(
    {
        "he",
        "she",
        "they",
        "who",
        "someone",
        "somebody",
        "people",
        "everyone",
        "everybody",
        "anyone",
        "him",
        "her",
        "them",
    }
    | {
        "friend",
        "brother",
        "sister",
        "mom",
        "dad",
        "mother",
        "father",
        "son",
        "daughter",
        "boyfriend",
        "girlfriend",
        "man",
    }
    | {
        "husband",
        "wife",
        "partner",
        "cousin",
        "kid",
        "child",
        "kids",
        "girl",
        "boy",
        "guy",
        "woman",
        "patient",
        "students",
    }
)
_PAST: Final = re.compile(
    r"\b(?:years? ago|used to|when i was (?:\w+ ){0,3}(?:\d+|young\w*|little|a|in|kid|child|teen\w*)|"
    r"as a (?:\w+ )?(?:kid|child|teen|teenager)|in (?:high|middle|elementary) school|in the past|back then|back in|"
    r"long time ago|growing up|decades? ago|in my (?:teens|twenties|childhood|past)|once upon|no longer|have recovered|"
    r"am recovered|recovered from|in (?:19|20)\d\d|(?:not|never) any more|got over|am past that|do not any more|"
    r"those days are|at the time|in my life i)\b"
)
_PRESENT: Final = re.compile(
    r"\b(?:again|still|now|lately|recently|these days|relapse\w*|today|tonight|right now|keep|every day|ever since|"
    r"since then|currently|came back|is back|are back|getting worse|more and more|all the time|always|constantly|"
    r"last (?:night|week))\b"
)
_FICTION: Final = re.compile(
    r"\b(?:novel|fiction\w*|my story|a story|short story|protagonist|main character|my characters?|the characters?|"
    r"this characters?|screenplay|fanfic\w*|lyrics?|song|movie|film|episode|anime|manga|roleplay|video game|the game|"
    r"in game|poem|script|the book|my book|a book|tv show|the show|this show|documentary|campaign|minecraft|gta|sims|"
    r"essay|hamlet|romeo|shakespeare|season \d+|plot|the villain|cosplay|dnd|npc|bot)\b"
)
_REPORTED: Final = re.compile(
    r"\b(?:he|she|they|who|lyrics?|song|tweet|sign|movie|book|character|article|titled|called|title|headline|phrase|word|"
    r"says|shirt|meme|caption|quote|post|comment|wrote|poem|slogan|the line|term)\b"
)
_SUPPOSED: Final = re.compile(
    r"\b(?:hypothetically|if i ever|if i were to|what if|in theory|would you rather)\b"
)

_OF_ANOTHER: Final = frozenset(
    {"suicidal_ideation", "suicide_intent", "suicide_plan", "attempt_in_progress"}
    | {"overdose", "self_harm", "self_harm_urge", "eating_disorder"}
)
"""What is a worry when someone else shows it; somebody else's hopelessness or farewell is not enough."""
_LOWER: Final = {
    Level.CRISIS: Level.CONCERN,
    Level.WARNING: Level.CONCERN,
    Level.CONCERN: Level.LOW,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a match means where it stands.

    Args:
        trigger: the rule's, or `third_party_risk` where it speaks of somebody else.
        level: the rule's, or lower.
    """

    trigger: str
    level: Level


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A match and the rest of its sentence.

    Args:
        before: the sentence up to the match.
        match: the match.
        after: the sentence behind it.
        lead: what stands before the quotation that holds the match; None outside quotations.
        in_idiom: whether the match touches a figure of speech.
    """

    before: str
    match: str
    after: str
    lead: str | None
    in_idiom: bool

    @property
    def sentence(self) -> str:
        """The sentence as far as it is looked at."""
        return self.before + self.match + self.after


def surroundings(
    text: NormalizedText, start: int, end: int, idioms: list[tuple[int, int]]
) -> Surroundings:
    """Cut out what stands around the bytes `start` to `end`."""
    data = text.data
    since = max(0, start - _SENTENCE_REACH)
    before = data[max(since, data.rfind(b".", since, start) + 1) : start]
    until = min(len(data), end + _SENTENCE_REACH)
    stop = data.find(b".", max(start, end - 1), until)
    after = data[end : until if stop < 0 else max(end, stop)]
    return Surroundings(
        before=before.decode(errors="ignore").lstrip(),
        match=data[start:end].decode(errors="ignore"),
        after=after.decode(errors="ignore"),
        lead=_quote_lead(text, start),
        in_idiom=any(first < end and start < last for first, last in idioms),
    )


def _quote_lead(text: NormalizedText, start: int) -> str | None:
    index = bisect_right(text.quotes, (start, len(text.data))) - 1
    if index < 0 or start >= text.quotes[index][1]:
        return None
    first = text.quotes[index][0]
    return text.data[max(0, first - _QUOTE_REACH) : first].decode(errors="ignore")


def read_in_context(rule: Rule, around: Surroundings) -> Reading | None:
    """What the match of a rule means; None where it means nothing."""
    if "idiom" in rule.contexts and around.in_idiom:
        return None
    if "negation" in rule.contexts and is_negated(around):
        return None
    reading = Reading(rule.trigger, rule.level)
    if "person" in rule.contexts and of_another(around):
        return _of_another(rule)
    for context, applies in _LOWERING:
        if context in rule.contexts and applies(around):
            return Reading(reading.trigger, _LOWER.get(reading.level, reading.level))
    if "hypothetical" in rule.contexts and rule.level is Level.CRISIS and is_supposed(around):
        return Reading(reading.trigger, Level.WARNING)
    return reading


def _of_another(rule: Rule) -> Reading | None:
    if rule.level.rank < Level.CONCERN.rank or rule.trigger not in _OF_ANOTHER:
        return None
    return Reading("third_party_risk", Level.CONCERN)


def is_negated(around: Surroundings) -> bool:
    """`i would never …`, `i am not going to …`; but not `i can not stop …` or `i never … so much`."""
    near = " ".join(around.before.split()[-_NEGATION_WORDS:])
    near = near[max((end.end() for end in _SCOPE_ENDS.finditer(near)), default=0) :]
    if not _NEGATOR.search(near) or _NO_NEGATION.search(near):
        return False
    return not _NEVER_SO.search(around.after)


def of_another(around: Surroundings) -> bool:
    """Whether the nearest subject before the match is someone else, and the match itself names no `i`."""
    if _FIRST.intersection(around.match.replace(",", "").split()):
        return False
    for word in reversed(around.before.replace(",", "").split()):
        if word in _FIRST:
            return False
        if word in _THIRD:
            return True
    return False


def is_past(around: Surroundings) -> bool:
    """Long ago or over, and not come back."""
    sentence = around.sentence
    return bool(_PAST.search(sentence)) and not _PRESENT.search(sentence)


def is_fiction(around: Surroundings) -> bool:
    """A story, a song, a game."""
    return bool(_FICTION.search(around.sentence))


def is_quoted(around: Surroundings) -> bool:
    """In quotation marks, and introduced as somebody else's words."""
    return around.lead is not None and bool(_REPORTED.search(around.lead))


def is_supposed(around: Surroundings) -> bool:
    """A supposition rather than a statement."""
    return bool(_SUPPOSED.search(around.before))


_LOWERING: Final[tuple[tuple[str, Callable[[Surroundings], bool]], ...]] = (
    ("past", is_past),
    ("fiction", is_fiction),
    ("quotation", is_quoted),
)
