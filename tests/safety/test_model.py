"""The sentence model: its arithmetic on small weights made by hand, and which words it points at."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.engine.bundle import ENCODER, MODELS, VOCABULARY
from safety.engine.decision import MODEL
from safety.engine.encoder import WIDTH, Encoder, Window
from safety.engine.matching import Aside
from safety.engine.model import LEVELS, Head, ModelDetector, sentences_of
from safety.engine.normalize import NormalizedText, normalize
from safety.engine.protocol import EMPTY_ARC
from safety.engine.wordpiece import Vocabulary
from safety.levels import Level

THRESHOLDS = {Level.LOW: 0.3, Level.CONCERN: 0.5, Level.WARNING: 0.7, Level.CRISIS: 0.9}
WORRY = "burn"


def _head(*rows: tuple[float, float], triggers: tuple[str, ...] = ("burden", "grief")) -> Head:
    """Each row looks at one feature only: weight and offset."""
    weights = np.zeros((len(rows), 3), np.float32)
    for number, (weight, offset) in enumerate(rows):
        weights[number, 0], weights[number, 2] = weight, offset
    return Head(weights, triggers, THRESHOLDS)


def _windows(*vectors: list[float]) -> list[Window]:
    return [Window((0, 1), np.array(vector, np.float32)) for vector in vectors]


class _WordCounter(Encoder):
    """Stands in for the encoder: a window's first number says whether it holds the worrying word."""

    def __init__(self, words_in_window: int = 1_000) -> None:
        self.words_in_window = words_in_window

    def windows(self, text: NormalizedText) -> list[Window]:
        last = len(text.starts) - 1
        size = self.words_in_window
        return [
            self.part(text, first, min(last, first + size - 1))
            for first in range(0, last + 1, size)
        ]

    def part(self, text: NormalizedText, first: int, last: int) -> Window:
        words = text.text.split(" ")[first : last + 1]
        vector = np.zeros(WIDTH, np.float32)
        vector[0] = sum(WORRY in word for word in words) / len(words)
        return Window((text.origins[first][0], text.origins[last][1]), vector)


def _detector(encoder: Encoder) -> ModelDetector:
    weights = np.zeros((len(LEVELS) + 2, WIDTH + 1), np.float32)
    weights[:3, 0] = 100
    weights[:3, -1] = -2
    weights[4, -1] = 1
    return ModelDetector(encoder, Head(weights, ("burden", "grief"), THRESHOLDS), lambda _: [])


def test_a_probability_is_the_logistic_of_the_weighed_sum():
    head = _head((2.0, 1.0), (1.0, 0.0), (0.0, -1.0), (0.0, 0.0))
    likely = head.probabilities(_windows([1.0, 5.0]))
    wanted = [1 / (1 + np.exp(-3)), 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0.5]
    assert likely == pytest.approx(wanted)


def test_a_level_is_never_likelier_than_the_one_below_it():
    head = _head((0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (0.0, 3.0))
    likely = head.probabilities(_windows([0.0, 0.0]))
    assert likely[0] == likely[1] == 0.5
    assert likely[2] < 0.5
    assert likely[3] > 0.9


@pytest.mark.parametrize("size", [-1e30, 1e30, -700.0, 700.0])
def test_no_size_of_number_overflows(size):
    likely = _head((size, 0.0), (size, 0.0), (size, 0.0)).probabilities(_windows([1.0, 1.0]))
    assert np.isfinite(likely).all()
    assert ((likely >= 0) & (likely <= 1)).all()


@pytest.mark.parametrize(
    ("likely", "level"),
    [
        ((0.29, 0.2, 0.1), Level.NONE),
        ((0.3, 0.2, 0.1), Level.LOW),
        ((0.49, 0.4, 0.1), Level.LOW),
        ((0.5, 0.4, 0.1), Level.CONCERN),
        ((0.8, 0.7, 0.1), Level.WARNING),
        ((0.95, 0.95, 0.9), Level.CRISIS),
        ((1.0, 0.69, 0.69), Level.CONCERN),
    ],
)
def test_the_most_urgent_level_whose_threshold_is_reached_counts(likely, level):
    assert _head((0.0, 0.0)).level_of(np.array(likely)) is level


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3), st.floats(0, 50))
def test_more_of_what_worries_never_lowers_the_level(offsets, more):
    head = _head(*((1.0, each) for each in offsets))
    less, rest = _windows([0.0, 0.0]), _windows([more, 0.0])
    before = head.level_of(head.probabilities(less))
    assert head.level_of(head.probabilities(rest)).rank >= before.rank


