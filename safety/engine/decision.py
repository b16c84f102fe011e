"""From findings to one verdict. All weighing is here."""

from collections.abc import Sequence
from typing import Final

from safety.engine.protocol import Finding, Verdict
from safety.levels import MARKERS, REPLY_TRIGGERS, TRIGGERS, Level

MODEL: Final = "model"
"""How the sentence model signs."""
_ORDER: Final = {name: place for place, name in enumerate((*TRIGGERS, *REPLY_TRIGGERS, *MARKERS))}
_IDEATION: Final = frozenset(
    {"suicidal_ideation", "passive_ideation", "self_harm_urge", "hopelessness", "burden"}
)
_ACTION: Final = frozenset({"means_access", "goodbye", "suicide_plan"})
_MANY_CONCERNS: Final = 3
"""Three different signs of concern in one text weigh as a warning. Source: the text-level cut that served best on our
development sets; Safe-T counts warning signs the same way."""
_SURE: Final = {
    Level.NONE: 0.01,
    Level.LOW: 0.08,
    Level.CONCERN: 0.5,
    Level.WARNING: 0.75,
    Level.UNKNOWN: 0.5,
    Level.CRISIS: 0.9,
}
"""How likely any risk is at least where signs of a level were found."""
_SUREST: Final = 0.99


def decide(findings: Sequence[Finding], release: str) -> Verdict:
    """Weigh the findings of one text.

    Args:
        findings: what the detectors and the arc found; the model's tells its probability at any level.
        release: id of the bundle that judged.
    """
    kept = sorted(
        (finding for finding in findings if finding.level is not Level.NONE),
        key=_urgency,
    )
    level = _level(kept)
    return Verdict(
        level=level,
        triggers=tuple(
            dict.fromkeys(finding.trigger for finding in kept if _names_a_sign(finding))
        ),
        probability=_probability(findings),
        findings=tuple(kept),
        release=release,
    )


def _urgency(finding: Finding) -> tuple[int, bool, int, str]:
    """The most urgent first; of the same level what a rule names before what the model guesses."""
    order = _ORDER[finding.trigger]
    return (-finding.level.rank, finding.detector == MODEL, order, finding.rule)


def _names_a_sign(finding: Finding) -> bool:
    """The model's guess at a sign is none where it sees hardly any risk."""
    return finding.detector != MODEL or finding.level is not Level.LOW


def _level(findings: Sequence[Finding]) -> Level:
    """The most urgent finding, raised where findings strengthen each other.

    A text we can not read is `unknown`; a danger word in it says more than that, so it then has the word's level.
    """
    known = [finding.level for finding in findings if finding.level is not Level.UNKNOWN]
    level = max(known, key=lambda held: held.rank, default=Level.NONE)
    if level.rank < Level.WARNING.rank and len(known) < len(findings):
        return Level.UNKNOWN
    return _raised(level, findings)


def _raised(level: Level, findings: Sequence[Finding]) -> Level:
    serious = [finding for finding in findings if finding.level.rank >= Level.CONCERN.rank]
    triggers = {finding.trigger for finding in serious}
    if level is Level.WARNING and _acts_on_it(serious):
        return Level.CRISIS
    if level is Level.CONCERN and (len(triggers) >= _MANY_CONCERNS or _acts_on_it(serious)):
        return Level.WARNING
    return level


def _acts_on_it(findings: Sequence[Finding]) -> bool:
    """A wish to die together with a farewell, a method or means, said in different words."""
    wishes = [finding for finding in findings if finding.trigger in _IDEATION]
    actions = [finding for finding in findings if finding.trigger in _ACTION]
    return any(_apart(wish, action) for wish in wishes for action in actions)


def _apart(one: Finding, other: Finding) -> bool:
    """Whether two findings stand on different words; those without words stand on what came before."""
    if one.span is None or other.span is None:
        return True
    return one.span[1] <= other.span[0] or other.span[1] <= one.span[0]


def _probability(findings: Sequence[Finding]) -> float:
    """That the text shows any risk: half of it is the model's opinion, half what the others found.

    Their mean ranks texts better than either on every development set, and better than the larger of the two.
    """
    guessed = [finding.probability for finding in findings if finding.detector == MODEL]
    others = [finding for finding in findings if finding.detector != MODEL]
    found = _of_signs([finding for finding in others if finding.level is not Level.NONE])
    sure = (found + max(guessed)) / 2 if guessed else found
    return round(min(_SUREST, sure), 4)


def _of_signs(findings: Sequence[Finding]) -> float:
    """Independent signs add up, and the most urgent gives a floor."""
    missing = 1.0
    for probability in _by_trigger(findings).values():
        missing *= 1.0 - probability
    most = max(
        (finding.level for finding in findings), key=lambda held: held.rank, default=Level.NONE
    )
    return max(_SURE[most], 1.0 - missing)


def _by_trigger(findings: Sequence[Finding]) -> dict[str, float]:
    surest: dict[str, float] = {}
    for finding in findings:
        surest[finding.trigger] = max(surest.get(finding.trigger, 0.0), finding.probability)
    return surest
