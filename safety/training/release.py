"""Writing a release bundle: encoder, head, thresholds, and the file that names them by their hashes."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from tqdm import tqdm

from safety.engine.bundle import ENCODER, FILES, HEAD, RELEASE, VOCABULARY, digest_of
from safety.engine.encoder import Encoder
from safety.engine.model import FEATURES, features_of
from safety.engine.normalize import normalize
from safety.engine.wordpiece import Vocabulary
from safety.training.examples import (
    Example,
    corpus_examples,
    counterfactuals,
    public_examples,
    rule_examples,
)
from safety.training.fitting import Fitted, Matrix, fit

THRESHOLDS: Final = {"concern": 0.75, "warning": 0.9, "crisis": 0.95}
"""From which calibrated probability on the model alone justifies a level. The lowest at which, with the rules, every
floor of `floors.yaml` holds; false alarms on everyday talk are the tightest. A page must be nearly certain."""
LANGUAGES: Final = ("en",)
"""What the release claims to read: those in which recall is at least .85 at a precision of .80 or more on development
data. The rules of other languages work all the same, and what they find nothing in is marked, never called safe."""
HEADING: Final = "# Written by train_safety_model. Every assessment names it by a hash over this file and the rules.\n"


def train(data: Path | None, folder: Path, tell: Callable[[str], None]) -> None:
    """Train the head for the encoder in a folder, and write the bundle there.

    Args:
        data: the folder of public sets; None to learn from our corpus alone.
        folder: holds encoder and vocabulary; head and release are written to it.
        tell: is told of each step.
    """
    examples = corpus_examples() + rule_examples() + (public_examples(data) if data else [])
    examples += counterfactuals(examples)
    tell(f"{len(examples)} texts to learn from")
    encoder = Encoder(folder / ENCODER, Vocabulary.read(folder / VOCABULARY))
    fitted = fit(examples, read_all(encoder, examples), tell)
    write_release(folder, fitted)


def read_all(encoder: Encoder, examples: list[Example]) -> Matrix:
    """What the encoder gives for each text, with a bar that shows how far it is."""
    features = np.zeros((len(examples), FEATURES), np.float32)
    for row, example in enumerate(tqdm(examples, desc="reading", unit="text")):
        windows = encoder.windows(normalize(example.text))
        if windows:
            features[row] = features_of(windows)
    return features


def write_release(folder: Path, fitted: Fitted) -> None:
    """Write the head, and the release that names every file."""
    np.save(folder / HEAD, fitted.weights)
    described = {
        "thresholds": THRESHOLDS,
        "languages": list(LANGUAGES),
        "triggers": list(fitted.triggers),
        "files": {name: digest_of(folder / name) for name in FILES},
    }
    text = HEADING + yaml.safe_dump(described, sort_keys=False)
    (folder / RELEASE).write_text(text, encoding="utf-8")
