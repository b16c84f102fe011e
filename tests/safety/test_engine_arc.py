"""What earlier turns add."""

import pytest

from safety.engine.arc import CALM, arc_findings
from safety.engine.assess import assess, assess_turns, engine_of
from safety.engine.protocol import Arc, Finding, PastTurn
from safety.levels import Level

DAY = 86_400


def _past(level: Level, *triggers: str, days: float = 0.0, same_session: bool = True) -> PastTurn:
    return PastTurn(days * DAY, level, triggers, same_session)


def _arc(*turns: PastTurn) -> Arc:
    return Arc(turns)


@pytest.mark.parametrize(
    ("earlier", "days", "level"),
    [
        (Level.CRISIS, 0, Level.WARNING),
        (Level.CRISIS, 6.9, Level.WARNING),
        (Level.CRISIS, 7.1, Level.CONCERN),
        (Level.CRISIS, 29, Level.CONCERN),
        (Level.CRISIS, 31, Level.NONE),
        (Level.WARNING, 1, Level.CONCERN),
        (Level.WARNING, 8, Level.NONE),
        (Level.CONCERN, 0, Level.NONE),
        (Level.UNKNOWN, 0, Level.NONE),
    ],
)
def test_an_earlier_crisis_fades_over_days(earlier, days, level):
    arc = _arc(_past(earlier, "suicide_plan", days=days, same_session=False))
    assert assess("what a nice day", arc).level is level


def test_the_kept_level_names_what_fired_then():
    verdict = assess("hello", _arc(_past(Level.CRISIS, "language_unsupported", "overdose")))
    assert verdict.triggers == ("overdose",)
    assert verdict.findings[0].span is None


def test_a_level_without_a_clinical_trigger_is_kept_as_ideation():
    assert assess("hello", _arc(_past(Level.CRISIS))).triggers == ("suicidal_ideation",)


def test_the_gravest_earlier_turn_is_kept():
    arc = _arc(_past(Level.CRISIS, "goodbye", days=1), _past(Level.WARNING, "abuse"))
    assert assess("hello", arc).level is Level.WARNING


@pytest.mark.parametrize("level", [Level.WARNING, Level.CRISIS])
def test_a_denial_does_not_clear_a_disclosure(level):
    verdict = assess("i was just joking", _arc(_past(level, "suicidal_ideation")))
    assert verdict.level is Level.WARNING


def test_a_joke_without_a_disclosure_is_a_joke():
    assert assess("i was just joking").level is Level.NONE
    assert assess("i was just joking", _arc(_past(Level.LOW, "panic"))).level is Level.NONE


def test_an_old_disclosure_makes_no_denial():
    arc = _arc(_past(Level.WARNING, "suicidal_ideation", days=3))
    assert assess("i was just joking", arc).level is Level.CONCERN


def test_the_third_time_of_despair_is_a_warning():
    hopeless = _past(Level.CONCERN, "hopelessness")
    burden = _past(Level.CONCERN, "burden", days=1)
    assert assess("i feel hopeless", _arc(hopeless)).level is Level.CONCERN
    assert assess("i feel hopeless", _arc(burden, hopeless)).level is Level.WARNING


def test_despair_of_another_week_does_not_add_up():
    old = _past(Level.CONCERN, "hopelessness", days=4)
    assert assess("i feel hopeless", _arc(old, old)).level is Level.CONCERN


def test_a_concern_soon_after_a_warning_is_a_warning():
    arc = _arc(_past(Level.WARNING, "self_harm"))
    assert assess("i feel hopeless", arc).level is Level.WARNING


def test_a_warning_soon_after_a_crisis_is_a_crisis():
    arc = _arc(_past(Level.CRISIS, "overdose"))
    assert assess("i want to kill myself", arc).level is Level.CRISIS
    late = _arc(_past(Level.CRISIS, "overdose", days=3))
    assert assess("i want to kill myself", late).level is Level.WARNING


MENTIONS = [
    "the gun is still in my hand",
    "I still have them here",
    "it's in my hand",
    "they are next to me",
    "i'm looking at the bottle",
    "i am doing it now",
]


