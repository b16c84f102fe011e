"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from safety.retries import (
    CRISIS_SECONDS,
    Outcome,
    RetryProfile,
    next_due,
    retry_after_at,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FAILED = Outcome.of_answer(500, "")


def _pauses(profile: RetryProfile, outcome: Outcome, jitter: float = 0.0) -> list[float]:
    """Seconds between tries until it is given up."""
    pauses, now, attempts = [], NOW, 1
    while due := next_due(profile, attempts, outcome, now, jitter):
        pauses.append((due - now).total_seconds())
        now, attempts = due, attempts + 1
    return pauses


def test_a_crisis_is_tried_quickly_and_then_every_minute_for_a_day():
    pauses = _pauses(RetryProfile.CRISIS, FAILED)
    assert pauses[:8] == [2, 5, 10, 20, 30, 60, 60, 60]
    assert set(pauses[6:]) == {60}
    assert CRISIS_SECONDS <= sum(pauses) < CRISIS_SECONDS + 60


@pytest.mark.parametrize(
    "outcome", [Outcome.of_answer(410, ""), Outcome.of_answer(429, "3600"), Outcome("timed_out")]
)
def test_nothing_a_receiver_answers_silences_a_crisis(outcome):
    assert next_due(RetryProfile.CRISIS, 1, outcome, NOW, 1.0) == NOW + timedelta(seconds=2)


def test_everything_else_follows_the_standard_schedule():
    pauses = _pauses(RetryProfile.STANDARD, FAILED)
    assert pauses == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


def test_jitter_makes_a_pause_longer_by_a_fifth_at_most_and_never_shorter():
    shortest = _pauses(RetryProfile.STANDARD, FAILED)
    longest = _pauses(RetryProfile.STANDARD, FAILED, jitter=1.0)
    assert longest == pytest.approx([pause * 1.2 for pause in shortest])
    assert all(one < next_one for one, next_one in pairwise(longest))


def test_gone_ends_a_standard_delivery():
    assert next_due(RetryProfile.STANDARD, 1, Outcome.of_answer(410, ""), NOW, 0.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("1", 5), ("", 5), ("Tue, 24 Nov 2026 12:10:00 GMT", 600), ("soon", 5)],
)
def test_a_receiver_may_ask_for_more_time_but_not_for_less(header, seconds):
    due = next_due(RetryProfile.STANDARD, 1, Outcome.of_answer(503, header), NOW, 0.0)
    assert due == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("99999999999999999999", 86400),
        ("Wed, 24 Nov 2027 12:00:00 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Tue, 24 Nov 2026 12:10:00 -0000", None),  # no zone
        ("Tue, 99 Nov 2026 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_read_strictly_and_reaches_a_day_at_most(header, seconds):
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_after_at(header, NOW) == expected


@pytest.mark.parametrize(
    ("status", "accepted"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_only_two_hundreds_accept(status, accepted):
    assert Outcome.of_answer(status, "").is_accepted is accepted
