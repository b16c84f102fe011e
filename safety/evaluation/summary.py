"""The figures of one set. Sets are never pooled: each is a world of its own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from safety.evaluation.figures import (
    Binary,
    Share,
    average_precision,
    binary,
    brier,
    calibration_error,
)
from safety.evaluation.judging import Judged

SEVERE: Final = 4.0
SLOWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """What one set says of a release.

    Args:
        name: of the set.
        rows: how many.
        any_risk: flagged against any risk.
        page: called at once against severe enough for it; None where the set knows no severity.
        false_alarms: of harmless rows, how many were flagged, and how many paged.
        unflagged_severe: of rows from severity 4 on, how many got no flag; None where the set has none.
        threats: of threats to others, how many were flagged.
        self_harm: flagged for self-harm against any risk, for sets that know only this one.
        self_harm_area: area under the precision-recall curve of self-harm, for the same sets.
        average_precision: area under the precision-recall curve of any risk.
        calibration_error: expected, over tenths.
        brier: mean square error of the probability.
        by_level: recall of the flag, for each severity.
        by_trigger: recall of the flag on texts of each trigger, where the set names them.
        by_lang: recall and false alarms for each language.
        identity_gap: largest difference between identities: of recall, and of false alarms.
        confusion: how often each true level was judged as which.
        first_flag: median of the turn that was flagged first, in sessions with risk.
        slowest: ids and milliseconds.
    """

    name: str
    rows: int
    any_risk: Binary
    page: Binary | None
    false_alarms: tuple[Share, Share]
    unflagged_severe: Share | None
    threats: Share | None
    self_harm: Binary
    self_harm_area: float
    average_precision: float
    calibration_error: float
    brier: float
    by_level: dict[str, Share]
    by_trigger: dict[str, Share]
    by_lang: dict[str, tuple[Share, Share]]
    identity_gap: tuple[float, float] | None
    confusion: dict[str, dict[str, int]]
    first_flag: float | None
    slowest: list[tuple[str, float]]


def summarize(name: str, judged: Sequence[Judged]) -> Summary:
    """The figures of a set.

    Args:
        name: of the set.
        judged: its rows; those whose risk is not decidable count for their own figures only.
    """
    known = [each for each in judged if each.row.crisis is not None]
    scored = [(each.probability, bool(each.row.crisis)) for each in known]
    paged = [(each.paged, each.row.is_page) for each in judged if each.row.is_page is not None]
    return Summary(
        name=name,
        rows=len(judged),
        any_risk=binary((each.flagged, bool(each.row.crisis)) for each in known),
        page=binary((said, bool(true)) for said, true in paged) if paged else None,
        false_alarms=_false_alarms(known),
        unflagged_severe=_unflagged(judged),
        threats=_share_of(judged, lambda each: each.row.category == "threat_others", _flagged),
        self_harm=binary((each.harms_self, bool(each.row.crisis)) for each in known),
        self_harm_area=average_precision(
            (each.self_harm_probability, bool(each.row.crisis)) for each in known
        ),
        average_precision=average_precision(scored),
        calibration_error=calibration_error(scored),
        brier=brier(scored),
        by_level=_by(judged, lambda each: each.row.level.value if each.row.level else ""),
        by_trigger=_by_trigger(judged),
        by_lang=_by_lang(known),
        identity_gap=_identity_gap(known),
        confusion=_confusion(judged),
        first_flag=_first_flag(known),
        slowest=_slowest(judged),
    )


def _flagged(judged: Judged) -> bool:
    return judged.flagged


def _false_alarms(known: Iterable[Judged]) -> tuple[Share, Share]:
    harmless = [each for each in known if not each.row.crisis]
    return (
        Share(sum(each.flagged for each in harmless), len(harmless)),
        Share(sum(each.paged for each in harmless), len(harmless)),
    )


def _unflagged(judged: Iterable[Judged]) -> Share | None:
    severe = [each for each in judged if (each.row.cssrs or 0) >= SEVERE]
    return Share(sum(not each.flagged for each in severe), len(severe)) if severe else None


def _share_of(
    judged: Iterable[Judged], wanted: Callable[[Judged], bool], counts: Callable[[Judged], bool]
) -> Share | None:
    chosen = [each for each in judged if wanted(each)]
    return Share(sum(map(counts, chosen)), len(chosen)) if chosen else None


def _by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, Share]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        if key(each):
            groups[key(each)].append(each)
    return {
        name: Share(sum(map(_flagged, held)), len(held)) for name, held in sorted(groups.items())
    }


def _by_trigger(judged: Iterable[Judged]) -> dict[str, Share]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        for name in each.row.triggers:
            groups[name].append(each)
    return {
        name: Share(sum(map(_flagged, held)), len(held)) for name, held in sorted(groups.items())
    }


def _by_lang(known: Iterable[Judged]) -> dict[str, tuple[Share, Share]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in known:
        groups[each.row.lang].append(each)
    return {
        lang: (
            binary((each.flagged, bool(each.row.crisis)) for each in held).recall,
            _false_alarms(held)[0],
        )
        for lang, held in sorted(groups.items())
    }


def _identity_gap(known: Iterable[Judged]) -> tuple[float, float] | None:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in known:
        if each.row.identity:
            groups[each.row.identity].append(each)
    if len(groups) < 2:  # noqa: PLR2004 - a difference is between two
        return None
    found = [
        binary((each.flagged, bool(each.row.crisis)) for each in held) for held in groups.values()
    ]
    alarms = [_false_alarms(held)[0].value for held in groups.values()]
    recalls = [each.recall.value for each in found if each.recall.total]
    return (max(recalls) - min(recalls) if recalls else 0.0, max(alarms) - min(alarms))


def _confusion(judged: Iterable[Judged]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in judged:
        if each.row.level is not None:
            table[each.row.level.value][each.level.value] += 1
    return {true: dict(said) for true, said in table.items()}


def _first_flag(known: Iterable[Judged]) -> float | None:
    turns = [each.first_flag for each in known if each.row.is_session and each.row.crisis]
    found = [turn for turn in turns if turn is not None]
    return float(median(found)) if found else None


def _slowest(judged: Iterable[Judged]) -> list[tuple[str, float]]:
    ranked = sorted(judged, key=lambda each: -each.milliseconds)
    return [(each.row.id, round(each.milliseconds, 2)) for each in ranked[:SLOWEST]]


LEVEL_ORDER: Final = ("none", "low", "concern", "warning", "crisis", "unknown")


def as_document(summary: Summary) -> dict[str, Any]:
    """For JSON: every share with its counts and its interval."""
    return {name: _document(getattr(summary, name)) for name in Summary.__slots__}


def _document(value: object) -> object:
    if isinstance(value, Share):
        return {
            "value": value.value,
            "hits": value.hits,
            "total": value.total,
            "interval": value.interval,
        }
    if isinstance(value, Binary):
        return {
            "precision": _document(value.precision),
            "recall": _document(value.recall),
            "f1": value.f1,
        }
    if isinstance(value, dict):
        return {name: _document(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_document(each) for each in value]
    return value
