"""The whole engine: weighing, disguises, hostile texts, speed, the release."""

import time
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.engine.assess import Engine, assess, assess_reply, current_release, person_engine
from safety.engine.bundle import bundle_id
from safety.engine.datafiles import fingerprint
from safety.engine.decision import decide
from safety.engine.protocol import Arc, Finding
from safety.levels import Level

LONGEST_MS = 50
CI_FACTOR = 8
"""Tests run on busy machines beside other work; bench/assess.py measures alone."""


def _finding(
    trigger: str,
    level: Level,
    probability: float = 0.5,
    span: tuple[int, int] | None = None,
) -> Finding:
    return Finding(trigger, level, "test", f"test.{trigger}", span, probability)


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], Level.NONE),
        ([("panic", Level.LOW)], Level.LOW),
        ([("grief", Level.NONE)], Level.NONE),
        ([("hopelessness", Level.CONCERN), ("panic", Level.LOW)], Level.CONCERN),
        ([("hopelessness", Level.CONCERN), ("burden", Level.CONCERN)], Level.CONCERN),
        (
            [
                ("hopelessness", Level.CONCERN),
                ("burden", Level.CONCERN),
                ("substance", Level.CONCERN),
            ],
            Level.WARNING,
        ),
        ([("hopelessness", Level.CONCERN), ("means_access", Level.CONCERN)], Level.WARNING),
        ([("suicidal_ideation", Level.WARNING), ("goodbye", Level.CONCERN)], Level.CRISIS),
        ([("abuse", Level.WARNING), ("goodbye", Level.CONCERN)], Level.WARNING),
        ([("language_unsupported", Level.UNKNOWN)], Level.UNKNOWN),
        ([("language_unsupported", Level.UNKNOWN), ("burden", Level.CONCERN)], Level.UNKNOWN),
        ([("language_unsupported", Level.UNKNOWN), ("abuse", Level.WARNING)], Level.WARNING),
        ([("overdose", Level.CRISIS), ("burden", Level.CONCERN)], Level.CRISIS),
    ],
)
def test_findings_are_weighed_in_one_place(found, level):
    assert decide([_finding(*one) for one in found], "r").level is level


@pytest.mark.parametrize(
    ("wish", "act", "level"),
    [
        ((0, 5), (6, 9), Level.CRISIS),
        ((6, 9), (0, 6), Level.CRISIS),
        ((0, 5), (3, 9), Level.WARNING),
        (None, (3, 9), Level.CRISIS),
    ],
)
def test_the_same_words_count_once(wish, act, level):
    found = [
        _finding("suicidal_ideation", Level.WARNING, span=wish),
        _finding("suicide_plan", Level.WARNING, span=act),
    ]
    assert decide(found, "r").level is level


def test_the_most_urgent_trigger_comes_first_and_each_once():
    verdict = decide(
        [
            _finding("panic", Level.LOW),
            _finding("goodbye", Level.CRISIS),
            _finding("suicide_intent", Level.CRISIS),
            _finding("goodbye", Level.CRISIS),
        ],
        "r",
    )
    assert verdict.triggers == ("suicide_intent", "goodbye", "panic")


def test_independent_signs_make_a_verdict_surer():
    one = decide([_finding("burden", Level.CONCERN, 0.6)], "r").probability
    same = decide([_finding("burden", Level.CONCERN, 0.6)] * 2, "r").probability
    two = decide(
        [_finding("burden", Level.CONCERN, 0.6), _finding("panic", Level.LOW, 0.5)], "r"
    ).probability
    assert one == same == 0.6
    assert two == 0.8
    assert decide([_finding("overdose", Level.CRISIS, 1.0)], "r").probability == 0.99


@pytest.mark.parametrize(
    "text",
    [
        "I'M GOING TO KILL MYSELF TONIGHT",
        "im gonna k1ll mys3lf tonight",
        "im gonna k i l l m y s e l f tonight",
        "im going to k*ll myself tonight",
        "i'm going to ki\u200bll my\u200dself tonight",
        "im goin to kms tonite".replace("goin ", "going "),
        "im going to unalive myself tonight",
        "im going to kil myslef tonight",
        "im going to kiiiill myself tonight",
        "\uff49\uff4d going to \U0001d458\U0001d456\U0001d459\U0001d459 myself tonight",
        "i am going to <i>kill</i>&nbsp;myself tonight",
        "i am going to k\u0456ll myself tonight",
        "im gonna killmyself tonight",
        "i am going to \U0001f52a myself tonight, i want to end my life tonight",
    ],
)
def test_a_disguised_crisis_stays_a_crisis(text):
    assert assess(text).level is Level.CRISIS


@given(st.text(st.characters(), max_size=120))
@settings(max_examples=200, deadline=None)
def test_no_string_raises_and_spans_lie_inside(text):
    for verdict in (assess(text), assess_reply(text)):
        assert 0 <= verdict.probability <= 1
        for finding in verdict.findings:
            assert finding.span is None or 0 <= finding.span[0] <= finding.span[1] <= len(text)


