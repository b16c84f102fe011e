"""What a message is about and what it wants, read from word lists; and whether it answers a question about danger."""

import re
from enum import StrEnum

from chat.mood import NEUTRAL, mood_of
from chat.replies.phrases import Intent, Topic, load_phrases
from chat.words import Sequence, found_in, words_of

OTHER_WORDS = 2
"""A short intent such as a greeting counts only with so many other words at most."""
ANSWER_WORDS = 3
"""A yes or no counts as the answer when it stands among so many first words."""
ADULT_AGE = 18
GOOD_MOODS = frozenset({"hopeful", "calm", "happy"})
TURNS_BACK = 3
"""So many earlier messages of the person are looked at when this one has no topic."""

PERSON = "person"
AI = "ai"

_AGE = re.compile(
    r"\b(?:i'?m|i am)\s+(?:only\s+)?(\d{1,2})(?:\s*(?:years?|yrs?|yo|y/o)\b|\s*[.,!?)]|\s+and\b|\s*$)"
)

History = tuple[tuple[str, str], ...]


class Answer(StrEnum):
    """What a message says to a question about danger that was just asked."""

    NOT_ASKED = "not_asked"
    WORRYING = "worrying"
    REASSURING = "reassuring"
    OPEN = "open"


def intent_of(text: str) -> Intent | None:
    """What the message wants of the responder itself, if anything."""
    words = words_of(text)
    wanted = (intent for intent in load_phrases().intents if _wants(intent, words, text))
    return next(wanted, None)


def _wants(intent: Intent, words: Sequence, text: str) -> bool:
    matched = sum(len(found) for found in found_in(words, intent.words))
    if not matched or not intent.short:
        return bool(matched)
    nothing_else = _topic_in(words) is None and mood_of(text) in GOOD_MOODS | {NEUTRAL}
    return nothing_else and len(words) - matched <= OTHER_WORDS


def asks_for_human(text: str) -> bool:
    """Whether the message asks to talk to a person instead of a program."""
    words = words_of(text)
    return any(
        intent.name == "want_human" and _wants(intent, words, text)
        for intent in load_phrases().intents
    )


def says_under_age(text: str, history: History) -> bool:
    """Whether the person has said in this session that they are not yet 18."""
    said = (text, *(words for author, words in history if author == PERSON))
    ages = (
        int(age) for words in said for age in _AGE.findall(words.lower().replace("\u2019", "'"))
    )
    return any(age < ADULT_AGE for age in ages)


def topic_of(text: str, history: History) -> Topic | None:
    """What the message, or else one of the person's last messages, is about."""
    said = [words for author, words in history if author == PERSON][-TURNS_BACK:]
    for candidate in (text, *reversed(said)):
        topic = _topic_in(words_of(candidate))
        if topic:
            return topic
    return None


def _topic_in(words: Sequence) -> Topic | None:
    weights = [
        sum(len(found) for found in found_in(words, topic.words)) for topic in load_phrases().topics
    ]
    heaviest = max(weights)
    return load_phrases().topics[weights.index(heaviest)] if heaviest else None


def answer_about_danger(text: str, history: History) -> Answer:
    """Whether the message answers a question about danger that the last reply asked, and how.

    A bare "yes" shows no risk to a check that reads only the message; here the question is known.
    """
    question = _asked_last(history)
    if question is None:
        return Answer.NOT_ASKED
    answers = load_phrases().care.answers
    if _begins_with(text, answers["unsure"]):
        return Answer.WORRYING
    said_yes, said_no = _begins_with(text, answers["yes"]), _begins_with(text, answers["no"])
    if said_yes == said_no:
        return Answer.OPEN
    safe = said_yes == (question in load_phrases().care.safe_when_yes)
    if safe:
        return Answer.OPEN if "but" in words_of(text) else Answer.REASSURING
    return Answer.WORRYING


def _asked_last(history: History) -> str | None:
    spoken = [text for author, text in history if author != PERSON]
    if not spoken:
        return None
    asked = (
        question for question in load_phrases().care.safety_questions if question in spoken[-1]
    )
    return next(asked, None)


def _begins_with(text: str, answers: frozenset[Sequence]) -> bool:
    return any(found_in(words_of(text)[:ANSWER_WORDS], answers))
