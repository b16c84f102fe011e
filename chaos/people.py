"""People who keep talking while things break, with a client that does what a good one does: says it again."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

REPEAT_SECONDS = 40.0
"""How long a client goes on saying the same message again before it gives up."""
PAUSE_SECONDS = 0.25
ANSWER_SECONDS = 15.0
BETWEEN_SECONDS = 0.4
HEADERS = {"X-Forwarded-Proto": "https"}
SAYS = (
    "The washing machine broke again today.",
    "I slept a little better than last week.",
    "My sister came by with soup.",
    "Work was long and nobody said thank you.",
    "I walked to the river and back.",
)
CRIES = (
    "I have decided to end my life tonight.",
    "I wrote the letters, and tomorrow I will kill myself.",
)
CRY_EVERY = 7
"""Each person's every seventh message is a crisis."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message that the service said it has.

    Args:
        key: its Idempotency-Key.
        message_id: the id that the service gave it.
        session_id: where it was said.
        cried: whether it was a crisis.
        began_at: time.monotonic() at the first try.
        seconds: until the service said yes.
        tries: how many it took.
    """

    key: str
    message_id: str
    session_id: str
    cried: bool
    began_at: float
    seconds: float
    tries: int


@dataclass(slots=True)
class Diary:
    """What all people saw.

    Args:
        said: messages that were acknowledged.
        unsaid: keys of messages that were given up.
        refused: answers to a message that no client should ever get, as status codes.
        answers: the status of every request, 0 where none came.
        heard: message ids that each session's stream brought, in their order.
    """

    said: list[Said] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    heard: dict[str, list[str]] = field(default_factory=dict)


class Talker(threading.Thread):
    """One person who talks until told to stop.

    Args:
        url: of the service.
        diary: where everything is noted.
        stop: set when it is time to end.
        number: of this person, who begins with another text than the next one.
        stays: whether everything is said in one session; else each crisis ends one, so that there are many cases.
    """

    def __init__(
        self, url: str, diary: Diary, stop: threading.Event, number: int, *, stays: bool
    ) -> None:
        super().__init__(name=f"talker-{number}", daemon=True)
        self._api, self._diary, self._end = f"{url}/api/v1", diary, stop
        self._number, self._stays = number, stays
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update(HEADERS)
        self.session_id = ""
        self.ready = threading.Event()
        self._last = threading.Event()

    def finish(self) -> None:
        """Say nothing more after what is being said now."""
        self._last.set()

    @property
    def authorization(self) -> str:
        """The header by which the person is known."""
        return str(self._http.headers["Authorization"])

    def run(self) -> None:
        """Register, agree, talk."""
        self.arrive()
        said = self._number
        while not self._last.wait(BETWEEN_SECONDS):
            self.say(said)
            if said % CRY_EVERY == 0 and not self._stays:
                self._begin_session()
            said += 1

    def arrive(self) -> None:
        """Register, agree, begin a session."""
        registered = self._insist("POST", "/auth/register", {"country": "GB"})
        self._http.headers["Authorization"] = f"Bearer {registered['access']}"
        documents = self._insist("GET", "/consents")
        accept = [{"kind": each["kind"], "version": each["version"]} for each in documents]
        self._insist("POST", "/consents", {"accept": accept})
        self._begin_session()
        self.ready.set()

    def _begin_session(self) -> None:
        self.session_id = self._insist("POST", "/sessions", {})["id"]

    def _insist(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
        while not self._end.is_set():
            answer = self.ask(method, path, body)
            if answer is not None and answer.ok:
                return answer.json()
            time.sleep(PAUSE_SECONDS)
        raise SystemExit

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON
        **headers: str,
    ) -> requests.Response | None:
        """One request, which may come to nothing."""
        try:
            answer = self._http.request(
                method, self._api + path, json=body, headers=headers, timeout=ANSWER_SECONDS
            )
        except requests.RequestException:
            self._diary.answers.append(0)
            return None
        self._diary.answers.append(answer.status_code)
        return answer

    def say(self, number: int) -> None:
        """Say one thing, again and again under one key until the service has it."""
        cried = number % CRY_EVERY == 0
        text = (CRIES if cried else SAYS)[number % len(CRIES if cried else SAYS)]
        key, began_at, tries = uuid.uuid4().hex, time.monotonic(), 0
        while time.monotonic() - began_at < REPEAT_SECONDS:
            tries += 1
            message_id = self._try(text, key)
            if message_id:
                seconds = time.monotonic() - began_at
                self._diary.said.append(
                    Said(key, message_id, self.session_id, cried, began_at, seconds, tries)
                )
                return
            time.sleep(PAUSE_SECONDS)
        self._diary.unsaid.append(key)

    def post(self, text: str, key: str) -> requests.Response | None:
        """Send a message once."""
        path = f"/sessions/{self.session_id}/messages"
        return self.ask("POST", path, {"text": text}, **{"Idempotency-Key": key})

    def _try(self, text: str, key: str) -> str:
        answer = self.post(text, key)
        if answer is None:
            return ""
        if answer.status_code == requests.codes.created:
            return str(answer.json()["message"]["id"])
        if answer.status_code < requests.codes.server_error:
            self._diary.refused.append(answer.status_code)
        return ""


class Listener(threading.Thread):
    """Hears a session's stream, and takes it up again where it broke off.

    Args:
        url: of the service.
        talker: whose session it is.
        diary: where everything is noted.
        stop: set when it is time to end.
    """

    def __init__(self, url: str, talker: Talker, diary: Diary, stop: threading.Event) -> None:
        super().__init__(name=f"listener-{talker.name}", daemon=True)
        self._api, self._talker, self._diary, self._end = f"{url}/api/v1", talker, diary, stop
        self._last = ""

    def run(self) -> None:
        """Listen until told to stop."""
        self._talker.ready.wait()
        heard = self._diary.heard.setdefault(self._talker.session_id, [])
        while not self._end.is_set():
            try:
                self._listen(heard)
            except (requests.RequestException, OSError):
                """Taken up again below."""
            time.sleep(PAUSE_SECONDS)

    def _listen(self, heard: list[str]) -> None:
        headers = {**HEADERS, "Authorization": self._talker.authorization}
        if self._last:
            headers["Last-Event-ID"] = self._last
        path = f"{self._api}/sessions/{self._talker.session_id}/events"
        with requests.get(path, headers=headers, stream=True, timeout=(3, 20)) as answer:
            if answer.ok:
                self._read(answer, heard)

    def _read(self, answer: requests.Response, heard: list[str]) -> None:
        kind = ""
        for raw in answer.iter_lines(chunk_size=1):
            name, _, value = raw.decode().partition(": ")
            if name == "id":
                self._last = value
            elif name == "event":
                kind = value
            elif name == "data" and kind == "message":
                heard.append(value)
            if self._end.is_set():
                return
