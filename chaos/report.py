"""What the fault suite prints."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from chaos.faults import Outage
from chaos.lost_majority import Courtesy
from chaos.people import Diary, Said
from chaos.receiver import Receipt

CREATED = 201
SHOWN = 5
"""Faults of one kind that are printed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was seen from outside.

    Args:
        diary: by people.
        receipts: by the receiver.
        outages: by who caused them.
        courtesies: without a majority.
    """

    diary: Diary
    receipts: Sequence[Receipt]
    outages: Sequence[Outage]
    courtesies: Sequence[Courtesy]


def print_report(seen: Seen, verdicts: Mapping[str, Sequence[str]]) -> None:
    """Availability, stalls, deliveries, and the verdict on every invariant."""
    print(f"\n{'fault':<58}{'times':>6}{'longest stall':>15}")
    for name, longest in stalls(seen.diary.said, seen.outages).items():
        print(f"{name:<58}{len(longest):>6}{max(longest):>13.2f} s")
    _print_people(seen.diary)
    _print_alerts(seen)
    for each in seen.courtesies:
        print(
            f"{each.lost}: told after {each.told.seconds:.2f} s with {each.told.status}, resources after"
            f" {each.found_seconds * 1000:.0f} ms, heard {each.healed_seconds:.1f} s after the nodes came back"
        )
    _print_verdicts(verdicts)


def stalls(said: Sequence[Said], outages: Sequence[Outage]) -> dict[str, list[float]]:
    """For each fault, the slowest message of each time it happened. A message belongs to what it met for longest."""
    slowest = dict.fromkeys(outages, 0.0)
    for each in said:
        met = max(outages, key=lambda outage: _seconds_of(each, outage), default=None)
        if met and _seconds_of(each, met) > 0:
            slowest[met] = max(slowest[met], each.seconds)
    found: dict[str, list[float]] = {}
    for outage, seconds in slowest.items():
        found.setdefault(outage.name, []).append(seconds)
    return found


def _seconds_of(said: Said, outage: Outage) -> float:
    ended_at = said.began_at + said.seconds
    return min(ended_at, outage.ended_at) - max(said.began_at, outage.began_at)


def waits_for_human(said: Sequence[Said], receipts: Sequence[Receipt]) -> list[float]:
    """For each session with a crisis, seconds from the first try to say it until the first alert was received."""
    began: dict[str, float] = {}
    for each in said:
        if each.cried:
            began[each.session_id] = min(each.began_at, began.get(each.session_id, each.began_at))
    heard: dict[str, float] = {}
    for receipt in sorted(receipts, key=lambda receipt: receipt.at):
        if receipt.at > began.get(receipt.session_id, receipt.at):
            heard.setdefault(receipt.session_id, receipt.at)
    return sorted(heard[session] - began[session] for session in heard)


def _spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:  # noqa: PLR2004 - a spread has two ends
        return "too few to say"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, longest {max(seconds):.2f} s"


def _print_people(diary: Diary) -> None:
    answers, told = Counter(diary.answers), len(diary.said) + len(diary.unsaid)
    good = sum(count for status, count in answers.items() if 200 <= status < 300)  # noqa: PLR2004 - success
    first = sum(each.tries == 1 for each in diary.said)
    failed = ", ".join(
        f"{count} x {status or 'no answer'}"
        for status, count in sorted(answers.items())
        if status not in {200, CREATED}
    )
    print(
        f"\nrequests {sum(answers.values())}, available {good / max(1, sum(answers.values())):.2%}"
        f" (failed: {failed or 'none'})"
        f"\nmessages acknowledged {len(diary.said)} of {told}, at the first try {first / max(1, told):.2%}"
        f"\nwait of a person: {_spread([each.seconds for each in diary.said])}"
    )


def _print_alerts(seen: Seen) -> None:
    received = Counter(each.delivery_id for each in seen.receipts)
    print(
        f"deliveries received {len(received)}, again under the same id {received.total() - len(received)}"
        f"\ncrisis to first receipt: {_spread(waits_for_human(seen.diary.said, seen.receipts))}"
    )


def _print_verdicts(verdicts: Mapping[str, Sequence[str]]) -> None:
    print()
    for name, faults in verdicts.items():
        print(f"{'FAIL' if faults else 'ok  '}  {name}")
        for fault in faults[:SHOWN]:
            print(f"        {fault}")
    broken = sum(bool(faults) for faults in verdicts.values())
    print(f"\n{len(verdicts) - broken} passed, {broken} failed")
