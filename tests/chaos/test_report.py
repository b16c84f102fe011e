"""What the fault suite reports of its load, and of a lost majority."""

import pytest

from chaos.faults import Outage
from chaos.lost_majority import Courtesy, Told, wrong_about
from chaos.people import Diary, Said
from chaos.receiver import Receipt
from chaos.report import Seen, print_report, stalls, waits_for_human

PROBLEM = {
    "code": "storage_unavailable",
    "detail": "Your words could not be stored. Please try again.",
    "resources": [{"name": "Somebody to call"}],
}


def said(session="s", *, at=0.0, seconds=1.0, cried=False):
    return Said("key", "message", session, cried, at, seconds, 1)


def receipt(session="s", *, at=0.0):
    return Receipt("delivery", "digest", "/alerts", session, at)


def courtesy(**changes):
    fields = {
        "lost": "both secondaries dead",
        "told": Told(1.0, 503, PROBLEM),
        "found_seconds": 0.1,
        "found": 200,
        "healed_seconds": 2.0,
        "dead": [],
        "said": [said()],
    }
    return Courtesy(**{**fields, **changes})


def test_a_stall_is_the_slowest_message_that_met_the_fault():
    outages = [Outage("killed", 10.0, 12.0), Outage("frozen", 20.0, 22.0)]
    messages = [said(at=9.0, seconds=1.5), said(at=11.0, seconds=4.0), said(at=15.5, seconds=1.0)]
    assert stalls(messages, outages) == {"killed": [4.0], "frozen": [0.0]}


def test_a_message_that_met_two_faults_counts_for_the_one_it_met_for_longer():
    outages = [Outage("killed", 0.0, 5.0), Outage("frozen", 5.0, 12.0)]
    assert stalls([said(at=4.0, seconds=6.0)], outages) == {"killed": [0.0], "frozen": [6.0]}


def test_a_fault_that_happens_twice_has_two_stalls():
    outages = [Outage("killed", 0.0, 2.0), Outage("killed", 5.0, 7.0)]
    assert stalls([said(at=1.0, seconds=0.5)], outages) == {"killed": [0.5, 0.0]}


def test_the_wait_for_a_human_begins_with_the_first_try_of_the_first_crisis():
    messages = [
        said("a", at=1.0),
        said("a", at=5.0, cried=True),
        said("a", at=3.0, cried=True),
        said("b", at=4.0),
    ]
    alerts = [
        receipt("a", at=4.5),
        receipt("a", at=2.0),
        receipt("a", at=9.0),
        receipt("b", at=6.0),
    ]
    assert waits_for_human(messages, alerts) == [1.5]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (Told(1.0, 500, PROBLEM), "answered 500 storage_unavailable"),
        (Told(1.0, 503, {**PROBLEM, "code": "other"}), "answered 503 other"),
        (Told(1.0, 503, {**PROBLEM, "resources": []}), "without anybody to call"),
        (Told(1.0, 503, {**PROBLEM, "detail": "Oops."}), "without saying that"),
        (Told(6.5, 503, PROBLEM), "after 6.5 s"),
    ],
)
def test_an_answer_without_a_majority_that_fails_a_person_is_found(told, fault):
    (found,) = wrong_about(told)
    assert found.startswith(fault)
    assert any(courtesy(told=told).verdicts.values())


def test_an_answer_that_says_what_it_must_is_fine():
    assert wrong_about(Told(5.5, 503, PROBLEM)) == []
    assert not any(courtesy().verdicts.values())


def test_no_answer_at_all_is_found():
    assert len(wrong_about(Told(15.0, 0, {}))) == 4


@pytest.mark.parametrize(
    "changes", [{"found": 503}, {"found_seconds": 3.0}, {"said": []}, {"dead": ["web-1"]}]
)
def test_resources_that_are_not_found_and_a_service_that_does_not_heal_are_found(changes):
    assert any(courtesy(**changes).verdicts.values())


def test_the_report_tells_every_figure_and_verdict(capsys):
    diary = Diary(
        said=[said(seconds=0.5), said(seconds=1.5, cried=True)], answers=[201, 201, 503, 0]
    )
    seen = Seen(diary, [receipt(at=0.3)] * 2, [Outage("web 1 is killed", 0.0, 3.0)], [courtesy()])
    print_report(seen, {"holds": [], "broken": ["a fault"]})
    printed = capsys.readouterr().out
    for part in (
        "requests 4, available 50.00% (failed: 1 x no answer, 1 x 503)",
        "acknowledged 2 of 2",
        "longest 1.50 s",
        "deliveries received 1, again under the same id 1",
        "told after 1.00 s with 503",
        "ok    holds",
        "FAIL  broken\n        a fault",
        "1 passed, 1 failed",
    ):
        assert part in printed


def test_the_report_of_a_run_in_which_nothing_was_heard_is_printed_all_the_same(capsys):
    print_report(Seen(Diary(), [], [], []), {})
    assert "too few to say" in capsys.readouterr().out
