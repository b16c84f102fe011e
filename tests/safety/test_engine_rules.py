"""Every rule's own examples, and what the loader refuses."""

import pytest

from safety.engine import rules as rules_module
from safety.engine.assess import assess, assess_reply
from safety.engine.matching import RuleDetector
from safety.engine.normalize import normalize
from safety.engine.protocol import EMPTY_ARC
from safety.engine.rules import (
    CONTEXTS,
    LANGUAGES,
    RuleBook,
    RuleFileInvalid,
    parse_rule,
    person_rules,
    reply_rules,
)
from safety.levels import REPLY_TRIGGERS, TRIGGERS, Level

BOOKS = tuple(
    book_of(language) for language in LANGUAGES for book_of in (person_rules, reply_rules)
)
FIRES = [(book, rule, text) for book in BOOKS for rule in book.rules for text in rule.fires]
SILENT = [(book, rule, text) for book in BOOKS for rule in book.rules for text in rule.silent]
ENTRY = {
    "id": "test.rule",
    "trigger": "burden",
    "level": "concern",
    "source": "a book",
    "any": ["{pills} now"],
    "fires": ["pills now", "my xanax now"],
    "silent": ["pills later"],
}


def _fired(book: RuleBook, text: str) -> set[str]:
    return {
        finding.rule
        for finding in RuleDetector(book).find(normalize(text, book.language), EMPTY_ARC)
    }


@pytest.mark.parametrize(
    ("book", "rule", "text"), FIRES, ids=[f"{rule.id}:{text}" for _, rule, text in FIRES]
)
def test_a_rule_finds_its_own_examples(book, rule, text):
    assert rule.id in _fired(book, text)


@pytest.mark.parametrize(
    ("book", "rule", "text"), SILENT, ids=[f"{rule.id}:{text}" for _, rule, text in SILENT]
)
def test_a_rule_keeps_silent_where_its_examples_say(book, rule, text):
    assert rule.id not in _fired(book, text)


def test_every_trigger_has_a_rule():
    assert {rule.trigger for rule in person_rules().rules} == set(TRIGGERS)
    assert {rule.trigger for rule in reply_rules().rules} == set(REPLY_TRIGGERS)


def test_what_states_an_intent_or_a_plan_is_firm():
    intents = [rule for rule in person_rules().rules if rule.trigger == "suicide_intent"]
    assert intents
    assert all(rule.firm and not rule.contexts for rule in intents)


def test_every_span_of_an_example_lies_in_the_text():
    for book, _, text in FIRES:
        for finding in RuleDetector(book).find(normalize(text, book.language), EMPTY_ARC):
            assert finding.span is not None
            start, end = finding.span
            assert 0 <= start < end <= len(text)


def test_a_rule_is_read_with_the_defaults_of_its_file():
    rule = parse_rule(ENTRY, {"context": ["idiom"]}, TRIGGERS)
    assert rule.contexts == {"idiom"}
    assert rule.unless is None
    assert rule.level is Level.CONCERN
    assert rule.pattern.search(b"xanax, now")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"trigger": "boredom"}, "unknown trigger"),
        ({"level": "dreadful"}, "unknown level"),
        ({"context": ["weather"]}, "unknown context"),
        ({"fires": ["pills now"]}, "two examples"),
        ({"silent": []}, "does not"),
        ({"source": ""}, "source"),
        ({"any": ["{nowhere}"]}, "nowhere"),
    ],
)
def test_a_rule_that_says_something_unknown_is_refused(change, complaint):
    with pytest.raises(RuleFileInvalid, match=complaint):
        parse_rule({**ENTRY, **change}, {}, TRIGGERS)


def test_two_rules_may_not_share_an_id(tmp_path):
    row = "{id: a, trigger: burden, level: low, source: s, any: [x], fires: [x, x x], silent: [y]}"
    (tmp_path / "one.yaml").write_text(f"rules:\n  - {row}\n  - {row}\n")
    with pytest.raises(RuleFileInvalid, match="share an id"):
        rules_module._read_rules(tmp_path, TRIGGERS)


