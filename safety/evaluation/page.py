"""A page with plots, whole in one file: no script, nothing fetched, no words of anybody."""

from collections.abc import Mapping, Sequence
from html import escape

from safety.evaluation.figures import curve, reliability
from safety.evaluation.floors import Floors
from safety.evaluation.judging import Judged
from safety.evaluation.summary import LEVEL_ORDER, Summary
from safety.evaluation.table import lines_of

SIDE = 240
MARGIN = 28
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}"
    "pre{overflow-x:auto;font-size:.8rem}figure{display:inline-block;margin:0 1rem 1rem 0}"
    "table{border-collapse:collapse;margin:0 0 1rem}td,th{border:1px solid;padding:.2rem .6rem;text-align:right}"
    "svg{background:Canvas;color:CanvasText}figcaption{font-size:.85rem}"
)


def page_of(
    release: str,
    summaries: Sequence[Summary],
    judged: Mapping[str, Sequence[Judged]],
    floors: Floors,
) -> str:
    """The whole page."""
    parts = [_set(summary, judged[summary.name]) for summary in summaries]
    figures = escape("\n".join(lines_of(summaries, floors)))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(release)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{escape(release)}</h1><pre>{figures}</pre>{''.join(parts)}</html>\n"
    )


def _set(summary: Summary, judged: Sequence[Judged]) -> str:
    scored = [
        (each.probability, bool(each.row.crisis)) for each in judged if each.row.crisis is not None
    ]
    plots = ""
    if any(true for _, true in scored):
        steps = curve(scored)
        held = [(said, came) for said, came, _ in reliability(scored)]
        plots = _plot("Recall (across), precision (up)", steps) + _plot(
            "Said (across), came true (up)", held, even=True
        )
    return f"<h2>{escape(summary.name)}</h2>{plots}{_confusion(summary)}"


def _plot(caption: str, points: Sequence[tuple[float, float]], *, even: bool = False) -> str:
    size = SIDE + 2 * MARGIN
    line = " ".join(f"{_across(x):.1f},{_up(y):.1f}" for x, y in points)
    diagonal = f"{_across(0)},{_up(0)} {_across(1)},{_up(1)}"
    guide = (
        f'<polyline points="{diagonal}" fill="none" stroke="currentColor" stroke-dasharray="4"/>'
        if even
        else ""
    )
    ticks = "".join(
        f'<text x="{_across(each) - 6}" y="{size - 8}" font-size="11" fill="currentColor">{each:g}</text>'
        f'<text x="2" y="{_up(each) + 4}" font-size="11" fill="currentColor">{each:g}</text>'
        for each in (0, 0.5, 1)
    )
    return (
        f'<figure><svg role="img" aria-label="{escape(caption)}" width="{size}" height="{size}">'
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="currentColor"/>'
        f'{guide}<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="2"/>{ticks}</svg>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _across(value: float) -> float:
    return MARGIN + value * SIDE


def _up(value: float) -> float:
    return MARGIN + (1 - value) * SIDE


def _confusion(summary: Summary) -> str:
    if not summary.confusion:
        return ""
    head = "".join(f"<th>{name}</th>" for name in LEVEL_ORDER)
    rows = "".join(
        f"<tr><th>{true}</th>"
        + "".join(f"<td>{said.get(name, 0)}</td>" for name in LEVEL_ORDER)
        + "</tr>"
        for true, said in summary.confusion.items()
    )
    return f"<table><caption>True level (rows), judged as (columns)</caption><tr><th></th>{head}</tr>{rows}</table>"
