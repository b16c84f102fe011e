"""The fault suite: people talk while everything is killed in turn; afterwards nothing may be missing.

    python -m chaos.run            at most ten minutes: every fault, more than once
    python -m chaos.run --short    some two minutes: every fault once, for CI

Exit code 0 when every invariant holds.
"""

import argparse
import os
import signal
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType

import django

from chaos.faults import FAULTS, Outage, strike
from chaos.lost_majority import lose_primary, lose_secondaries
from chaos.people import Diary, Listener, Talker
from chaos.production import Production
from chaos.receiver import BadReceiver, Receipt
from chaos.report import Seen, print_report

TALKERS = 8
LISTENERS = 3
WARM_UP_SECONDS = 4.0
LONG_SECONDS = 390.0
"""How long faults go on in the long form; the rest of ten minutes is for starting, settling and the lost majority."""
LONGEST_SECONDS = 600
LONGEST_SHORT_SECONDS = 240
"""A run that hangs is ended. The short form takes less than half of this on two cores that nobody else uses."""
LAST_EVENTS_SECONDS = 3.0
"""A stream looks for new rows every second or two."""


def variables(receiver: BadReceiver) -> dict[str, str]:
    """What the installation is told about its surroundings."""
    return {
        "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
        "HUMAN_MODERATOR_ENDPOINT": receiver.url,
        "MODEL_TIMEOUT": "5000",
    }


def talk_through(vigil: Production, diary: Diary, *, short: bool) -> list[Outage]:
    """Strike one part after the other while people talk."""
    stop = threading.Event()
    talkers = [
        Talker(vigil.url, diary, stop, number, stays=number < LISTENERS)
        for number in range(TALKERS)
    ]
    listeners = [Listener(vigil.url, talker, diary, stop) for talker in talkers[:LISTENERS]]
    for thread in (*talkers, *listeners):
        thread.start()
    time.sleep(WARM_UP_SECONDS)
    until = time.monotonic() + LONG_SECONDS
    outages = [strike(vigil, fault) for fault in FAULTS]
    while not short and time.monotonic() < until:
        outages += [strike(vigil, fault) for fault in FAULTS if time.monotonic() < until]
    hush(stop, talkers, listeners)
    return outages


def hush(stop: threading.Event, talkers: list[Talker], listeners: list[Listener]) -> None:
    """Let everybody finish their sentence; listeners hear the last one."""
    for talker in talkers:
        talker.finish()
    for talker in talkers:
        talker.join()
    time.sleep(LAST_EVENTS_SECONDS)
    stop.set()
    for listener in listeners:
        listener.join(25)


def check(diary: Diary, receiver: BadReceiver) -> dict[str, list[str]]:
    """Every invariant, with what is wrong about it."""
    from chaos import invariants, settling  # Django must be set up first

    settled = settling.settle()
    receipts: list[Receipt] = receiver.receipts
    return {
        "everything settles": settled,
        "enough happened": invariants.enough_happened(diary, receipts),
        "acknowledged messages are stored and assessed": invariants.stored_and_assessed(diary),
        "one message for one Idempotency-Key": invariants.said_once(diary),
        "a crisis has an incident and its deliveries": invariants.cries_have_incidents(diary),
        "every delivery is received, under a stable id": invariants.delivered(receipts),
        "streams bring every message in order": invariants.heard_in_order(diary),
        "the audit record is whole and verifies": invariants.record_is_whole(),
        "no transaction is left open": invariants.nothing_left_open(),
        "no answer that a client must not get": [f"{each}" for each in diary.refused],
        "no message was given up": list(diary.unsaid),
    }


def suite(receiver: BadReceiver, vigil: Production, *, short: bool) -> int:
    """Load, faults, lost majorities, checks, report.

    Returns:
        How many invariants are broken.
    """
    diary = Diary()
    outages = talk_through(vigil, diary, short=short)
    receiver.recover()
    losses = (lose_secondaries,) if short else (lose_secondaries, lose_primary)
    courtesies = [lose(vigil) for lose in losses]
    late = [said for each in courtesies for said in each.said]
    verdicts = check(replace(diary, said=[*diary.said, *late]), receiver)
    for each in courtesies:
        verdicts |= each.verdicts
    print_report(Seen(diary, receiver.receipts, outages, courtesies), verdicts)
    return sum(bool(faults) for faults in verdicts.values())


def _end(number: int, _frame: FrameType | None) -> None:
    """Leave in order, so that every process that was started ends too."""
    raise SystemExit("it takes too long" if number == signal.SIGALRM else 128 + number)


def main() -> int:
    """Run the suite, print what came of it."""
    parser = argparse.ArgumentParser(description="Kill everything in turn; nothing may be lost.")
    parser.add_argument("--short", action="store_true", help="every fault once: some two minutes")
    parser.add_argument("--logs", type=Path, help="a folder to leave every process's log in")
    arguments = parser.parse_args()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _end)
    signal.alarm(LONGEST_SHORT_SECONDS if arguments.short else LONGEST_SECONDS)
    with ExitStack() as stack:
        receiver = stack.enter_context(BadReceiver())
        vigil = stack.enter_context(Production(nodes=3, variables=variables(receiver)))
        if arguments.logs:
            stack.callback(vigil.copy_logs, arguments.logs)
        os.environ.update(vigil.environment)
        django.setup()
        return int(suite(receiver, vigil, short=arguments.short) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