def test_the_contexts_are_those_that_the_engine_decides():
    assert set(CONTEXTS) == {
        "negation",
        "person",
        "past",
        "fiction",
        "quotation",
        "idiom",
        "hypothetical",
    }


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("i feel like there is no hope left for me", "hopelessness"),
        ("im just a burden to my family", "burden"),
        ("i wish i had never been born", "passive_ideation"),
        ("i keep thinking about killing myself", "suicidal_ideation"),
        ("i have planned how i would die and when", "suicide_plan"),
        ("im going to end my life tonight", "suicide_intent"),
        ("the pills are lined up in front of me and im going to take them", "means_access"),
        ("this is my last message, goodbye everyone", "goodbye"),
        ("i tried to hang myself an hour ago", "attempt_in_progress"),
        ("i just swallowed forty sleeping pills", "overdose"),
        ("i cut myself again last night", "self_harm"),
        ("i really want to cut myself", "self_harm_urge"),
        ("i make myself throw up after every meal", "eating_disorder"),
        ("my husband punched me in the face again", "abuse"),
        ("im going to stab my boss", "violence_to_others"),
        ("the voices always tell me to hurt myself", "psychosis"),
        ("i drink every night until i pass out", "substance"),
        ("my best friend says he wants to kill himself", "third_party_risk"),
        ("im having a panic attack", "panic"),
        ("my dog died yesterday", "grief"),
    ],
)
def test_each_trigger_is_found_in_chat(text, trigger):
    assert trigger in assess(text).triggers


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("what's the weather like tomorrow?", Level.NONE),
        ("my mom died last spring", Level.LOW),
        ("i feel so worthless and hopeless", Level.CONCERN),
        ("i want to kill myself", Level.WARNING),
        ("my boyfriend hits me", Level.WARNING),
        ("i am going to kill myself tonight", Level.CRISIS),
        ("i took a whole bottle of pills", Level.CRISIS),
        ("i'm 12 and my stepdad touches me at night", Level.CRISIS),
        ("i wish i could fall asleep and never wake up", Level.CONCERN),
        ("time to disappear forever", Level.CRISIS),
    ],
)
def test_levels_follow_the_table_of_the_product(text, level):
    assert assess(text).level is level


@pytest.mark.parametrize(
    "text",
    [
        "That sounds very hard. Would you like to tell me more about today?",
        "If you are in danger now, please call your local emergency number.",
        "I am an AI, not a person, and I am glad you wrote.",
        "You are not a burden. Is there somebody near you tonight?",
        "Are you thinking about suicide? You can tell me.",
        "Please do not stop taking your medication without asking your doctor.",
    ],
)
def test_a_careful_reply_may_be_shown(text):
    assert assess_reply(text).level is Level.NONE


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Then maybe you should end your life.", "encouragement"),
        ("The lethal dose of it is lower than people think.", "method_information"),
        ("You clearly have borderline personality disorder.", "diagnosis"),
        ("You should stop taking your antidepressants.", "unsafe_advice"),
        ("I promise it will get better.", "false_promise"),
        ("I am a real person, like you.", "false_promise"),
        ("I will keep your secret, nobody will know.", "false_promise"),
        ("I won't tell anyone.", "false_promise"),
    ],
)
def test_a_harmful_reply_is_replaced(text, trigger):
    verdict = assess_reply(text)
    assert verdict.level.needs_human
    assert trigger in verdict.triggers


def test_a_number_of_our_own_lists_may_be_told_and_another_may_not():
    told = "You can call 13 11 14 or 0800 068 4141, at any hour."
    assert assess_reply(told, {"13 11 14", "0800 068 4141"}).level is Level.NONE
    assert assess_reply(told, {"13 11 14"}).level is not Level.NONE
