"""Words that lead to rules: no rule that matches a text is left out."""

import random

import pytest

from safety.corpus.reading import read_messages
from safety.engine.anchors import Index, NotUnderstood, anchors_of, read_pattern
from safety.engine.normalize import normalize
from safety.engine.rules import LANGUAGES, parse_rule, person_rules, reply_rules
from safety.engine.spelling import spelling_of
from safety.levels import TRIGGERS

NAMES = {"kin": read_pattern("(?:mother|father)", {}), "gap": read_pattern(r"(?:\w+ ){0,3}", {})}
SAMPLE = 600


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [
        ("kill myself", {"myself"}),
        ("kill|murder", {"kill", "murder"}),
        ("pills?", {"pill*"}),
        ("(?:over)?dose pills", {"pills"}),
        ("suicid\\w*", {"suicid*"}),
        ("\\w+dose", None),
        ("a(?:b|c)", None),
        ("bridge|\\d+", None),
        ("{kin} says", {"mother", "father"}),
        ("my {kin}", {"mother", "father"}),
        ("{gap}bridge", {"bridge"}),
        ("brid+ge river", {"river"}),
        ("bridge(?:s| now)", {"bridge*"}),
        ("bridge(?: now)?", {"bridge"}),
        ("bridge(?:$|[.,])", {"bridge"}),
        ("bridge[a-z]", {"bridge*"}),
        ("(?:the |a )?bridge", {"bridge"}),
        ("(?:the|a )bridge", None),
        ("bridge.", {"bridge*"}),
        ("bridge{2} river", {"bridg*"}),
        ("(?:bridge)+", {"bridge*"}),
        ("bridge+", {"bridg*"}),
        ("(?:|bridge)", None),
        ("people jump", {"jump"}),
    ],
)
def test_a_pattern_has_anchors(pattern, anchors):
    assert anchors_of(read_pattern(pattern, NAMES)) == anchors


@pytest.mark.parametrize("pattern", ["(?=a)", "a)", "(a", "{unknown} a", "*a", "\\x41", "A"])
def test_what_is_not_understood_is_said(pattern):
    with pytest.raises(NotUnderstood):
        read_pattern(pattern, NAMES)


def test_a_rule_that_is_not_understood_is_searched_for_in_every_text():
    row = {"id": "a", "any": ["A"], "fires": ["x", "y"], "silent": ["z"]}
    rule = parse_rule(row, {"trigger": "panic", "level": "low", "source": "s"}, TRIGGERS)
    assert rule.anchors is None
    assert Index([rule.anchors]).may_match(b"anything") == [0]


def test_words_and_beginnings_lead_to_their_rules():
    index = Index([frozenset({"kill"}), frozenset({"suicid*"}), None])
    assert index.may_match(b"kill, suicide.") == [0, 1, 2]
    assert index.may_match(b"killing sui") == [2]


def test_few_rules_are_searched_for_in_every_text():
    rules = [rule for language in LANGUAGES for rule in person_rules(language).rules]
    assert sum(rule.anchors is None for rule in rules) <= len(rules) // 8


def _left_out(book, texts: list[str]) -> list[str]:
    read = [normalize(text, book.language).data for text in texts]
    return [
        f"{rule.id}: {data!r}"
        for data in read
        for rule in set(book.rules) - set(book.may_match(data))
        if rule.pattern.search(data)
    ]


def _own(book) -> list[str]:
    return [text for rule in book.rules for text in (*rule.fires, *rule.silent)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("book_of", [person_rules, reply_rules])
def test_no_rule_is_left_out_of_the_rules_own_examples(book_of, language):
    book = book_of(language)
    assert _left_out(book, _own(book)) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_is_left_out_of_our_corpus(language):
    texts = [message.text for message in read_messages()]
    assert _left_out(person_rules(language), random.Random(1).sample(texts, SAMPLE)) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_is_left_out_of_its_own_words_in_any_order(language):
    book, chance = person_rules(language), random.Random(2)
    words = " ".join(_own(book)).split() + sorted(spelling_of(language).watched)
    texts = [" ".join(chance.choices(words, k=30)) for _ in range(SAMPLE)]
    assert _left_out(book, texts) == []
