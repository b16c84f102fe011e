"""Our word pieces are those of the library that the encoder was trained with."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from safety.engine.bundle import MODELS, VOCABULARY
from safety.engine.normalize import normalize
from safety.engine.wordpiece import LONGEST_WORD, Vocabulary

REFERENCE = BertWordPieceTokenizer(str(MODELS / VOCABULARY), lowercase=True)
OURS = Vocabulary.read(MODELS / VOCABULARY)
TEXTS = (
    "",
    "I can't sleep. Haven't for weeks; it's 3:45 am...",
    "k*i*l*l m y s e l f, kms!!! $5+3=8 <b>bold</b> a_b__c",
    "naïve café İstanbul straße ǆ ﬁne ﷺ",
    "\u200bki\u200bll \u202eesrever\u202c e\u0301a\u0300",
    "我想死了 好吗 カタカナ ひらがな 한국어 \U00020000x\uf900",
    "مرحبا كيف सब कुछ ठीक है ประเทศไทย Привет мир",
    "hi😀there 💀 \U0001f1ec\U0001f1e7 x²y ½ ①",
    "x" * LONGEST_WORD,
    "x" * (LONGEST_WORD + 1),
    "a\x00b\ue000c\u0378d",
    "unbelievablenessless antidisestablishmentarianism qzxjkvb",
    "\x1c\x1d\u2028\r\n\t line",
)


def _ours(text: str) -> list[int]:
    return [number for word in text.split(" ") for number in OURS.numbers_of(word)]


def _reference(text: str) -> list[int]:
    numbers: list[int] = REFERENCE.encode(text, add_special_tokens=False).ids
    return numbers


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_number_is_that_of_the_reference(text):
    plain = normalize(text).text
    assert _ours(plain) == _reference(plain)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_makes_a_difference(text):
    plain = normalize(text).text
    assert _ours(plain) == _reference(plain)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abcdehilnorstuy'.,-我", max_size=120))
def test_no_made_up_word_makes_a_difference(text):
    plain = normalize(text).text
    assert _ours(plain) == _reference(plain)


def test_the_marks_around_a_text_are_those_of_the_reference():
    with_marks = REFERENCE.encode("hello").ids
    assert with_marks == [OURS.beginning, *OURS.numbers_of("hello"), OURS.end]


def test_a_word_no_pieces_make_is_one_unknown_piece():
    vocabulary = Vocabulary({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "no": 3, "##w": 4})
    assert vocabulary.numbers_of("now") == (3, 4)
    assert vocabulary.numbers_of("noz") == (0,)
    assert vocabulary.numbers_of("now,") == (3, 4, 0)


def test_a_vocabulary_without_the_marks_is_refused():
    with pytest.raises(KeyError):
        Vocabulary({"hello": 0})
