"""How far the two labellers of the corpus agree.

Source: Cohen 1960 for kappa, Cohen 1968 for weighting it by the distance of the levels (squared).
"""

from collections.abc import Iterator, Mapping, Sequence

from sklearn.metrics import cohen_kappa_score

from safety.corpus.labels import Label, first_of
from safety.corpus.reading import CorpusMessage
from safety.levels import TRIGGERS, Level


def lines_of(messages: Sequence[CorpusMessage], second: Mapping[str, Label]) -> Iterator[str]:
    """How far the labellers agree, a line for each figure."""
    pairs = [(first_of(each), second[each.id]) for each in messages if each.id in second]
    one, other = ([pair[side].level.rank for pair in pairs] for side in (0, 1))
    same = sum(pair[0].level is pair[1].level for pair in pairs) / len(pairs)
    yield f"labelled twice {len(pairs)}, the same level {same:.3f}"
    yield f"kappa of levels {_kappa(one, other):.3f}, weighted {_kappa(one, other, 'quadratic'):.3f}"
    for name, level in (("any risk", Level.CONCERN), ("crisis", Level.CRISIS)):
        first, again = ([rank >= level.rank for rank in ranks] for ranks in (one, other))
        yield f"kappa of {name} {_kappa(first, again):.3f}"
    yield f"disputed {sum(pair[0].is_risk is not pair[1].is_risk for pair in pairs)}"
    yield "kappa of signs: " + ", ".join(
        f"{name} {_of_sign(name, pairs):.2f}" for name in TRIGGERS if _is_seen(name, pairs)
    )


def _is_seen(name: str, pairs: Sequence[tuple[Label, Label]]) -> bool:
    return any(name in label.triggers for pair in pairs for label in pair)


def _of_sign(name: str, pairs: Sequence[tuple[Label, Label]]) -> float:
    one, other = ([name in label.triggers for label in side] for side in zip(*pairs, strict=True))
    return _kappa(one, other)


def _kappa(one: Sequence[int], other: Sequence[int], weights: str | None = None) -> float:
    return float(cohen_kappa_score(one, other, weights=weights))
