"""The figures of an evaluation, against values computed by hand or by others; and the rows they come from."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import average_precision_score, brier_score_loss

from safety.evaluation import figures
from safety.evaluation.comparing import compare
from safety.evaluation.figures import Share, average_precision, binary, curve, mcnemar, reliability
from safety.evaluation.judging import Judged
from safety.evaluation.rows import LONGEST_LINE, Row, RowMalformed, read_rows
from safety.evaluation.summary import Summary, as_document, summarize
from safety.levels import Level

SCORED = [(0.9, True), (0.8, False), (0.8, True), (0.4, False), (0.1, True), (0.1, False)]
ROW = Row("r", ("words",), False, None, None, (), "en", "", "", None)


def _judged(said: Level, crisis: bool | None, **about: Any) -> Judged:
    own = {name: about.pop(name) for name in ("fired", "levels") if name in about}
    row = Row(**{**{name: getattr(ROW, name) for name in Row.__slots__}, "crisis": crisis, **about})
    return Judged(
        row=row,
        levels=own.get("levels", (said,)),
        triggers=own.get("fired", ()),
        probability=said.score / 4,
        milliseconds=1.5,
    )


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (1, 29, 0.0061, 0.1718),  # the same
    ],
)
def test_an_interval_is_wilsons(hits, total, low, high):
    assert Share(hits, total).interval == pytest.approx((low, high), abs=1e-4)


def test_a_share_is_told_with_its_counts():
    assert str(Share(3, 4)) == "0.750 (0.30 to 0.95, 3 of 4)"
    assert Share(0, 0).value == 0


def test_precision_and_recall_count_what_was_said_and_what_is_there():
    found = binary([(True, True), (True, False), (False, True), (True, True), (False, False)])
    assert (found.precision, found.recall) == (Share(2, 3), Share(2, 3))
    assert found.f1 == pytest.approx(2 / 3)
    assert binary([]).f1 == 0


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [(0, 0, 1.0), (1, 0, 1.0), (0, 5, 0.0625), (2, 8, 0.109375), (5, 5, 1.0), (10, 0, 2 / 1024)],
)
def test_the_chance_of_a_difference_is_exact(one, other, chance):
    assert mcnemar(one, other) == pytest.approx(chance)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_that_of_scikit_learn(seed):
    chooser = random.Random(seed)
    scored = [(round(chooser.random(), 1), chooser.random() < 0.3) for _ in range(60)]
    scores, true = [score for score, _ in scored], [each for _, each in scored]
    assert average_precision(scored) == pytest.approx(average_precision_score(true, scores))
    assert figures.brier(scored) == pytest.approx(brier_score_loss(true, scores))


def test_of_nothing_to_find_the_area_is_nothing():
    assert average_precision([(0.5, False)]) == 0
    assert curve([(0.5, False)]) == []
    assert curve([]) == []


def test_the_curve_has_one_point_for_each_score():
    recalls, precisions = zip(*curve(SCORED), strict=True)
    assert recalls == pytest.approx((1 / 3, 2 / 3, 2 / 3, 1))
    assert precisions == pytest.approx((1, 2 / 3, 1 / 2, 1 / 2))


def test_calibration_compares_what_was_said_with_what_came():
    assert reliability([(0.05, False), (0.05, True), (1.0, True)]) == [
        (0.05, 0.5, 2),
        (1.0, 1.0, 1),
    ]
    assert figures.calibration_error([(0.05, False), (0.05, True), (1.0, True)]) == pytest.approx(
        0.45 * 2 / 3
    )
    assert figures.calibration_error([]) == figures.brier([]) == 0


def test_two_releases_are_compared_where_the_truth_is_known():
    first = [_judged(said, true) for said, true in ((Level.CRISIS, True), (Level.NONE, True))]
    second = [_judged(Level.NONE, True), _judged(Level.CONCERN, True)]
    unknown = _judged(Level.CRISIS, None)
    found = compare("set", [*first, unknown], [*second, unknown])
    assert (found.only_first, found.only_second, found.chance) == (1, 1, 1.0)
    assert str(found) == "set: right only here 1, only there 1 (McNemar p = 1)"


def _summary() -> Summary:
    """Six rows, each there for a figure."""
    return summarize(
        "set",
        [
            _judged(Level.CRISIS, True, cssrs=5.0, level=Level.CRISIS, triggers=("goodbye",)),
            _judged(Level.NONE, True, cssrs=4.0, level=Level.CRISIS, triggers=("goodbye",), id="b"),
            _judged(Level.CONCERN, True, cssrs=1.0, level=Level.CONCERN, lang="es"),
            _judged(Level.CRISIS, False, cssrs=0.0, level=Level.NONE, fired=("self_harm",)),
            _judged(Level.LOW, False, level=Level.LOW),
            _judged(Level.WARNING, None, category="threat_others"),
        ],
    )


def test_a_set_is_summed_up():
    found = _summary()
    assert found.rows == 6
    assert (found.any_risk.precision, found.any_risk.recall) == (Share(2, 3), Share(2, 3))
    assert found.page is not None
    assert (found.page.precision, found.page.recall) == (Share(1, 2), Share(1, 2))
    assert found.false_alarms == (Share(1, 2), Share(1, 2))
    assert found.unflagged_severe == Share(1, 2)
    assert found.threats == Share(1, 1)
    assert found.self_harm.precision == Share(0, 1)
    assert found.by_level["crisis"] == Share(1, 2)
    assert found.by_trigger == {"goodbye": Share(1, 2)}
    assert found.by_lang == {
        "en": (Share(1, 2), Share(1, 2)),
        "es": (Share(1, 1), Share(0, 0)),
    }
    assert found.confusion["crisis"] == {"crisis": 1, "none": 1}
    assert (found.identity_gap, found.first_flag) == (None, None)


def test_what_a_set_does_not_say_is_no_figure():
    found = summarize("set", [_judged(Level.NONE, False)])
    assert (found.page, found.unflagged_severe, found.threats) == (None, None, None)


def test_gaps_are_between_the_best_and_the_worst_identity():
    rows = [
        _judged(said, true, identity=name)
        for name, said, true in (
            ("one", Level.CRISIS, True),
            ("one", Level.NONE, False),
            ("two", Level.NONE, True),
            ("two", Level.CRISIS, False),
            ("three", Level.CRISIS, False),
        )
    ]
    assert summarize("set", rows).identity_gap == (1.0, 1.0)
    assert summarize("set", rows[:2]).identity_gap is None
    harmless = [each for each in rows if not each.row.crisis]
    assert summarize("set", harmless).identity_gap == (0.0, 1.0)


def test_of_sessions_the_first_flagged_turn_is_told():
    rising = _judged(
        Level.CRISIS, True, is_session=True, levels=(Level.NONE, Level.CONCERN, Level.CRISIS)
    )
    missed = _judged(Level.NONE, True, is_session=True, levels=(Level.NONE, Level.LOW))
    assert rising.level is Level.CRISIS
    assert (rising.first_flag, missed.first_flag) == (2, None)
    assert summarize("set", [rising, missed]).first_flag == 2
    assert summarize("set", [missed]).first_flag is None


def test_a_text_that_could_not_be_read_counts_as_flagged():
    assert _judged(Level.UNKNOWN, True).flagged
    assert not _judged(Level.UNKNOWN, True).harms_self


def test_another_danger_is_no_self_harm():
    rows = [
        _judged(Level.CRISIS, False, fired=("violence_to_others",)),
        _judged(Level.WARNING, True, fired=("self_harm", "abuse")),
        _judged(Level.LOW, False),
    ]
    assert [each.self_harm_probability for each in rows] == pytest.approx([0.1, 0.75, 0.25])
    found = summarize("set", rows)
    assert (found.self_harm_area, found.average_precision) == (1, 0.5)


def test_the_document_holds_every_figure_with_its_counts():
    document = as_document(_summary())
    assert set(document) == set(Summary.__slots__)
    assert document["any_risk"]["recall"]["total"] == 3
    assert json.loads(json.dumps(document))["false_alarms"][0]["hits"] == 1


def _file(folder: Path, *rows: object) -> Path:
    path = folder / "set.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_row_is_read_with_all_its_labels(tmp_path):
    label = {"cssrs": 5}
    one = {"id": 7, "text": "a", "severity": "crisis", "crisis": True, "label": label, "lang": "es"}
    two = {"turns": ["a", "b"], "level": "low", "triggers": ["grief"], "identity": "nurse"}
    first, second, third = read_rows(_file(tmp_path, one, "", two, {"text": "c"}))
    assert (first.id, first.crisis, first.level, first.lang) == ("7", True, Level.CRISIS, "es")
    assert (first.cssrs, first.is_page, first.is_session) == (5.0, True, False)
    assert (second.id, second.turns, second.is_session) == ("set.jsonl:3", ("a", "b"), True)
    assert (second.crisis, second.triggers, second.is_page) == (False, ("grief",), False)
    assert (third.crisis, third.level, third.is_page, third.lang) == (None, None, None, "en")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not an object"),
        ({"id": 1}, "neither a text nor turns"),
        ({"text": 5}, "neither a text nor turns"),
        ({"turns": "secret"}, "neither a text nor turns"),
        ({"turns": ["a", 1]}, "neither a text nor turns"),
        ({"text": "secret", "crisis": "yes"}, "crisis is neither"),
        ({"text": "secret", "severity": "dire"}, "unknown severity"),
        ({"text": "secret", "level": ["none"]}, "unknown severity"),
        ({"text": "secret", "level": "unknown"}, "unknown severity"),
        ({"text": "secret", "triggers": ["sorrow"]}, "unknown trigger"),
        ({"text": "secret", "triggers": "grief"}, "unknown trigger"),
        ({"text": "secret", "label": {"cssrs": 7}}, "severity outside"),
        ({"text": "secret", "label": {"cssrs": "much"}}, "severity outside"),
        ('{"text": "' + "a" * LONGEST_LINE + '"}', "longer than"),
        ("a" * (3 * LONGEST_LINE), "longer than"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_with_a_row_is_told_with_file_and_line_and_no_words(tmp_path, row, fault):
    with pytest.raises(RowMalformed, match=f"set.jsonl:2: .*{fault}") as raised:
        read_rows(_file(tmp_path, {"text": "fine"}, row))
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / "set.jsonl").write_bytes(b'{"text": "\xff"}')
    with pytest.raises(RowMalformed, match=r"set\.jsonl:1: not JSON"):
        read_rows(tmp_path / "set.jsonl")


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(RowMalformed, match="no rows"):
        read_rows(_file(tmp_path, "", " "))
