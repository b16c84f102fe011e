"""Making a release bundle: encoder, head, thresholds, and the file that names them by their hashes."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray
from tqdm import tqdm

from safety.engine.bundle import ENCODER, FILES, RELEASE, VOCABULARY, digest_of
from safety.engine.bundle import HEAD as HEAD_FILE
from safety.engine.encoder import WINDOW_PIECES, Encoder
from safety.engine.foreign import native_reading
from safety.engine.model import Head
from safety.engine.normalize import NormalizedText, normalize
from safety.engine.rules import LANGUAGES as RULE_LANGUAGES
from safety.engine.wordpiece import Vocabulary
from safety.levels import TRIGGERS
from safety.training.encoder_graph import Array, read_weights, write_encoder
from safety.training.examples import (
    Example,
    corpus_examples,
    counterfactuals,
    public_examples,
    session_examples,
)
from safety.training.fitting import calibrated
from safety.training.tuning import EPOCHS, HEAD, Pieces, tune

THRESHOLDS: Final = {"low": 0.25, "concern": 0.6, "warning": 0.65, "crisis": 0.45}
"""From which calibrated probability on the model alone justifies a level; low is of a concern, too, and flags nothing.
The lowest at which, with the rules, every floor of `floors.yaml` holds: false alarms on everyday talk bind the concern,
pages of harmless sessions the crisis. A probability of crisis is smaller than one of warning, and says more."""
LANGUAGES: Final = ("en",)
"""What the release claims to read: those in which recall is at least .85 at a precision of .80 or more on development
data. The rules of other languages work all the same, and what they find nothing in is marked, never called safe."""
HEADING: Final = "# Written by train_safety_model. Every assessment names it by a hash over this file and the rules.\n"
WEIGHTS: Final = "model.safetensors"
PIECES: Final = "vocab.txt"


def train(
    data: Path | None,
    published: Path,
    folder: Path,
    tell: Callable[[str], None],
    epochs: int | None = None,
) -> None:
    """Tune the published encoder, calibrate, and write the bundle.

    Args:
        data: the folder of public sets; None to learn from our corpus alone.
        published: folder with the published weights and the vocabulary.
        folder: where the bundle is written.
        tell: is told of each step.
        epochs: how often the texts are gone through; None for as often as the release was.
    """
    examples = corpus_examples() + session_examples()
    examples += public_examples(data) if data else []
    examples += counterfactuals(examples)
    learned = [each for each in examples if not each.for_calibration]
    tell(f"{len(learned)} texts to learn from, {len(examples) - len(learned)} to calibrate with")
    shutil.copyfile(published / PIECES, folder / VOCABULARY)
    vocabulary = Vocabulary.read(folder / VOCABULARY)
    weights = _encoder_of(read_weights(published / WEIGHTS))
    pieces = [pieces_of(each.text, vocabulary) for each in learned]
    tuned = tune(weights, learned, pieces, epochs or EPOCHS)
    head = tuned.pop(HEAD)
    write_encoder(tuned, folder / ENCODER)
    apart = [each for each in examples if each.for_calibration]
    logits = outputs_of(Encoder(folder / ENCODER, vocabulary), head, apart)
    write_release(folder, calibrated(head, apart, logits))


def _encoder_of(weights: Mapping[str, Array]) -> dict[str, Array]:
    """Without what the published file holds besides."""
    return {
        name: value for name, value in weights.items() if name.startswith(("embeddings", "encoder"))
    }


def pieces_of(text: str, vocabulary: Vocabulary) -> Pieces:
    """The first window of a text, as the engine reads it, with beginning and end."""
    words = _reading(text).text.split()
    numbers = [number for word in words for number in vocabulary.numbers_of(word)]
    return (vocabulary.beginning, *numbers[:WINDOW_PIECES], vocabulary.end)


def _reading(text: str) -> NormalizedText:
    """In the plain form of its language; supported or not, it teaches."""
    read = normalize(text)
    return native_reading(read, RULE_LANGUAGES) or read


def outputs_of(
    encoder: Encoder, head: NDArray[np.float32], examples: Sequence[Example]
) -> NDArray[np.float64]:
    """What a head makes of each text, (texts, outputs), with a bar that shows how far it is."""
    asked = Head(head, TRIGGERS, {})
    outputs = np.zeros((len(examples), len(head)))
    for row, example in enumerate(tqdm(examples, desc="calibrating", unit="text")):
        windows = encoder.windows(_reading(example.text))
        if windows:
            outputs[row] = asked.logits(windows)
    return outputs


def write_release(folder: Path, head: NDArray[np.float32]) -> None:
    """Write the head, and the release that names every file."""
    np.save(folder / HEAD_FILE, head)
    described = {
        "thresholds": THRESHOLDS,
        "languages": list(LANGUAGES),
        "triggers": list(TRIGGERS),
        "files": {name: digest_of(folder / name) for name in FILES},
    }
    text = HEADING + yaml.safe_dump(described, sort_keys=False)
    (folder / RELEASE).write_text(text, encoding="utf-8")
