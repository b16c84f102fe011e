"""The release bundle: rules, model and thresholds that belong together, checked by their hashes at loading."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from yaml import YAMLError

from safety.engine.datafiles import fingerprint, read_yaml
from safety.engine.encoder import WIDTH, Encoder
from safety.engine.foreign import RuleReader
from safety.engine.matching import Aside
from safety.engine.model import LEVELS, Head, ModelDetector
from safety.engine.normalize import NormalizedText
from safety.engine.rules import LANGUAGES
from safety.engine.wordpiece import Vocabulary
from safety.levels import TRIGGERS, Level

MODELS: Final = Path(__file__).with_name("models")
RELEASE: Final = "release.yaml"
ENCODER: Final = "encoder.onnx"
VOCABULARY: Final = "vocabulary.txt"
HEAD: Final = "head.npy"
FILES: Final = (ENCODER, VOCABULARY, HEAD)
ID_CHARACTERS: Final = 12


class BundleBroken(Exception):
    """A file of the bundle is missing, or is not the one that the release names."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What judges.

    Args:
        id: of the release; changes with any rule, word, weight or threshold.
        model: the detector made of the bundle's files.
        languages: those that it claims to read, two letters each.
    """

    id: str
    model: ModelDetector
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Described:
    """What the release says of itself.

    Args:
        files: hash of each file.
        triggers: names of the head's rows after the levels.
        thresholds: from which probability on each level counts.
        languages: those that it claims to read.
    """

    files: dict[str, str]
    triggers: tuple[str, ...]
    thresholds: dict[Level, float]
    languages: frozenset[str]

    @property
    def is_sound(self) -> bool:
        """Whether every level has a threshold that can be reached, and every trigger and language is known."""
        return (
            self.thresholds.keys() == {Level.LOW, *LEVELS}
            and all(0 < each <= 1 for each in self.thresholds.values())
            and set(self.triggers) <= set(TRIGGERS)
            and self.languages <= set(LANGUAGES)
        )


def load_bundle(folder: Path = MODELS, rules: Sequence[RuleReader] = ()) -> Bundle:
    """Load a bundle's files.

    Args:
        folder: where they lie.
        rules: what knows which words mean less than they sound; the model is bound by it.

    Raises:
        BundleBroken: one is missing, altered, or not what the release says of it.
    """
    described = _described(folder)
    for name in FILES:
        _check(folder / name, described.files.get(name))
    encoder = Encoder(folder / ENCODER, Vocabulary.read(folder / VOCABULARY))

    def put_aside(text: NormalizedText) -> list[Aside]:
        return [aside for each in rules for aside in each.put_aside(text)]

    model = ModelDetector(encoder, _head(folder, described), put_aside, described.languages)
    return Bundle(bundle_id(folder), model, described.languages)


def bundle_id(folder: Path = MODELS) -> str:
    """The id of the bundle in a folder, with the rules that stand beside it."""
    text = fingerprint().encode() + (folder / RELEASE).read_bytes()
    return f"release-{hashlib.sha256(text).hexdigest()[:ID_CHARACTERS]}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file, 64 hex characters."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _described(folder: Path) -> _Described:
    try:
        said = read_yaml(folder / RELEASE)
        described = _Described(
            files=dict(said["files"]),
            triggers=tuple(said["triggers"]),
            thresholds={Level(name): float(each) for name, each in said["thresholds"].items()},
            languages=frozenset(said["languages"]),
        )
    except OSError as error:
        raise BundleBroken(f"{RELEASE} is missing") from error
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleBroken(f"{RELEASE} cannot be read") from error
    if not described.is_sound:
        raise BundleBroken(f"{RELEASE} names levels, triggers or languages that are not ours")
    return described


def _check(path: Path, wanted: str | None) -> None:
    if not path.exists():
        raise BundleBroken(f"{path.name} is missing")
    if digest_of(path) != wanted:
        raise BundleBroken(f"{path.name} is not the one that the release names")


def _head(folder: Path, described: _Described) -> Head:
    shape = (len(LEVELS) + len(described.triggers), WIDTH + 1)
    try:
        weights = np.load(folder / HEAD, allow_pickle=False)
    except ValueError as error:
        raise BundleBroken(f"{HEAD} is no array of numbers") from error
    if weights.shape != shape or weights.dtype != np.float32 or not np.isfinite(weights).all():
        raise BundleBroken(f"{HEAD} does not fit its description")
    return Head(weights, described.triggers, described.thresholds)
