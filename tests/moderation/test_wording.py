"""Words for codes and times, and marks in texts: pure rules as tables."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.marking import OVERRIDES, Piece, marked
from moderation.screener import screened
from moderation.wording import clock, due_words, since_words, trigger_words, urgency


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (41, "breach in 0:41"),
        (0, "breach in 0:00"),
        (-130, "overdue by 2:10"),
        (3723, "breach in 1:02:03"),
    ],
)
def test_a_time_limit_in_words(seconds, words, now):
    assert due_words(now + timedelta(seconds=seconds), now=now) == words


@pytest.mark.parametrize(
    ("gone", "word"),
    [
        (0, "early"),
        (29, "early"),
        (30, "half"),
        (47, "half"),
        (48, "late"),
        (60, "late"),
        (61, "overdue"),
    ],
)
def test_how_much_of_a_minute_is_gone(gone, word, now):
    raised_at = now - timedelta(seconds=gone)
    assert urgency(raised_at, raised_at + timedelta(seconds=60), now=now) == word


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "just now"),
        (4, "4 min ago"),
        (59, "59 min ago"),
        (60, "1 h ago"),
        (47 * 60, "47 h ago"),
        (72 * 60, "3 days ago"),
    ],
)
def test_how_long_ago(minutes, words, now):
    assert since_words(now - timedelta(minutes=minutes), now=now) == words


def test_clock_counts_hours_only_when_there_are_any():
    assert [clock(5), clock(-65), clock(3600)] == ["0:05", "1:05", "1:00:00"]


def test_markers_have_words_of_their_own():
    assert [trigger_words("check_failed"), trigger_words("suicide_plan")] == [
        "the check failed",
        "suicide plan",
    ]


@pytest.mark.parametrize(
    ("spans", "pieces"),
    [
        ([], ["one two three"]),
        ([(0, 3)], ["[one]", " two three"]),
        ([(4, 7), (8, 13)], ["one ", "[two]", " ", "[three]"]),
        ([(0, 7), (4, 13)], ["[one ]", "[two]", "[ three]"]),
        ([None, (5, 5), (9, 4), (0, 99), (-1, 2)], ["one two three"]),
    ],
)
def test_words_that_fired_are_cut_out(spans, pieces):
    findings = [{"trigger": "x", "span": list(span) if span else span} for span in spans]
    found = marked("one two three", findings)
    assert [f"[{piece.text}]" if piece.why else piece.text for piece in found] == pieces


def test_a_piece_names_every_trigger_that_covers_it_once():
    findings = [
        {"trigger": "goodbye", "span": [0, 3]},
        {"trigger": "suicide_plan", "span": [0, 3]},
        {"trigger": "goodbye", "span": [0, 3]},
    ]
    assert marked("bye", findings) == [Piece("bye", ("goodbye", "suicide_plan"))]


def test_an_empty_text_has_no_pieces():
    assert marked("", [{"trigger": "x", "span": [0, 1]}]) == []


@given(st.text(), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=5))
def test_the_pieces_are_the_text_again(text, spans):
    findings = [{"trigger": "x", "span": list(span)} for span in spans]
    pieces = marked(text, findings)
    assert "".join(piece.text for piece in pieces) == text.translate(OVERRIDES)


def test_overrides_of_direction_are_named_not_obeyed():
    assert marked("a\u202eb", [])[0].text == "a⟦RLO⟧b"


def test_the_screener_never_says_no():
    answers = screened({"suicide_plan", "passive_ideation"})
    assert [answer.is_shown for answer in answers] == [True, False, False, False, True, False]
