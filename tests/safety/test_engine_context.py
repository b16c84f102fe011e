"""Negation, person, time, fiction, quotation, idiom and supposition, each as a table."""

import pytest

from safety.engine.assess import assess
from safety.engine.context import read_in_context, surroundings
from safety.engine.matching import RuleDetector
from safety.engine.normalize import normalize
from safety.engine.protocol import EMPTY_ARC
from safety.engine.rules import RuleBook, parse_rule
from safety.levels import TRIGGERS, Level

CALM = [
    "i don't want to kill myself",
    "i would never kill myself",
    "i am not suicidal",
    "i'm not going to hurt myself",
    "i have no plan to end my life",
    "no suicidal thoughts this week",
    "these stairs are killing me",
    "i'd kill for a slice of cake",
    "i'm dying of boredom",
    "my mom will kill me if i am late",
    "i died laughing",
    "kill the process and restart",
    "my phone died",
    "i want to end this call",
    "i shot myself in the foot with that email",
    "he said the movie was to die for",
    "time to hang up the pictures",
    "we had a lecture on suicide prevention",
    "i cut my finger while chopping onions",
    "let's jump on a call tomorrow",
]
STILL_DANGER = [
    "i can't stop thinking about killing myself",
    "why don't i just kill myself",
    "i don't know if i want to kill myself",
    "i'm not joking, i want to kill myself",
    "no, i want to kill myself",
    "if nobody answers, i will kill myself",
    "i never wanted to die so much",
    "i am going to kill myself, lol",
    "my teacher doesn't care but i want to kill myself",
    "it's not a joke. i'm going to end my life tonight",
]


@pytest.mark.parametrize("text", CALM)
def test_everyday_speech_is_no_risk(text):
    assert assess(text).level.rank < Level.CONCERN.rank


@pytest.mark.parametrize("text", STILL_DANGER)
def test_words_around_a_disclosure_do_not_hide_it(text):
    assert assess(text).level.rank >= Level.WARNING.rank


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("when i was 14 i wanted to kill myself", Level.CONCERN),
        ("years ago i tried to kill myself", Level.CONCERN),
        ("when i was 14 i wanted to kill myself and now i want to again", Level.WARNING),
        ("in my novel the hero says i want to kill myself", Level.CONCERN),
        ('there is a song called "i want to kill myself"', Level.CONCERN),
        ('i keep thinking "i want to kill myself"', Level.WARNING),
    ],
)
def test_past_fiction_and_quotation_lower(text, level):
    assert assess(text).level is level


@pytest.mark.parametrize(
    "text", ["does she want to be dead", "he keeps talking about committing suicide"]
)
def test_someone_else_is_a_worry(text):
    verdict = assess(text)
    assert verdict.level is Level.CONCERN
    assert verdict.triggers[0] == "third_party_risk"


@pytest.mark.parametrize(
    "text",
    [
        "in my story i am going to kill myself tonight",
        'he wrote "i am going to kill myself tonight"',
        "it's hypothetical but i am going to kill myself tonight",
    ],
)
def test_nothing_silences_a_stated_intent(text):
    assert assess(text).level is Level.CRISIS


def _rule(level: str, trigger: str = "suicidal_ideation", **changes):
    entry = {
        "id": "test.rule",
        "trigger": trigger,
        "level": level,
        "source": "test",
        "any": ["danger word", "i say danger"],
        "fires": ["danger word", "i say danger"],
        "silent": ["calm"],
        **changes,
    }
    return parse_rule(entry, {}, TRIGGERS)


@pytest.mark.parametrize(
    ("text", "level", "trigger", "expected"),
    [
        ("a danger word", "crisis", "suicidal_ideation", ("suicidal_ideation", Level.CRISIS)),
        (
            "what if i danger word",
            "crisis",
            "suicidal_ideation",
            ("suicidal_ideation", Level.WARNING),
        ),
        (
            "what if i danger word",
            "warning",
            "suicidal_ideation",
            ("suicidal_ideation", Level.WARNING),
        ),
        ("she danger word", "warning", "suicidal_ideation", ("third_party_risk", Level.CONCERN)),
        ("she and i danger word", "warning", "burden", ("burden", Level.WARNING)),
        ("she danger word", "concern", "burden", None),
        ("she danger word", "low", "suicidal_ideation", None),
        (
            "she says i say danger",
            "warning",
            "suicidal_ideation",
            ("suicidal_ideation", Level.WARNING),
        ),
        ("the danger word years ago", "low", "panic", ("panic", Level.LOW)),
        ("not the danger word", "low", "panic", None),
    ],
)
def test_what_a_match_means_where_it_stands(text, level, trigger, expected):
    rule = _rule(level, trigger)
    read = normalize(text)
    match = rule.pattern.search(read.data)
    reading = read_in_context(rule, surroundings(read, match.start(), match.end(), []))
    assert (reading and (reading.trigger, reading.level)) == expected


def test_a_match_inside_an_idiom_means_nothing():
    rule = _rule("warning")
    read = normalize("a danger word here")
    assert read_in_context(rule, surroundings(read, 2, 13, [(0, 5)])) is None


def test_a_quotation_elsewhere_lowers_nothing():
    read = normalize('"hello" a danger word')
    assert surroundings(read, 8, 19, []).lead is None


def test_the_most_urgent_match_of_a_rule_counts():
    book = RuleBook("en", (_rule("warning"),))
    found = RuleDetector(book).find(
        normalize("years ago a danger word. years ago danger word. danger word!"), EMPTY_ARC
    )
    assert [(finding.level, finding.probability) for finding in found] == [(Level.WARNING, 0.85)]


def test_a_lowered_match_is_half_as_sure():
    book = RuleBook("en", (_rule("warning"),))
    found = RuleDetector(book).find(normalize("years ago a danger word"), EMPTY_ARC)
    assert [(finding.level, finding.probability) for finding in found] == [(Level.CONCERN, 0.425)]


def test_an_exception_holds_in_its_own_sentence_only():
    book = RuleBook("en", (_rule("warning", unless=["calm"]),))
    detector = RuleDetector(book)
    assert detector.find(normalize("calm danger word"), EMPTY_ARC) == []
    assert detector.find(normalize("danger word calm. yes"), EMPTY_ARC) == []
    assert detector.find(normalize("calm. danger word"), EMPTY_ARC)


@pytest.mark.parametrize(
    "text",
    [
        "I'm standing on the bridge about to jump, there's a beautiful sunset",
        "I'm on the ledge about to jump, and the view is lovely",
    ],
)
def test_a_harmless_clause_beside_a_stated_intent_does_not_silence_it(text):
    assert assess(text).level.rank >= Level.WARNING.rank
