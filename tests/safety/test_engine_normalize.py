"""Texts in plain form, and the place of every word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.engine.folding import fold
from safety.engine.normalize import normalize

ANY_STRING = st.text(st.characters(), max_size=200)
"""Every code point, lone surrogates and nulls included."""


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("", ""),
        ("   ", ""),
        ("...", ""),
        ("I CAN'T", "i can not"),
        ("i cant, i cannot", "i can not, i can not"),
        ("can\u2019t", "can not"),
        ("wanna", "want to"),
        ("kms", "kill myself"),
        ("unalive", "kill"),
        ("k1ll", "kill"),
        ("su1c1de", "suicide"),
        ("$uicide", "suicide"),
        ("d!e", "die"),
        ("k*ll", "kill"),
        ("su*c*de.", "suicide."),
        ("***", ""),
        ("*a*", "a"),
        ("k i l l", "kill"),
        ("k i l l   m y s e l f", "kill myself"),
        ("k.i.l.l", "kill"),
        ("x.v.z", "x, v, z"),
        ("a b c d", "a b c d"),
        ("i a", "i a"),
        ("q v x" + " q" * 60, "q v x" + " q" * 60),
        ("killmyself", "kill myself"),
        ("skilldies", "skilldies"),
        ("#iwanttodie", "i want to die"),
        ("sui cide", "suicide"),
        ("or ope", "or ope"),
        ("diiiiie", "die"),
        ("neeeed", "need"),
        ("zzzzorp", "zorp"),
        ("sucidal", "suicidal"),
        ("suicdie", "suicide"),
        ("overdone", "overdone"),
        ("\u0455uici\u0501e", "suicide"),
        ("\u043a\u0456ll", "kill"),
        ("\u0438\u043c\u044f", "\u0438\u043c\u044f"),
        ("\u0441\u043e\u043d", "\u0441\u043e\u043d"),
        ("\u0441\u043e\u0442\u0435", "\u0441\u043e\u0442\u0435"),
        ("d\u0456e\u200b", "die"),
        ("k\u200bi\u202ell", "kill"),
        ("\uff4b\uff49\uff4c\uff4c", "kill"),
        ("\U0001d4f4\U0001d4f2\U0001d4f5\U0001d4f5", "kill"),
        ("kíll", "kill"),
        ("\U0001f1f0\U0001f1ee\U0001f1f1\U0001f1f1", "kill"),
        ("\U0001f48a", "pills"),
        ("\U0001f600", ""),
        ("&#107;ill", "kill"),
        ("a &amp; b", "a b"),
        ("<b>kill</b> me", "kill, me"),
        ("i <3 you", "i 3 you"),
        ("ill kill", "i will kill"),
        ("id rather", "i would rather"),
        ("i am ill", "i am ill"),
        ("so ill, kill it", "so ill, kill it"),
        ("one.two", "one, two"),
        ("one. two", "one. two"),
        ("one... two", "one, two"),
        ("one\ntwo", "one. two"),
        ("one - two", "one two"),
        ("one \u2014 two", "one, two"),
        ("one  two", "one, two"),
        ("why?!", "why."),
        ("\ud800a\0b", "a b"),
        ("\ufdfa", ""),
        ("l" * 40, "l" * 40),
        ("1234", "1234"),
        ("a" * 30 + "*", "a" * 30),
        ("im i", "i am i"),
        ("i im", "i am"),
        ('"hi', "hi"),
        ("kms, kys!", "kill myself, kill yourself."),
        ("it'd", "it would"),
        ("mother's", "mothers"),
    ],
)
def test_a_text_has_a_plain_form(text, plain):
    assert normalize(text).text == plain


def test_a_finding_points_to_the_words_as_they_were_written():
    text = "well, i w4nn4 k i l l   m y s e l f"
    read = normalize(text)
    start = read.text.index("kill")
    first, last = read.span(start, start + len("kill myself"))
    assert text[first:last] == "k i l l   m y s e l f"


def test_an_entity_keeps_its_place():
    text = "so &#107;ill"
    read = normalize(text)
    assert text[slice(*read.span(3, 7))] == "&#107;ill"


def test_a_text_without_words_has_the_whole_text_as_its_place():
    assert normalize("?!").span(0, 0) == (0, 2)


def test_quoted_passages_are_known():
    read = normalize('she said "i want to die" to me')
    assert [read.data[first:last] for first, last in read.quotes] == [b"i want to die "]


def test_a_lone_quotation_mark_opens_nothing():
    assert normalize('a " b').quotes == ()


def test_single_letters_inside_quotes_are_joined():
    assert normalize('"k i l l"').text == "k i l l"
    assert normalize('"x" k i l l').text == "x kill"


@given(ANY_STRING)
@settings(max_examples=300, deadline=None)
def test_no_string_raises_and_every_place_lies_in_the_text(text):
    read = normalize(text)
    assert len(read.starts) == len(read.origins)
    assert all(0 <= start <= end <= len(text) for start, end in read.origins)
    for place in range(len(read.data)):
        start, end = read.span(place, place + 1)
        assert 0 <= start <= end <= len(text)


@given(ANY_STRING)
@settings(max_examples=200, deadline=None)
def test_folding_knows_the_origin_of_every_character(text):
    folded, origins = fold(text)
    assert origins is None or len(origins) == len(folded)
    assert origins is not None or len(folded) == len(text)
