"""What sentences mean, as numbers: all-MiniLM-L6-v2, fine-tuned and quantised, read in windows of a bounded size.

For each window the mean and the maximum of the last layer's outputs stand side by side.
Source: Wang et al. 2020 (arXiv 2002.10957) and Reimers and Gurevych 2019 (arXiv 1908.10084) for the model that was
fine-tuned; ADR 0023 for the tuning and ADR 0021 for the quantisation, with what each is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from safety.engine.normalize import NormalizedText
from safety.engine.wordpiece import Vocabulary

Vector = NDArray[np.float32]

WINDOW_PIECES: Final = 126
"""With beginning and end 128, as the encoder was trained for."""
MOST_PIECES: Final = 1_512
"""Of a longer text, the beginning and the end are read; the rules read all of it. Keeps 8 000 characters of anything
below the limit in time."""
WIDTH: Final = 768
"""Numbers for each window: two times 384."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text and what it means.

    Args:
        span: start and end in the original text, characters.
        vector: WIDTH numbers.
    """

    span: tuple[int, int]
    vector: Vector


class Encoder:
    """Reads texts. One thread for each call; safe to call from many.

    Args:
        model: file of the network.
        vocabulary: its pieces.
    """

    def __init__(self, model: Path, vocabulary: Vocabulary) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            model.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._vocabulary = vocabulary

    def windows(self, text: NormalizedText) -> list[Window]:
        """The text in windows of about the same size; none where it has no words."""
        words = _words(text)
        numbers = [self._vocabulary.numbers_of(word) for word in words]
        return [
            Window(_span(text, first, last), self._encode(numbers[first : last + 1]))
            for first, last in _cut([len(each) for each in numbers])
        ]

    def part(self, text: NormalizedText, first: int, last: int) -> Window:
        """The words from the first to the last of a text, as one window."""
        words = _words(text)[first : last + 1]
        numbers = [self._vocabulary.numbers_of(word) for word in words]
        return Window(_span(text, first, last), self._encode(numbers))

    def _encode(self, words: Sequence[tuple[int, ...]]) -> Vector:
        inner = [number for word in words for number in word][:WINDOW_PIECES]
        numbers = [self._vocabulary.beginning, *inner, self._vocabulary.end]
        places = np.arange(len(numbers))
        (pooled,) = self._session.run(None, {"ids": np.array([numbers]), "pos": places})
        vector: Vector = pooled[0]
        return vector


def _words(text: NormalizedText) -> list[str]:
    """Each word with the signs after it."""
    if not text.starts:
        return []
    ends = (*text.starts[1:], len(text.data))
    return [
        text.data[start:end].decode("utf-8") for start, end in zip(text.starts, ends, strict=True)
    ]


def _span(text: NormalizedText, first: int, last: int) -> tuple[int, int]:
    return (text.origins[first][0], max(text.origins[first][1], text.origins[last][1]))


def _cut(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """First and last word of each window. Words are never parted; windows are about equally long."""
    total = sum(lengths)
    if not total:
        return []
    count = -(-total // WINDOW_PIECES)
    windows = list(_equal_parts(lengths, total / count))
    most = MOST_PIECES // WINDOW_PIECES
    if len(windows) <= most:
        return windows
    return [*windows[: most - most // 3], *windows[-(most // 3) :]]


def _equal_parts(lengths: Sequence[int], size: float) -> list[tuple[int, int]]:
    parts, first, held = [], 0, 0
    for place, length in enumerate(lengths):
        if held and held + length > min(size + 1, WINDOW_PIECES):
            parts.append((first, place - 1))
            first, held = place, 0
        held += length
    return [*parts, (first, len(lengths) - 1)]
