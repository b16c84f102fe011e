"""What the encoder reads: windows that cover the words, of a bounded size, from any text, in any thread or process."""

import multiprocessing
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.engine.bundle import ENCODER, MODELS, VOCABULARY
from safety.engine.encoder import MOST_PIECES, WIDTH, WINDOW_PIECES, Encoder, Window
from safety.engine.normalize import normalize
from safety.engine.wordpiece import Vocabulary

ENCODER_OF_RELEASE = Encoder(MODELS / ENCODER, Vocabulary.read(MODELS / VOCABULARY))
LONGEST = 8_000
WINDOWS = MOST_PIECES // WINDOW_PIECES
CI_FACTOR = 20
"""Tests run on busy machines beside other work; bench/assess.py measures alone."""


def _windows(text: str) -> list[Window]:
    return ENCODER_OF_RELEASE.windows(normalize(text))


def _vector(text: str) -> np.ndarray:
    (window,) = _windows(text)
    return window.vector


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_short_text_is_one_window_over_all_of_it():
    (window,) = _windows("  I can not see the point any more.")
    assert window.span == (2, 34)
    assert window.vector.shape == (WIDTH,)
    assert window.vector.dtype == np.float32
    assert np.isfinite(window.vector).all()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "...", "\x00"])
def test_a_text_without_words_has_no_windows(text):
    assert _windows(text) == []


def test_what_means_the_same_lies_nearer_than_what_does_not():
    tired = _vector("i do not want to wake up tomorrow")
    same = _vector("it would be fine if i never woke again")
    other = _vector("the parcel has not been delivered to my address")
    assert _likeness(tired, same) > _likeness(tired, other) + 0.1


def test_how_a_text_is_dressed_changes_nothing():
    assert (_vector("the quick brown fox") == _vector("\uff34HE qu\u0301ick BROWN fox")).all()


def test_windows_of_a_long_text_follow_each_other_and_cover_it():
    text = "one two three four five. " * 60
    windows = _windows(text)
    assert 2 <= len(windows) <= WINDOWS
    assert windows[0].span[0] == 0
    assert windows[-1].span[1] >= len(text.rstrip()) - 1
    for before, after in pairwise(windows):
        assert 0 <= after.span[0] - before.span[1] <= 2
    sizes = [end - start for start, end in (window.span for window in windows)]
    assert max(sizes) < 1.5 * min(sizes)


def test_of_a_very_long_text_the_beginning_and_the_end_are_read():
    text = "word " * 3_000 + "end"
    windows = _windows(text)
    assert len(windows) == WINDOWS
    assert windows[0].span[0] == 0
    assert windows[-1].span[1] == len(text)
    gaps = [after.span[0] - before.span[1] for before, after in pairwise(windows)]
    assert sum(gap > 2 for gap in gaps) == 1


def test_a_part_of_a_text_is_one_window_of_its_words():
    text = normalize("All is well. Nothing matters now. Bye")
    part = ENCODER_OF_RELEASE.part(text, 3, 5)
    assert part.span == (13, 32)
    assert np.allclose(part.vector, _vector("Nothing matters now."))


def test_one_word_of_more_pieces_than_a_window_is_cut():
    chunk = "§".join(["qzx"] * 5) + "-" + "-".join(["qz"] * 400)
    assert all(np.isfinite(window.vector).all() for window in _windows(chunk))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "qz",
            "x ",
            "zq ",
            "k*",
            "k i l l ",
            "&#107;",
            '"',
            "\U0001f480",
            "<a",
            "我",
            "ع ",
            "\u0301",
        ),
        *(
            "a.b,",
            "\u200b",
            "1/2/3 ",
            "https://a.example/?q=1&",
            "not never no ",
            "q" * 100 + " ",
            "\ufdfa",
        ),
    ],
    ids=ascii,
)
def test_no_long_text_makes_it_slow(piece):
    text = normalize((piece * LONGEST)[:LONGEST])
    started = time.process_time()
    windows = ENCODER_OF_RELEASE.windows(text)
    assert (time.process_time() - started) * 1000 < 150 * CI_FACTOR
    assert len(windows) <= WINDOWS


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_every_text_is_read_and_every_span_lies_in_it(text):
    for window in _windows(text):
        start, end = window.span
        assert 0 <= start < end <= len(text)
        assert np.isfinite(window.vector).all()


def test_many_threads_read_the_same():
    texts = [f"message number {number} of somebody who is tired" for number in range(8)]
    wanted = [_vector(text) for text in texts]
    found: dict[int, np.ndarray] = {}

    def read(number: int) -> None:
        for _ in range(3):
            found[number] = _vector(texts[number])

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((found[number] == each).all() for number, each in enumerate(wanted))


def _read_in_child(queue: "multiprocessing.Queue[list[float]]") -> None:
    queue.put(_vector("after the fork").tolist())


def test_a_process_that_forked_after_loading_reads_the_same():
    wanted = _vector("after the fork").tolist()
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[list[float]] = context.Queue()
    child = context.Process(target=_read_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=30) == wanted
    child.join(30)
    assert child.exitcode == 0
