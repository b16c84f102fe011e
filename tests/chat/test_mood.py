"""The mood of a message, by the stated method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.mood import MOODS_KEPT, add_mood, mood_names, mood_of


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("", "neutral"),
        ("The bus leaves at nine.", "neutral"),
        ("I feel so sad today", "sad"),
        ("I'm really anxious about the exam", "anxious"),
        ("So ANGRY at my boss", "angry"),
        ("I have no friends here", "lonely"),
        ("I am ashamed of what I did", "ashamed"),
        ("Everything is too much", "overwhelmed"),
        ("I can't sleep", "tired"),
        ("I don't feel anything anymore", "numb"),
        ("there is no hope", "hopeless"),
        ("Feeling hopeful about Monday", "hopeful"),
        ("I am calm again", "calm"),
        ("I'm so happy 😊", "happy"),
        ("😭", "sad"),
    ],
)
def test_words_give_the_mood(text, mood):
    assert mood_of(text) == mood


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("I'm not happy", "sad"),
        ("I\u2019m not calm at all", "anxious"),
        ("I am not sad", "neutral"),
        ("I was never really worried", "neutral"),
        ("not sad but happy", "happy"),
    ],
)
def test_a_negation_turns_a_good_mood_and_silences_another(text, mood):
    assert mood_of(text) == mood


def test_what_stands_after_but_weighs_more():
    assert mood_of("I was sad and lonely but now I am calm") == "calm"


def test_a_sequence_outweighs_a_word():
    assert mood_of("they are glad to make fun of me") == "sad"


@given(st.text(max_size=300))
def test_any_text_has_a_mood_of_the_list(text):
    assert mood_of(text) in mood_names()


def test_the_trend_keeps_the_last_twenty():
    trend: list[str] = []
    for number in range(MOODS_KEPT + 5):
        trend = add_mood(trend, f"m{number}")
    assert len(trend) == MOODS_KEPT
    assert trend[-1] == "m24"


def test_the_old_trend_is_left_as_it_is():
    old = ["sad"]
    assert add_mood(old, "calm") == ["sad", "calm"]
    assert old == ["sad"]
