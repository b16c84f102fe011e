"""Two of three nodes are dead: nothing can be stored, and a person must hear that, with somebody to call."""

import time
from dataclasses import dataclass
from typing import Any

import requests

from chaos.people import HEADERS
from chaos.production import Production

TOLD_WITHIN_SECONDS = 8.0
HEALED_WITHIN_SECONDS = 60.0
WORDS = {"text": "I do not know whom else to tell this."}


@dataclass(frozen=True, slots=True)
class Courtesy:
    """How the service behaved without a majority.

    Args:
        told_seconds: until a person who wrote was told that it could not be stored.
        status: of that answer.
        healed_seconds: from the nodes' return until a message was taken again, with no process restarted.
        verdicts: what is wrong about it, by invariant.
    """

    told_seconds: float
    status: int
    healed_seconds: float
    verdicts: dict[str, list[str]]


def lose_majority(vigil: Production) -> Courtesy:
    """Kill two nodes, write, look; bring them back, and wait for the service to heal by itself."""
    http = requests.Session()
    http.headers.update(HEADERS)
    api = f"{vigil.url}/api/v1"
    registered = http.post(f"{api}/auth/register", json={"country": "GB"}, timeout=20).json()
    http.headers["Authorization"] = f"Bearer {registered['access']}"
    documents = http.get(f"{api}/consents", timeout=20).json()
    accept = [{"kind": each["kind"], "version": each["version"]} for each in documents]
    http.post(f"{api}/consents", json={"accept": accept}, timeout=20)
    session = http.post(f"{api}/sessions", json={}, timeout=20).json()["id"]
    path = f"{api}/sessions/{session}/messages"
    for node in vigil.mongo[:2]:
        node.kill()
    time.sleep(1)
    began_at = time.monotonic()
    answer = http.post(path, json=WORDS, timeout=30)
    told_seconds = time.monotonic() - began_at
    resources = http.get(f"{api}/resources", params={"country": "GB"}, timeout=30)
    for node in vigil.mongo[:2]:
        node.start()
    healed_seconds = _healed(http, path)
    return Courtesy(
        told_seconds,
        answer.status_code,
        healed_seconds,
        {
            "without a majority a person is told, quickly": _told(answer, told_seconds),
            "and still finds whom to call": [] if resources.ok else [f"{resources.status_code}"],
            "and is heard again when the nodes are back": _heard(healed_seconds),
        },
    )


def _told(answer: requests.Response, seconds: float) -> list[str]:
    problem: dict[str, Any] = answer.json() if "json" in answer.headers["Content-Type"] else {}
    faults = []
    if answer.status_code != requests.codes.service_unavailable or not problem.get("code"):
        faults.append(f"answered {answer.status_code} {problem.get('code', 'without a code')}")
    if not problem.get("resources"):
        faults.append("without anybody to call")
    if seconds > TOLD_WITHIN_SECONDS:
        faults.append(f"after {seconds:.1f} s")
    return faults


def _healed(http: requests.Session, path: str) -> float:
    began_at = time.monotonic()
    while time.monotonic() - began_at < HEALED_WITHIN_SECONDS:
        try:
            if http.post(path, json=WORDS, timeout=20).status_code == requests.codes.created:
                break
        except requests.RequestException:
            """Tried again below."""
        time.sleep(0.5)
    return time.monotonic() - began_at


def _heard(seconds: float) -> list[str]:
    return [] if seconds < HEALED_WITHIN_SECONDS else [f"not within {HEALED_WITHIN_SECONDS:.0f} s"]
