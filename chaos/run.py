"""The fault suite: people talk while everything is killed in turn; afterwards nothing may be missing.

    python -m chaos.run            at most ten minutes: every fault, more than once
    python -m chaos.run --short    at most two: every fault once, for CI

Exit code 0 when every invariant holds.
"""

import argparse
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import django

from chaos.faults import FAULTS, Outage, strike
from chaos.lost_majority import Courtesy, lose_majority
from chaos.people import Diary, Listener, Talker
from chaos.production import Production
from chaos.receiver import BadReceiver, Receipt
from chaos.report import print_report

TALKERS = 8
LISTENERS = 3
WARM_UP_SECONDS = 4.0
LONG_SECONDS = 420.0
"""How long faults go on in the long form; the rest of ten minutes is for starting, settling and the lost majority."""


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
    time.sleep(3)
    stop.set()
    for listener in listeners:
        listener.join(25)


def check(diary: Diary, receipts: Callable[[], list[Receipt]]) -> dict[str, list[str]]:
    """Every invariant, with what is wrong about it."""
    from chaos import invariants  # Django must be set up first

    return {
        "everything settles": invariants.settle(),
        "acknowledged messages are stored and assessed": invariants.stored_and_assessed(diary),
        "one message for one Idempotency-Key": invariants.said_once(diary),
        "a crisis has an incident and its deliveries": invariants.cries_have_incidents(diary),
        "every delivery is received, under a stable id": invariants.delivered(receipts()),
        "streams bring every message in order": invariants.heard_in_order(diary),
        "the audit record is whole and verifies": invariants.record_is_whole(),
        "no transaction is left open": invariants.nothing_left_open(),
        "no answer that a client must not get": [f"{each}" for each in diary.refused],
        "no message was given up": list(diary.unsaid),
    }


def main() -> int:
    """Run the suite, print what came of it."""
    parser = argparse.ArgumentParser(description="Kill everything in turn; nothing may be lost.")
    parser.add_argument(
        "--short", action="store_true", help="every fault once: at most two minutes"
    )
    arguments = parser.parse_args()
    diary = Diary()
    with ExitStack() as stack:
        receiver = stack.enter_context(BadReceiver())
        vigil = stack.enter_context(Production(nodes=3, variables=variables(receiver)))
        os.environ.update(vigil.environment)
        django.setup()
        outages = talk_through(vigil, diary, short=arguments.short)
        verdicts = check(diary, lambda: receiver.receipts)
        courtesy: Courtesy = lose_majority(vigil)
        verdicts |= courtesy.verdicts
        print_report(diary, outages, receiver.receipts, courtesy, verdicts)
    return int(any(verdicts.values()))


if __name__ == "__main__":
    raise SystemExit(main())
