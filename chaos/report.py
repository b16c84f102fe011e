"""What the fault suite prints."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import quantiles

from chaos.faults import Outage
from chaos.lost_majority import Courtesy
from chaos.people import Diary, Said
from chaos.receiver import Receipt


def print_report(
    diary: Diary,
    outages: Sequence[Outage],
    receipts: Sequence[Receipt],
    courtesy: Courtesy,
    verdicts: Mapping[str, Sequence[str]],
) -> None:
    """Availability, stalls, deliveries, and the verdict on every invariant."""
    print(f"\n{'fault':<58}{'times':>6}{'longest stall':>15}")
    for name, stalls in _stalls(diary.said, outages).items():
        print(f"{name:<58}{len(stalls):>6}{max(stalls):>13.2f} s")
    _print_figures(diary, receipts, courtesy)
    print()
    for name, faults in verdicts.items():
        print(f"{'ok  ' if not faults else 'FAIL'}  {name}")
        for fault in faults[:5]:
            print(f"        {fault}")
    broken = sum(bool(faults) for faults in verdicts.values())
    print(f"\n{len(verdicts) - broken} passed, {broken} failed")


def _stalls(said: Sequence[Said], outages: Sequence[Outage]) -> dict[str, list[float]]:
    """For each fault, the slowest message of each time it happened."""
    found: dict[str, list[float]] = {}
    for outage in outages:
        slowest = max((each.seconds for each in said if _overlaps(each, outage)), default=0.0)
        found.setdefault(outage.name, []).append(slowest)
    return found


def _overlaps(said: Said, outage: Outage) -> bool:
    return said.began_at < outage.ended_at and said.began_at + said.seconds > outage.began_at


def _print_figures(diary: Diary, receipts: Sequence[Receipt], courtesy: Courtesy) -> None:
    seconds = sorted(each.seconds for each in diary.said)
    cuts = quantiles(seconds, n=100)
    first = sum(each.tries == 1 for each in diary.said)
    told = len(diary.said) + len(diary.unsaid)
    received = Counter(each.delivery_id for each in receipts)
    print(
        f"\nmessages acknowledged {len(diary.said)} of {told}; at the first try {first / told:.2%}"
        f"\nwait of a person: median {cuts[49] * 1000:.0f} ms, p99 {cuts[98]:.2f} s, longest {seconds[-1]:.2f} s"
        f"\ndeliveries received {len(received)}, some again: {sum(received.values()) - len(received)}"
        f"\nwithout a majority: told after {courtesy.told_seconds:.2f} s with {courtesy.status};"
        f" heard again {courtesy.healed_seconds:.1f} s after the nodes came back"
    )
