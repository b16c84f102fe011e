"""A person's client, as an app would have one: registers, agrees, talks, listens."""

import json
import threading
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any, Self

import requests

REQUEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a session's stream."""

    kind: str
    data: dict[str, Any]


class PersonClient:
    """One person with one session.

    Args:
        url: where Vigil is.
    """

    def __init__(self, url: str) -> None:
        self._api = f"{url}/api/v1"
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy of the surroundings stands between us and loopback
        self.user_id = ""
        self.session_id = ""
        self.authorization = ""

    def register(self, **profile: str) -> None:
        """Become known, with the tokens that come of it."""
        registered = self.post("/auth/register", profile)
        self.user_id = registered["user_id"]
        self.authorization = f"Bearer {registered['access']}"
        self._http.headers["Authorization"] = self.authorization

    def accept_documents(self) -> list[str]:
        """Agree to every document in force.

        Returns:
            Their titles.
        """
        documents = self.get("/consents")
        accept = [{"kind": item["kind"], "version": item["version"]} for item in documents]
        self.post("/consents", {"accept": accept})
        return [item["title"] for item in documents]

    def begin_session(self) -> None:
        """Open a conversation."""
        self.session_id = self.post("/sessions", {})["id"]

    @classmethod
    def ready(cls, url: str, **profile: str) -> Self:
        """A person who has registered, agreed and opened a session."""
        client = cls(url)
        client.register(**profile)
        client.accept_documents()
        client.begin_session()
        return client

    def say(self, text: str, *, key: str = "") -> dict[str, Any]:
        """Say something; what comes back is the API's answer."""
        return self.post(f"/sessions/{self.session_id}/messages", {"text": text}, key=key)

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """GET a path of the API; raises HTTPError on a refusal."""
        answer = self._http.get(self._api + path, timeout=REQUEST_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: object, *, key: str = "") -> dict[str, Any]:
        """POST to a path of the API; raises HTTPError on a refusal."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._http.post(
            self._api + path, json=body, headers=headers, timeout=REQUEST_SECONDS
        )
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def listen(self) -> "Listening":
        """Open the session's stream."""
        path = f"{self._api}/sessions/{self.session_id}/events"
        headers = {"Accept": "text/event-stream"}
        response = self._http.get(path, headers=headers, stream=True, timeout=REQUEST_SECONDS)
        response.raise_for_status()
        return Listening(response)


class Listening:
    """An open stream, read by a thread of its own.

    Args:
        response: the answer whose lines are the stream.
    """

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        self._events: Queue[StreamEvent] = Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        kind = ""
        try:
            for line in self._response.iter_lines(chunk_size=1, decode_unicode=True):
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    self._events.put(StreamEvent(kind, json.loads(value)))
        except (requests.RequestException, AttributeError, ValueError):
            return  # closed, by us or by the server stopping

    def wait_for(self, kind: str, *, seconds: float, **wanted: object) -> StreamEvent:
        """The next event of a kind whose data hold what is wanted; others before it are passed over.

        Raises:
            TimeoutError: it did not come in time.
        """
        while True:
            try:
                event = self._events.get(timeout=seconds)
            except Empty:
                raise TimeoutError(f"no {kind} within {seconds} s") from None
            if event.kind == kind and wanted.items() <= event.data.items():
                return event

    def close(self) -> None:
        """Hang up."""
        self._response.close()
