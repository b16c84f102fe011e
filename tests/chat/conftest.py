"""A person with a token, and a client that speaks for them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chat.models import ChatSession, Person
from chat.tokens import issue_access
from tests.factories import make_person, make_session


class ApiClient:
    """Django's test client, speaking JSON with a person's token."""

    def __init__(self, person: Person | None = None) -> None:
        self.http = Client(raise_request_exception=True)
        self.headers: dict[str, str] = {}
        if person:
            self.headers["Authorization"] = (
                f"Bearer {issue_access(subject=person.subject, now=timezone.now())}"
            )

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(f"/api/v1/{path}", headers={**self.headers, **headers})

    def delete(self, path: str) -> Any:
        return self.http.delete(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        data = (
            body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        )
        content_type = headers.pop("content_type", "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            f"/api/v1/{path}",
            data=data,
            content_type=content_type,
            headers={**self.headers, **named},
        )

    def say(self, session: ChatSession, text: str, **headers: str) -> Any:
        return self.post(f"sessions/{session.pk}/messages", {"text": text}, **headers)


@pytest.fixture
def person(db: None) -> Person:
    return make_person()


@pytest.fixture
def session(person: Person) -> ChatSession:
    return make_session(person)


@pytest.fixture
def api(person: Person) -> ApiClient:
    return ApiClient(person)


@pytest.fixture
def stranger(db: None) -> ApiClient:
    return ApiClient(make_person(user_name="Somebody else"))


@pytest.fixture
def anonymous(db: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def problem() -> Callable[[Any], dict[str, Any]]:
    """Reads a problem document and checks its form."""

    def read(response: Any) -> dict[str, Any]:
        assert response.headers["Content-Type"] == "application/problem+json"
        document: dict[str, Any] = json.loads(response.content)
        assert document["status"] == response.status_code
        assert document["type"] == f"urn:vigil:problem:{document['code']}"
        assert document["request_id"] == response.headers["X-Request-ID"]
        return document

    return read