def test_a_text_is_as_worrying_as_the_most_worrying_of_its_windows():
    head = _head((2.0, 0.0), (1.0, 1.0), (-1.0, 0.0))
    assert head.logits(_windows([1.0, 0.0], [3.0, 0.0])) == pytest.approx([6, 4, -1])


def test_a_text_without_words_is_not_judged():
    assert _detector(_WordCounter()).find(normalize("..."), EMPTY_ARC) == []


def test_below_every_threshold_the_probability_is_told_without_words():
    (finding,) = _detector(_WordCounter()).find(normalize("A fine day. Nothing new."), EMPTY_ARC)
    assert (finding.level, finding.detector, finding.span) == (Level.NONE, MODEL, None)
    assert finding.probability == pytest.approx(1 / (1 + np.exp(2)), abs=1e-4)


def test_the_sentence_that_worries_is_the_evidence():
    text = "The day was fine. All of it should burn. I had soup."
    (finding,) = _detector(_WordCounter()).find(normalize(text), EMPTY_ARC)
    assert finding.level is Level.CRISIS
    assert finding.rule == "sentence_model.crisis"
    assert finding.trigger == "grief"
    assert finding.span is not None
    assert "burn" in text[slice(*finding.span)]
    assert "soup" not in text[slice(*finding.span)]
    assert "fine" not in text[slice(*finding.span)]


@pytest.mark.parametrize("text", ["let it burn", "It burns. " * 13], ids=["one", "too many"])
def test_where_sentences_are_one_or_too_many_the_window_is_the_evidence(text):
    (finding,) = _detector(_WordCounter()).find(normalize(text), EMPTY_ARC)
    assert finding.span is not None
    assert finding.span[0] == 0
    assert finding.span[1] >= len(text.rstrip(" ."))


def test_in_a_long_text_the_window_that_worries_is_the_evidence():
    text = "one two three four. five six burn eight. nine ten eleven twelve."
    (finding,) = _detector(_WordCounter(words_in_window=4)).find(normalize(text), EMPTY_ARC)
    assert finding.span is not None
    assert text[slice(*finding.span)].startswith("five six burn eight")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("one two", [(0, 1)]),
        ("One. Two three. Four", [(0, 0), (1, 2), (3, 3)]),
        ("One.", [(0, 0)]),
        ("a line\nanother line", [(0, 1), (2, 3)]),
    ],
)
def test_sentences_are_told_apart(text, places):
    assert sentences_of(normalize(text)) == places


def test_with_the_real_encoder_the_evidence_lies_in_the_text():
    encoder = Encoder(MODELS / ENCODER, Vocabulary.read(MODELS / VOCABULARY))
    weights = np.zeros((len(LEVELS) + 1, WIDTH + 1), np.float32)
    weights[:, -1] = 9
    model = ModelDetector(encoder, Head(weights, ("grief",), THRESHOLDS), lambda _: [])
    text = "First this. Then that happened."
    (finding,) = model.find(normalize(text), EMPTY_ARC)
    assert finding.span is not None
    assert text[slice(*finding.span)] in {"First this", "Then that happened"}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i will not burn", Level.NONE),
        ("i will not burn, no", Level.NONE),
        ("i will not burn but the burn pills lie here counted out", Level.WARNING),
        ("i will not burn, there is a burn plan for friday", Level.WARNING),
    ],
)
def test_what_rules_put_aside_binds_the_model_unless_a_clause_says_more(text, level):
    def put_aside(read: NormalizedText) -> list[Aside]:
        start = read.original.index("not burn")
        return [Aside((start, start + len("not burn")), Level.NONE)]

    weights = np.zeros((len(LEVELS) + 2, WIDTH + 1), np.float32)
    weights[:3, 0], weights[:3, -1] = 100, -2
    head = Head(weights, ("burden", "grief"), THRESHOLDS)
    (finding,) = ModelDetector(_WordCounter(), head, put_aside).find(normalize(text), EMPTY_ARC)
    assert finding.level is level
