"""`evaluate_safety DATA…`: how well a release judges labelled texts, against targets and floors."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safety.corpus.reading import CorpusMalformed
from safety.engine.assess import PARTS, engine_of
from safety.engine.bundle import MODELS, BundleBroken
from safety.evaluation import ablation
from safety.evaluation.comparing import compare
from safety.evaluation.floors import FLOORS, Floors, FloorsMalformed, measures_of, read_floors
from safety.evaluation.judging import Judged, judge
from safety.evaluation.page import page_of
from safety.evaluation.rows import RowMalformed
from safety.evaluation.sets import (
    SetNamedTwice,
    Sets,
    corpus_sets,
    only_aside,
    read_sets,
    sampled,
)
from safety.evaluation.summary import Summary, as_document, summarize
from safety.evaluation.table import lines_of

ANTICIPATED = (
    RowMalformed,
    CorpusMalformed,
    FloorsMalformed,
    SetNamedTwice,
    BundleBroken,
    OSError,
)


class Command(BaseCommand):
    """Exit code 1 when a floor is broken."""

    help = "Judge labelled JSON lines with the shipped release; print figures, write JSON and a page with plots."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, what to write, what to compare with."""
        parser.add_argument(
            "data", nargs="*", type=Path, help="files of JSON lines, or folders of them"
        )
        parser.add_argument(
            "--corpus", action="store_true", help="our corpus: its held-out families and sessions"
        )
        parser.add_argument(
            "--aside", action="store_true", help="of public sets only what training never reads"
        )
        parser.add_argument("--most", type=int, help="of each set at most so many rows, by a hash")
        parser.add_argument(
            "--floors", type=Path, default=FLOORS, help="what is wanted of each set"
        )
        parser.add_argument("--release", type=Path, default=MODELS, help="folder of a bundle")
        parser.add_argument(
            "--without", action="append", choices=PARTS, default=[], help="leave a part out"
        )
        parser.add_argument(
            "--ablation", action="store_true", help="print what each part is worth, side by side"
        )
        parser.add_argument("--compare", type=Path, help="folder of a second bundle, side by side")
        parser.add_argument("--json", type=Path, help="write the figures here")
        parser.add_argument("--html", type=Path, help="write a page with plots here")
        parser.add_argument("--quiet", action="store_true", help="no progress bars")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Evaluate."""
        try:
            floors = read_floors(options["floors"])
            engine = engine_of(options["release"], without=options["without"])
            judged = {
                name: judge(rows, engine, name=name, quiet=options["quiet"])
                for name, rows in _sets(options).items()
            }
            if options["compare"]:
                self._compare(judged, options)
            if options["ablation"]:
                self._ablate(judged, floors, options)
        except ANTICIPATED as error:
            raise CommandError(str(error)) from error
        summaries = [summarize(name, each) for name, each in judged.items()]
        self._tell(engine.release, summaries, floors)
        _write(engine.release, summaries, judged, floors, options)
        _check(summaries, floors)

    def _compare(self, judged: dict[str, list[Judged]], options: dict[str, Any]) -> None:
        other = engine_of(options["compare"])
        for name, first in judged.items():
            second = judge([each.row for each in first], other, name=name, quiet=options["quiet"])
            self.stdout.write(str(compare(name, first, second)))

    def _ablate(
        self, judged: dict[str, list[Judged]], floors: Floors, options: dict[str, Any]
    ) -> None:
        sets = {name: [each.row for each in held] for name, held in judged.items()}
        for line in ablation.lines_of(sets, floors, options["release"], quiet=options["quiet"]):
            self.stdout.write(line)

    def _tell(self, release: str, summaries: list[Summary], floors: Floors) -> None:
        self.stdout.write(f"{release}\n")
        for line in lines_of(summaries, floors):
            self.stdout.write(line)


def _sets(options: dict[str, Any]) -> Sets:
    sets = read_sets(options["data"])
    if options["aside"]:
        sets = only_aside(sets)
    if options["corpus"]:
        sets |= {name: rows for name, rows in corpus_sets().items() if rows}
    if options["most"]:
        sets = sampled(sets, options["most"])
    if not sets:
        raise CommandError("nothing to judge: name files of JSON lines, or --corpus")
    return sets


def _write(
    release: str,
    summaries: list[Summary],
    judged: dict[str, list[Judged]],
    floors: Floors,
    options: dict[str, Any],
) -> None:
    if options["json"]:
        document = {"release": release, "sets": [as_document(each) for each in summaries]}
        options["json"].write_text(json.dumps(document, indent=1), encoding="utf-8")
    if options["html"]:
        page = page_of(release, summaries, judged, floors)
        options["html"].write_text(page, encoding="utf-8")


def _check(summaries: list[Summary], floors: Floors) -> None:
    broken = [
        f"{summary.name}.{measure.name}"
        for summary in summaries
        for measure in measures_of(summary, floors)
        if measure.verdict == "broken"
    ]
    if broken:
        raise CommandError(f"below the floor: {', '.join(broken)}")
