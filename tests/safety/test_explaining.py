"""Why a finding was made, in words for a moderator."""

import pytest

from safety.engine.assess import assess, assess_turns
from safety.engine.explaining import explained


def _reasons(findings):
    return [
        explained({"rule": each.rule, "detector": each.detector, "probability": each.probability})
        for each in findings
    ]


def test_a_rule_is_named():
    (first, *_) = assess("I want to kill myself").findings
    assert (
        explained(
            {"rule": first.rule, "detector": first.detector, "probability": first.probability}
        )
        == f"Words that match the rule {first.rule}."
    )


@pytest.mark.parametrize(
    ("rule", "detector", "words"),
    [
        ("sentence_model.crisis", "model", "(93 % likely)"),
        ("arc.denial", "arc", "still counts"),
        ("language.unsupported", "language", "does not claim to read"),
        (
            "danger_question_answered",
            "conversation",
            "From the conversation: danger question answered.",
        ),
    ],
)
def test_what_is_no_rule_is_explained(rule, detector, words):
    assert words in explained({"rule": rule, "detector": detector, "probability": 0.926})


def test_everything_that_a_conversation_finds_has_a_reason_without_its_words():
    turns = [
        "I have decided to end my life tonight",
        "I was just joking",
        "no puedo dormir, quiero morir",
    ]
    reasons = [reason for verdict in assess_turns(turns) for reason in _reasons(verdict.findings)]
    assert "Takes back what was said; what was said still counts." in reasons
    assert all(word not in reason for reason in reasons for word in ("decided", "joking", "morir"))
