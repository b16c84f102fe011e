"""Invisible characters that hide a word, and those that stand for a space."""

import pytest

from safety.engine.assess import assess
from safety.engine.invisible import readings
from safety.levels import Level


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain words", ["plain words"]),
        ("caf\u00e9 time", ["cafe time"]),
        ("I\u200bwant", ["i want"]),
        ("ten\u200b\u2060two", ["tentwo", "ten two"]),
        ("ten\0two", ["tentwo", "ten two"]),
        ("ten<i></i>two", ["tentwo", "ten two"]),
        ("the\u200bqzxv", ["theqzxv", "the qzxv"]),
        ("\u202eeid ot\u202c i want", ["eid ot i want", "to die i want"]),
        ("x \u202e\u202c y", ["x why"]),
        ("want\u200bto\u200bgo", ["wanttogo", "want to go"]),
        ("k\u200bill", ["kill"]),
        ("my\u200bself", ["myself"]),
        ("qzx\u200bto", ["qzxto"]),
        ("k1ll\u200bme", ["k1llme", "kill me"]),
        ("\U0001f469\u200d\U0001f4bb hello", ["hello"]),
    ],
)
def test_an_invisible_character_is_read_as_nothing_and_as_a_space(text, plain):
    assert [reading.text for reading in readings(text)] == plain


@pytest.mark.parametrize(
    "text",
    [
        "I\u200bwant to k i l l myself",
        "i\u200bwant\u200bto\u200bk\u200bi\u200bl\u200bl\u200bmyself",
        "i want to ki\u200bll\u200bmyself",
        "i want to com\u200bmit sui\u200bcide",
        "i\u2060want\u2060to\u2060die",
        "i want to kill\u3164myself",
    ],
)
def test_both_readings_are_judged(text):
    assert assess(text).level is Level.WARNING


def test_a_finding_of_the_second_reading_points_into_the_text_as_written():
    text = "well I\u200bwant\u200bto\u200bdie"
    spans = [finding.span for finding in assess(text).findings if finding.span]
    assert any(text[slice(*span)].endswith("want\u200bto\u200bdie") for span in spans)


def test_what_both_readings_find_is_found_once():
    rules = [finding.rule for finding in assess("I\u200bam going to kill myself tonight").findings]
    assert len(rules) == len(set(rules))


def test_the_more_urgent_reading_counts():
    text = "years ago i wanted to kill myself then\u200bagain"
    assert assess(text).level is Level.WARNING
    assert assess(text.replace("\u200b", "")).level is Level.CONCERN


def test_a_finding_in_letters_shown_backwards_points_to_them():
    text = "so \u202etsud eid ot tnaw i\u202c"
    places = [finding.span for finding in assess(text).findings if finding.span]
    assert "eid ot tnaw i" in {text[slice(*place)] for place in places}
