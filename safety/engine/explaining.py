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
_BY_RULES: Final = frozenset({"rules", "reply_rules"})
_WITHOUT_WORDS: Final = {**_ARC, **_LANGUAGE}
_PER_CENT: Final = 100


def explained(finding: Mapping[str, Any]) -> str:
    """The reason of a finding.

    Args:
        finding: as an assessment keeps it: detector, rule, probability.
    """
    rule = finding["rule"]
    known = _WITHOUT_WORDS.get(rule)
    if known is not None:
        return known
    if finding["detector"] == MODEL:
        sure = round(_PER_CENT * finding["probability"])
        return f"The sentence model: reads like texts of people at risk ({sure} % likely)."
    if finding["detector"] in _BY_RULES:
        return f"Words that match the rule {rule}."
    return f"From the {finding['detector']}: {rule.replace('_', ' ')}."