@pytest.mark.parametrize("text", MENTIONS)
def test_means_mentioned_within_an_hour_of_a_crisis_are_the_crisis_still(text):
    verdict = assess_turns(["i am going to kill myself tonight", "hello", text])[-1]
    assert verdict.level is Level.CRISIS
    assert "means_access" in verdict.triggers


@pytest.mark.parametrize("text", MENTIONS[1:])
def test_means_mentioned_later_or_without_a_crisis_add_nothing(text):
    late = _arc(_past(Level.CRISIS, "suicide_plan", days=0.05))
    rules = engine_of(without={"model"})
    assert rules.assess(text, late).level is Level.WARNING
    assert rules.assess(text, _arc(_past(Level.LOW, "panic"))).level is not Level.CRISIS


def test_means_denied_after_a_crisis_stay_a_warning():
    verdicts = assess_turns(["i am going to kill myself tonight", "i don't have a gun"])
    assert verdicts[-1].level is Level.WARNING


def test_a_conversation_is_judged_turn_by_turn():
    verdicts = assess_turns(["hi there", "i took all my pills", "haha i was only joking"])
    assert [verdict.level for verdict in verdicts] == [Level.NONE, Level.CRISIS, Level.WARNING]


def test_a_slow_escalation_is_seen():
    turns = ["i feel hopeless", "i'm such a burden to my family", "everything is pointless"]
    assert [verdict.level for verdict in assess_turns(turns)][-1] is Level.WARNING


def test_no_turns_no_verdicts():
    assert assess_turns([]) == []


def _low(probability: float) -> PastTurn:
    return PastTurn(60.0, Level.LOW, (), same_session=True, probability=probability)


def _finding(level: Level, probability: float, rule: str = "sentence_model.low") -> Finding:
    return Finding("hopelessness", level, "model", rule, None, probability)


@pytest.mark.parametrize(
    ("earlier", "now", "mounts"),
    [
        ([], 0.5, False),
        ([0.3], 0.4, False),
        ([0.4], 0.4, True),
        ([0.3, 0.3], 0.3, True),
        ([0.4, 0.1, 0.1, 0.1], 0.25, False),
    ],
)
def test_messages_that_are_little_by_themselves_mount(earlier, now, mounts):
    arc = _arc(*map(_low, earlier))
    added = arc_findings([_finding(Level.LOW, now)], arc)
    assert [each.rule for each in added] == (["arc.mounting"] if mounts else [])
    assert all(each.level is Level.CONCERN for each in added)


def test_what_is_a_concern_or_nothing_by_itself_does_not_mount():
    arc = _arc(*[_low(0.7)] * 5)
    assert arc_findings([_finding(Level.CONCERN, 0.8)], arc) == []
    assert arc_findings([], arc) == []


def test_old_messages_do_not_mount():
    old = PastTurn(3 * DAY, Level.LOW, (), same_session=False, probability=0.7)
    assert arc_findings([_finding(Level.LOW, 0.7)], _arc(old, old, old)) == []


@pytest.mark.parametrize(
    ("level", "days", "calm"),
    [
        (Level.CONCERN, 0.1, True),
        (Level.CRISIS, 0.1, True),
        (Level.CONCERN, 1.5, False),
        (Level.LOW, 0.1, False),
    ],
)
def test_calm_all_of_a_sudden_after_despair_is_a_warning(level, days, calm):
    arc = _arc(_past(level, "hopelessness", days=days))
    added = arc_findings([_finding(Level.LOW, 0.1, CALM)], arc)
    found = [each for each in added if each.rule == "arc.sudden_calm"]
    assert [each.level for each in found] == ([Level.WARNING] if calm else [])


def test_calm_after_despair_is_seen_and_calm_with_a_reason_is_calm():
    despair = "i can't go on, there is no hope left for me"
    assert assess_turns([despair, "everything is clear now"])[-1].level is Level.WARNING
    assert assess("everything is clear now").level.rank <= Level.LOW.rank
    helped = assess_turns([despair, "i talked to my sister and i feel calm now"])[-1]
    assert "arc.sudden_calm" not in {each.rule for each in helped.findings}
