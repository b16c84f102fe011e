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
        ("it was one of those\ndays for me today", "it was one of those. days for me today"),
        ("i would like to\nkill my time with that", "i would like to kill my time with that"),
        ("one two three four\nand five", "one two three four and five"),
        ("one.\n\n two", "one. two"),
        ("one\n\ntwo three\nfour", "one, two three, four"),
        ("k\ni\nl\nl", "kill"),
        ("k.i.l.l m.y.s.e.l.f!", "kill myself."),
        ("i w.a.n.t t.o d-i-e", "i want to die"),
        ("i   w a n t   t o   d i e", "i want to die"),
        ("k i l l m y s e l f", "kill myself"),
        ("k - i - l - l", "kill"),
        ("\u043a.\u0456.l.l", "kill"),
        ("k_1_l_l", "kill"),
        ("w4nt_t0_k1ll", "want to kill"),
        ("1w4ntt0d13", "i want to die"),
        (
            "\u0456w\u0430ntt\u043edi\u0435bec\u0430usen\u043ebodycares",
            "i want to die because nobody cares",
        ),
        ("w.a.n.t\nt.o\nd.i.e", "want to die"),
        ("w n k i l l q", "w n kill q"),
        ("q k i l l q", "q kill q"),
        ("i a m 1 3", "i am 13"),
        ("at 5 a.m. we left", "at 5 am. we left"),
        ("w/o it", "with, o it"),
        ("k/i/z/z", "k, i, z, z"),
        ("1 w4nt 70 k1ll my53lf", "i want to kill myself"),
        ("at 5am, 1st, 500mg", "at 5am, 1st, 500mg"),
        ("iam13and", "i am 13 and"),
        ("v2x", "v2x"),
        ("iwanttodiebecausenobodylovesme", "i want to die because nobody loves me"),
        ("ihave pillsan tokill", "i have pills an to kill"),
        ("deadline island prison beach", "deadline island prison beach"),
        ("schol tomorow mothers", "school tomorrow mothers"),
        ("g*ing to k*ll", "going to kill"),
        ("kzzq*", "kzzq"),
        ("offfff", "off"),
        ("\u03b1m \u03c4\u03bf \u041dELP", "am to help"),
        ("\U0001f170\u249c\U0001f110", "a"),
        ("i%20want%20to%20die", "i want to die"),
        ("k=69ll=20=\nme=2E", "kill me."),
        ("x%20y", "x 20y"),
        ("\\u006bill\\nme", "kill me"),
        ("\\x6b\\ud835\\udcf2ll", "kill"),
        ("ki<b></b>ll", "kill"),
        ("one<br>two", "one, two"),
        ('"a": "b"', "a. b"),
        ("one - two", "one two"),
        ("one \u2014 two", "one, two"),
        ("one  two", "one, two"),
        ("why?!", "why."),
        ("\ud800a\0b", "ab"),
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