@given(
    st.lists(
        st.sampled_from(
            ["i", "want", "to", "die", "not", "kill", "myself", ".", ",", "life", "end"]
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_any_mix_of_risk_words_is_judged(words):
    assert assess(" ".join(words)).level in set(Level)


def _filled(pieces: list[str]) -> str:
    return "".join(islice(cycle(pieces), 8000))[:8000]


@pytest.mark.parametrize(
    "text",
    [
        "a " * 4000,
        "i do not want to die " * 400,
        "i want to really just so badly kill " * 230,
        "k*" * 4000,
        "k i l l " * 1000,
        "\U0001f480" * 8000,
        "&#107;" * 1400,
        "<a" * 4000,
        '"' * 8000,
        "\ufdfa" * 8000,
        "suicidx " * 1000,
        "\u0301" * 8000,
        "not never no without " * 390,
        "i am going to " * 620,
        "自杀" * 4000,
        "a\u200b" * 4000,
        "kill\u200b" * 1600,
        "\u200b" * 8000,
        _filled(
            ["i ", "would ", "never ", "just ", "end ", "my ", "life ", "want ", "to ", "wish "]
        ),
    ],
)
def test_nothing_a_person_types_makes_it_slow(text):
    assess(text[:2000])
    started = time.perf_counter()
    assess(text[:8000])
    assert (time.perf_counter() - started) * 1000 < LONGEST_MS * CI_FACTOR


def test_the_release_names_the_bundle():
    assert current_release() == bundle_id()
    assert assess("hello").release == current_release()
    assert assess_reply("hello").release == current_release()


def test_the_fingerprint_changes_with_a_file(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / "deep").mkdir()
    monkeypatch.setattr("safety.engine.datafiles.WORDS", tmp_path)
    monkeypatch.setattr("safety.engine.datafiles.RULES", tmp_path / "deep")
    before = fingerprint()
    (tmp_path / "a.yaml").write_text("y")
    assert fingerprint() != before


class _Always:
    """A detector that always worries."""

    name = "always"

    def find(self, text, arc):
        return [Finding("burden", Level.CONCERN, self.name, "always.burden", None, 0.7)]


def test_another_detector_plugs_in():
    engine = Engine((*person_engine().detectors, _Always()), release="bundle-1")
    verdict = engine.assess("hello", Arc())
    assert verdict.level is Level.CONCERN
    assert verdict.release == "bundle-1"
    assert verdict.findings[0].detector == "always"


@pytest.mark.parametrize(
    ("text", "level", "triggers"),
    [
        ("I just shot myself", Level.CRISIS, {"attempt_in_progress"}),
        ("I can't go on", Level.CONCERN, {"hopelessness"}),
        ("I don't feel safe with myself tonight", Level.WARNING, {"suicidal_ideation"}),
        ("I've written my note", Level.CRISIS, {"goodbye"}),
        ("I said my goodbyes", Level.CRISIS, {"goodbye"}),
        ("I gave away my dog and wrote letters to everybody", Level.CRISIS, {"goodbye"}),
        ("goodbye everyone, thank you for everything", Level.CRISIS, {"goodbye"}),
        ("i'm 14 and an older man online wants nudes from me", Level.CRISIS, {"abuse"}),
        ("my stepdad comes into my room at night", Level.CRISIS, {"abuse"}),
        ("someone is breaking in, he will kill me", Level.CRISIS, {"abuse"}),
        ("He is beating me right now please help", Level.CRISIS, {"abuse"}),
        ("they put cameras in my walls and read my thoughts", Level.WARNING, {"psychosis"}),
        ("I drink a bottle of vodka every day", Level.CONCERN, {"substance"}),
        ("I relapsed on heroin", Level.CONCERN, {"substance"}),
        ("I used too much fentanyl", Level.CRISIS, {"overdose"}),
        ("k1ll mys3lf", Level.WARNING, {"suicidal_ideation"}),
        ("my son says he will kill himself tonight", Level.CRISIS, {"third_party_risk"}),
        ("my son says he will kill himself", Level.WARNING, {"third_party_risk"}),
        ("I'm going to shoot up my school", Level.CRISIS, {"violence_to_others"}),
        ("there is no other way out but suicide", Level.WARNING, {"suicidal_ideation"}),
        (
            "I have the pills in front of me and I will take them tonight to end my life",
            Level.CRISIS,
            {"means_access", "suicide_intent", "suicide_plan"},
        ),
    ],
)
def test_what_a_review_found_missed_is_found(text, level, triggers):
    verdict = assess(text)
    assert verdict.level is level
    assert triggers <= set(verdict.triggers)


def test_a_weapon_meant_for_oneself_is_no_threat_to_others():
    verdict = assess("I am going to kill myself tonight with a gun, I have it here")
    assert verdict.level is Level.CRISIS
    assert "violence_to_others" not in verdict.triggers
