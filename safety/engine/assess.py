"""The engine's front: judge a text, a reply, a conversation."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from safety.engine.arc import arc_findings
from safety.engine.bundle import MODELS, load_bundle
from safety.engine.datafiles import fingerprint
from safety.engine.decision import MODEL, decide
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.invisible import readings
from safety.engine.protocol import EMPTY_ARC, Arc, Detector, Finding, PastTurn, Verdict
from safety.engine.rules import person_rules, reply_rules
from safety.levels import Level

_MOST_READ_TWICE: Final = 2_000
"""Characters of a text that can be read in two ways, of which the model reads both: it takes most of the time. The
rules read both ways of any text."""
AddArc = Callable[[Sequence[Finding], Arc], list[Finding]]
PARTS: Final = ("rules", "model", "arc")
"""What can be left out of an engine, to see what it is worth."""


class Engine:
    """Detectors, the arc and the decision, under one release id.

    Args:
        detectors: what looks at each text, in this order.
        release: id of the bundle; without one, that of the rule files.
        add_arc: what earlier turns add to the findings of a text.
    """

    def __init__(
        self, detectors: Sequence[Detector], release: str = "", add_arc: AddArc = arc_findings
    ) -> None:
        self.detectors = tuple(detectors)
        self._add_arc = add_arc
        self.release = release or f"rules-{fingerprint()}"

    def assess(self, text: str, arc: Arc = EMPTY_ARC) -> Verdict:
        """Judge one text of a person whose earlier turns are the arc."""
        found = _united(
            finding
            for number, reading in enumerate(readings(text))
            for detector in self.detectors
            if not number or detector.name != MODEL or len(text) <= _MOST_READ_TWICE
            for finding in detector.find(reading, arc)
        )
        said = [each for each in found if each.detector != MODEL or each.level is not Level.NONE]
        return decide([*found, *self._add_arc(said, arc)], self.release)

    def assess_turns(self, turns: Sequence[str]) -> list[Verdict]:
        """Judge a conversation turn by turn, each in the light of those before it."""
        past: tuple[PastTurn, ...] = ()
        verdicts = []
        for text in turns:
            verdict = self.assess(text, Arc(past))
            past = (*past, _as_past(verdict))
            verdicts.append(verdict)
        return verdicts


def _as_past(verdict: Verdict) -> PastTurn:
    """A turn as the next one sees it."""
    return PastTurn(
        0.0, verdict.level, verdict.triggers, same_session=True, probability=verdict.probability
    )


def _united(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each rule, its most urgent, where a text was read in two ways."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        held = kept.setdefault((finding.detector, finding.rule), finding)
        if finding.level.rank > held.level.rank:
            kept[finding.detector, finding.rule] = finding
    return list(kept.values())


def engine_of(folder: Path = MODELS, *, without: Collection[str] = ()) -> Engine:
    """A new engine for what a person writes, of a release bundle.

    Args:
        folder: where the bundle lies.
        without: which of PARTS are left out. A model without rules is not bound by them either.

    Raises:
        BundleBroken: a file of the release is missing or altered.
    """
    rules = () if "rules" in without else rule_detectors(person_rules)
    bundle = load_bundle(folder, rules)
    model = () if "model" in without else (bundle.model,)
    detectors = (*rules, LanguageDetector(bundle.languages), *model)
    release = bundle.id if not without else f"{bundle.id}-without-{'-'.join(sorted(without))}"
    return Engine(detectors, release, _no_arc if "arc" in without else arc_findings)


def _no_arc(found: Sequence[Finding], arc: Arc) -> list[Finding]:  # noqa: ARG001 - stands in for the arc
    return []


@lru_cache(1)
def person_engine() -> Engine:
    """The engine of the service, loaded when first asked for; raises BundleBroken."""
    return engine_of()


@lru_cache(1)
def reply_engine() -> Engine:
    """The engine for what the machine is about to answer."""
    return Engine(rule_detectors(reply_rules, "reply_rules"), person_engine().release)


def assess(text: str, arc: Arc = EMPTY_ARC) -> Verdict:
    """Judge what a person wrote."""
    return person_engine().assess(text, arc)


def assess_reply(text: str, numbers: Collection[str] = ()) -> Verdict:
    """Judge what the machine is about to answer: level none may be shown, anything else is replaced.

    Args:
        text: the answer.
        numbers: telephone numbers that may stand in it, as they are written there; any other is taken for invented.
    """
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, "#" * len(number))
    return reply_engine().assess(text)


def assess_turns(turns: Sequence[str]) -> list[Verdict]:
    """Judge a conversation of one person in one session, oldest turn first."""
    return person_engine().assess_turns(turns)


def current_release() -> str:
    """Id of the bundle that judges now."""
    return person_engine().release
