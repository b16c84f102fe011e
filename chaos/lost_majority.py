"""Two of three nodes are dead: nothing can be stored, and a person must hear that, with somebody to call."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from chaos.parts import Part
from chaos.people import Diary, Said, Talker
from chaos.production import Production

TOLD_WITHIN_SECONDS = 6.0
FOUND_WITHIN_SECONDS = 2.0
HEALED_WITHIN_SECONDS = 60.0
PAUSE_SECONDS = 0.5
WORDS = "I do not know whom else to tell this."
CODE = "storage_unavailable"


@dataclass(frozen=True, slots=True)
class Told:
    """What a person heard without a majority.

    Args:
        seconds: until the answer came.
        status: its HTTP status; 0 where none came.
        problem: its body.
    """

    seconds: float
    status: int
    problem: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Courtesy:
    """How the service behaved while a majority was away, and afterwards.

    Args:
        lost: which nodes.
        told: what the person heard.
        found_seconds: until the crisis resources came.
        found: their HTTP status.
        healed_seconds: from the nodes' return until the same message was taken, with no process started again.
        dead: processes that ended meanwhile.
        said: the message that was taken in the end.
    """

    lost: str
    told: Told
    found_seconds: float
    found: int
    healed_seconds: float
    dead: Sequence[str]
    said: Sequence[Said]

    @property
    def verdicts(self) -> dict[str, list[str]]:
        """What is wrong about it, by invariant."""
        return {
            f"{self.lost}: a person is told, quickly, and whom to call": wrong_about(self.told),
            f"{self.lost}: resources are still found": self._wrong_about_finding(),
            f"{self.lost}: heals by itself": self._wrong_about_healing(),
        }

    def _wrong_about_finding(self) -> list[str]:
        slow = self.found_seconds > FOUND_WITHIN_SECONDS
        return [
            *([f"answered {self.found}"] if self.found != requests.codes.ok else []),
            *([f"after {self.found_seconds:.1f} s"] if slow else []),
        ]

    def _wrong_about_healing(self) -> list[str]:
        late = f"the message was not taken within {HEALED_WITHIN_SECONDS:.0f} s"
        return [*([] if self.said else [late]), *(f"{name} ended" for name in self.dead)]


def wrong_about(told: Told) -> list[str]:
    """What is wrong about an answer to somebody whose words could not be stored."""
    faults = []
    if told.status != requests.codes.service_unavailable or told.problem.get("code") != CODE:
        faults.append(f"answered {told.status} {told.problem.get('code', 'without a code')}")
    if "could not be stored" not in str(told.problem.get("detail")):
        faults.append("without saying that the words could not be stored")
    if not told.problem.get("resources"):
        faults.append("without anybody to call")
    if told.seconds > TOLD_WITHIN_SECONDS:
        faults.append(f"after {told.seconds:.1f} s")
    return faults


def lose_secondaries(vigil: Production) -> Courtesy:
    """The worst of it: the primary takes some seconds to notice that nobody follows it, and commits hang meanwhile."""
    primary = vigil.primary()
    others = [node for node in vigil.mongo if node is not primary]
    return _lose(vigil, others, "both secondaries dead")


def lose_primary(vigil: Production) -> Courtesy:
    """The primary and one more: nobody is left whom anything could be told."""
    primary = vigil.primary()
    another = next(node for node in vigil.mongo if node is not primary)
    return _lose(vigil, [primary, another], "primary and another dead")


def _lose(vigil: Production, nodes: Sequence[Part], lost: str) -> Courtesy:
    diary = Diary()
    talker = Talker(vigil.url, diary, threading.Event(), 1, stays=True)
    talker.arrive()
    key = uuid.uuid4().hex
    for node in nodes:
        node.kill()
    began_at = time.monotonic()
    told, told_seconds = _timed(lambda: talker.post(WORDS, key))
    found, found_seconds = _timed(lambda: talker.ask("GET", "/resources?country=GB"))
    for node in nodes:
        node.start()
    back_at = time.monotonic()
    message_id = _insist(talker, key)
    healed_seconds = time.monotonic() - back_at
    seconds = time.monotonic() - began_at
    said = Said(key, message_id, talker.session_id, False, began_at, seconds, len(diary.answers))  # noqa: FBT003
    return Courtesy(
        lost,
        Told(told_seconds, _status(told), _document(told)),
        found_seconds,
        _status(found),
        healed_seconds,
        [part.name for part in vigil.services.values() if not part.is_up],
        [said] if message_id else [],
    )


def _timed(
    ask: Callable[[], requests.Response | None],
) -> tuple[requests.Response | None, float]:
    began_at = time.monotonic()
    return ask(), time.monotonic() - began_at


def _status(answer: requests.Response | None) -> int:
    return 0 if answer is None else answer.status_code


def _document(answer: requests.Response | None) -> dict[str, Any]:
    if answer is None or "json" not in answer.headers.get("Content-Type", ""):
        return {}
    document: dict[str, Any] = answer.json()
    return document


def _insist(talker: Talker, key: str) -> str:
    until = time.monotonic() + HEALED_WITHIN_SECONDS
    while time.monotonic() < until:
        answer = talker.post(WORDS, key)
        if answer is not None and answer.status_code == requests.codes.created:
            return str(answer.json()["message"]["id"])
        time.sleep(PAUSE_SECONDS)
    return ""
