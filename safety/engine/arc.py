"""What came before: repeated hopelessness, slow escalation, denial after disclosure, sudden calm, crises not over yet.

Source: the windows follow NICE NG225 and Chung et al. 2017 (risk is highest in the first week after a crisis and stays
raised for months); law 6 of the product says that a later "I was joking" clears nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from safety.engine.protocol import Arc, Finding, PastTurn
from safety.levels import TRIGGERS, Level

NAME: Final = "arc"
DENIAL: Final = "goodbye.denial"
CALM: Final = "calm.sudden"
_DAY_SECONDS: Final = 86_400
CRISIS_WARNS_DAYS: Final = 7
CRISIS_CONCERNS_DAYS: Final = 30
WARNING_CONCERNS_DAYS: Final = 7
REPEAT_DAYS: Final = 2
REPEATS: Final = 2
DENIAL_DAYS: Final = 1
MEANS_SECONDS: Final = 3_600
"""How long after a crisis a mere mention of means or of the act is the crisis still. Source: written by us, on the side
of care; Safe-T asks for access to means to be cleared before a crisis counts as over."""
MOUNTING_FROM: Final = 0.7
"""Turns that by themselves are less than a concern are one together from here on: this one's probability, and those of
the turns before it, each step back counting MOUNTING_FADES of the one after it. Source: sessions of our corpus: of
those with risk five in a hundred more are seen, of the harmless four more are a concern, none pages."""
MOUNTING_FADES: Final = 0.8

_DESPAIR: Final = frozenset({"hopelessness", "burden", "passive_ideation", "self_harm_urge"})


def arc_findings(found: Sequence[Finding], arc: Arc) -> list[Finding]:
    """What the earlier turns add to what was found in this text.

    Args:
        found: the findings of this text.
        arc: the earlier turns, oldest first.
    """
    if not arc.turns:
        return []
    level = max(
        (finding.level for finding in found), key=lambda held: held.rank, default=Level.NONE
    )
    candidates = (
        _not_over(arc),
        _denial(found, arc),
        _repeated(found, arc),
        _mounting(level, found, arc),
        _sudden_calm(found, arc),
        _after_warning(level, arc),
        _after_crisis(level, arc),
        _means_after_crisis(found, arc),
    )
    return [candidate for candidate in candidates if candidate is not None]


def _not_over(arc: Arc) -> Finding | None:
    """An earlier crisis keeps a warning for a week and a concern for a month; a warning keeps a concern for a week."""
    best: Finding | None = None
    for turn in arc.turns:
        level = _kept_level(turn)
        if level is not None and (best is None or level.rank >= best.level.rank):
            best = _finding(level, "arc.not_over", turn)
    return best


def _kept_level(turn: PastTurn) -> Level | None:
    days = turn.age_seconds / _DAY_SECONDS
    if turn.level is Level.CRISIS and days <= CRISIS_CONCERNS_DAYS:
        return Level.WARNING if days <= CRISIS_WARNS_DAYS else Level.CONCERN
    if turn.level is Level.WARNING and days <= WARNING_CONCERNS_DAYS:
        return Level.CONCERN
    return None


def _denial(found: Sequence[Finding], arc: Arc) -> Finding | None:
    """`I was joking` after a disclosure: the disclosure stands."""
    if not any(finding.rule == DENIAL for finding in found):
        return None
    turn = _latest(arc, {Level.WARNING, Level.CRISIS}, DENIAL_DAYS)
    return None if turn is None else _finding(Level.WARNING, "arc.denial", turn)


def _repeated(found: Sequence[Finding], arc: Arc) -> Finding | None:
    """Despair for the third time within two days is more than despair."""
    if not any(finding.trigger in _DESPAIR and finding.level is Level.CONCERN for finding in found):
        return None
    turns = [turn for turn in _within(arc, REPEAT_DAYS) if _DESPAIR.intersection(turn.triggers)]
    return _finding(Level.WARNING, "arc.repeated", turns[-1]) if len(turns) >= REPEATS else None


def _mounting(level: Level, found: Sequence[Finding], arc: Arc) -> Finding | None:
    """Slow escalation: no message is a concern, and together they are."""
    recent = _within(arc, REPEAT_DAYS)
    if level is not Level.LOW or not recent:
        return None
    weight = max(finding.probability for finding in found)
    for steps, turn in enumerate(reversed(recent), 1):
        weight += MOUNTING_FADES**steps * turn.probability
    return _finding(Level.CONCERN, "arc.mounting", recent[-1]) if weight >= MOUNTING_FROM else None


def _sudden_calm(found: Sequence[Finding], arc: Arc) -> Finding | None:
    """Calm soon after despair, with nothing said that would have brought it."""
    if not any(finding.rule == CALM for finding in found):
        return None
    despair = [turn for turn in _within(arc, DENIAL_DAYS) if turn.level.rank >= Level.CONCERN.rank]
    return _finding(Level.WARNING, "arc.sudden_calm", despair[-1]) if despair else None


def _within(arc: Arc, days: int) -> list[PastTurn]:
    return [turn for turn in arc.turns if turn.age_seconds <= days * _DAY_SECONDS]


def _after_warning(level: Level, arc: Arc) -> Finding | None:
    """A concern soon after a warning is a warning still."""
    if level is not Level.CONCERN:
        return None
    turn = _latest(arc, {Level.WARNING}, DENIAL_DAYS)
    return None if turn is None else _finding(Level.WARNING, "arc.after_warning", turn)


def _after_crisis(level: Level, arc: Arc) -> Finding | None:
    """A warning soon after a crisis is the crisis still."""
    if level is not Level.WARNING:
        return None
    turn = _latest(arc, {Level.CRISIS}, DENIAL_DAYS)
    return None if turn is None else _finding(Level.CRISIS, "arc.after_crisis", turn)


def _means_after_crisis(found: Sequence[Finding], arc: Arc) -> Finding | None:
    """`It is still in my hand` within an hour of a crisis: the crisis is not over."""
    mention = next((finding for finding in found if finding.trigger == "means_access"), None)
    if mention is None or not any(
        turn.level is Level.CRISIS and turn.age_seconds <= MEANS_SECONDS for turn in arc.turns
    ):
        return None
    return replace(
        mention, level=Level.CRISIS, detector=NAME, rule="arc.means_after_crisis", probability=0.9
    )


def _latest(arc: Arc, levels: set[Level], days: int) -> PastTurn | None:
    turns = (turn for turn in reversed(arc.turns) if turn.level in levels)
    return next((turn for turn in turns if turn.age_seconds <= days * _DAY_SECONDS), None)


def _finding(level: Level, rule: str, turn: PastTurn) -> Finding:
    trigger = next((name for name in turn.triggers if name in TRIGGERS), "suicidal_ideation")
    return Finding(trigger, level, NAME, rule, None, 0.7)
