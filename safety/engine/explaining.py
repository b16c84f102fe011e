"""Why a finding was made, in a sentence for a moderator. No words of the person are in it."""

from collections.abc import Mapping
from typing import Any, Final

from safety.engine.decision import MODEL

_ARC: Final = {
    "arc.not_over": "An earlier crisis or warning of this person is not over.",
    "arc.denial": "Takes back what was said; what was said still counts.",
    "arc.repeated": "Despair for the third time within two days.",
    "arc.mounting": "Several messages that by themselves were less: together they weigh as much.",
    "arc.sudden_calm": "Calm all of a sudden, after despair.",
    "arc.after_warning": "A sign of concern within a day of a warning.",
    "arc.after_crisis": "A warning sign within a day of a crisis.",
    "arc.means_after_crisis": "Means or the act are spoken of within an hour of a crisis.",
}
_LANGUAGE: Final = {
    "language.unsupported": "In a language that this release does not claim to read.",
    "language.crisis": "Danger words of another language: intent or a plan.",
    "language.warning": "Danger words of another language.",
}
_REPLIES: Final = "reply_rules"
_PER_CENT: Final = 100


def explained(finding: Mapping[str, Any]) -> str:
    """The reason of a finding.

    Args:
        finding: as an assessment keeps it: detector, rule, probability, level, trigger.
    """
    rule = str(finding.get("rule", ""))
    known = _ARC.get(rule) or _LANGUAGE.get(rule)
    if known:
        return known
    if finding.get("detector") == MODEL:
        sure = round(_PER_CENT * float(finding.get("probability", 0)))
        return f"The sentence model: its meaning is like that of texts of risk ({sure} % likely)."
    kind = "must not be said" if finding.get("detector") == _REPLIES else "rule"
    return f"Matches the {kind} {rule}." if kind == "rule" else f"A reply {kind}: {rule}."
