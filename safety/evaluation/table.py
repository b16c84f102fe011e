"""The figures as lines for a terminal or a page of the documentation."""

from collections.abc import Iterator, Sequence

from safety.evaluation.floors import Floors, Measure, measures_of
from safety.evaluation.summary import Summary

MARKS = {"target": "ok", "floor": "below target", "broken": "BELOW FLOOR"}


def lines_of(summaries: Sequence[Summary], floors: Floors) -> Iterator[str]:
    """One line for each figure that something is wanted of, then what else is worth knowing."""
    yield f"{'set':<32}{'figure':<20}{'reached':>9}{'target':>9}{'floor':>9}"
    for summary in summaries:
        for measure in measures_of(summary, floors):
            yield _measure(summary, measure)
    yield ""
    for summary in summaries:
        yield from _more(summary)


def _measure(summary: Summary, measure: Measure) -> str:
    sign = ">=" if measure.at_least else "<="
    return (
        f"{summary.name:<32}{measure.name:<20}{measure.value:>9.4f}"
        f"{sign:>4}{measure.target:>5g}{sign:>4}{measure.floor:>5g}  {MARKS[measure.verdict]}"
    )


def _more(summary: Summary) -> Iterator[str]:
    alarms, pages = summary.false_alarms
    yield f"{summary.name}: {summary.rows} rows"
    if summary.any_risk.recall.total:
        yield f"  any risk    recall {summary.any_risk.recall}, precision {summary.any_risk.precision}"
    if summary.page and summary.page.recall.total:
        found = summary.page
        yield f"  page        recall {found.recall}, precision {found.precision}, F1 {found.f1:.3f}"
    if alarms.total:
        flagged, paged = 1000 * alarms.value, 1000 * pages.value
        yield f"  harmless    flagged {flagged:.1f}, paged {paged:.1f} of 1000 ({alarms.total})"
    yield from _groups(summary)
    if summary.first_flag is not None:
        yield f"  first flag at turn {summary.first_flag:g} (median)"
    slowest = ", ".join(f"{name} {milliseconds} ms" for name, milliseconds in summary.slowest[:2])
    yield f"  calibration error {summary.calibration_error:.3f}, Brier {summary.brier:.3f}; slowest {slowest}"


def _groups(summary: Summary) -> Iterator[str]:
    for name, share in summary.by_level.items():
        yield f"  {name:<11} flagged {share}"
    for name, share in summary.by_trigger.items():
        yield f"  {name:<24} recall {share}"
    if len(summary.by_lang) > 1:
        for lang, (recall, alarm) in summary.by_lang.items():
            yield f"  {lang:<12} recall {recall}, false alarms {alarm}"
