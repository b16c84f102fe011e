"""Registering, tokens and consents over the API."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from audit.models import AuditEvent
from chat.models import Consent, Person, RefreshToken
from chat.services.leaving import erase_person
from chat.tokens import issue_access
from tests.chat.conftest import ApiClient
from tests.factories import SYSTEM, make_person


def test_a_person_registers_without_telling_anything(anonymous):
    response = anonymous.post("auth/register")
    assert response.status_code == 201
    assert set(response.json()) == {"user_id", "access", "refresh"}
    person = Person.objects.get(pk=response.json()["user_id"])
    assert (person.user_name, person.country) == ("", "")
    assert AuditEvent.objects.get().action == "chat.person:registered"


def test_null_says_as_little_as_nothing(anonymous):
    body = {"user_name": None, "country": None, "locale": None, "birth_year": None}
    person = Person.objects.get(pk=anonymous.post("auth/register", body).json()["user_id"])
    assert (person.user_name, person.country, person.locale) == ("", "", "")


def test_what_a_person_tells_is_kept_sealed(anonymous):
    response = anonymous.post(
        "auth/register",
        {"user_name": "Juno", "country": "ie", "locale": "en-IE", "birth_year": 1990},
    )
    person = Person.objects.get(pk=response.json()["user_id"])
    assert (person.user_name, person.country, person.birth_year) == ("Juno", "IE", "1990")
    assert "Juno" not in str(Person.objects.filter(pk=person.pk).values())


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"country": "Ireland"}, "country", "invalid"),
        ({"birth_year": "soon"}, "birth_year", "invalid"),
        ({"birth_year": 1200}, "birth_year", "min_value"),
        ({"user_name": "x" * 81}, "user_name", "max_length"),
        ({"user_name": {"$ne": ""}}, "user_name", "invalid"),
        ({"is_staff": True}, "is_staff", "unknown_field"),
    ],
)
def test_bad_registrations_name_the_field(anonymous, problem, body, field, code):
    document = problem(anonymous.post("auth/register", body))
    assert document["code"] == "validation_failed"
    assert {"field": field, "code": code} in [
        {"field": error["field"], "code": error["code"]} for error in document["errors"]
    ]


def test_registration_can_be_left_to_an_identity_provider(anonymous, problem, settings):
    settings.REGISTRATION_OPEN = False
    assert problem(anonymous.post("auth/register"))["code"] == "registration_closed"
    token = jwt.encode(
        {"sub": "staff-portal|77", "aud": "vigil", "exp": timezone.now() + timedelta(minutes=5)},
        settings.JWT_SECRET,
        algorithm="HS256",
    )
    anonymous.headers["Authorization"] = f"Bearer {token}"
    assert anonymous.get("sessions").status_code == 200
    assert anonymous.get("sessions").status_code == 200
    assert Person.objects.filter(subject="staff-portal|77").count() == 1


def test_a_refresh_token_works_once_and_its_second_use_ends_the_family(anonymous, problem):
    first = anonymous.post("auth/register").json()["refresh"]
    second = anonymous.post("auth/refresh", {"refresh": first})
    assert set(second.json()) == {"access", "refresh"}
    assert problem(anonymous.post("auth/refresh", {"refresh": first}))["code"] == "token_invalid"
    third = anonymous.post("auth/refresh", {"refresh": second.json()["refresh"]})
    assert third.status_code == 401
    assert not RefreshToken.objects.exists()


def test_an_access_token_is_no_refresh_token(anonymous, problem):
    access = anonymous.post("auth/register").json()["access"]
    assert problem(anonymous.post("auth/refresh", {"refresh": access}))["code"] == "token_invalid"


def test_no_token_is_told_how_to_sign_in(anonymous, problem):
    response = anonymous.get("sessions")
    assert problem(response)["code"] == "not_authenticated"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def _signed(person: Person, secret: str = "", **changes: object) -> str:
    payload = {
        "sub": person.subject,
        "aud": "vigil",
        "typ": "access",
        "exp": timezone.now() + timedelta(minutes=5),
        **changes,
    }
    present = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(present, secret or settings.JWT_SECRET, algorithm="HS256")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1}, "token_expired"),
        ({"exp": None}, "token_invalid"),
        ({"aud": "another"}, "token_invalid"),
        ({"aud": None}, "token_invalid"),
        ({"typ": "refresh"}, "token_invalid"),
        ({"sub": "nobody"}, "token_invalid"),
        ({"sub": None}, "token_invalid"),
        ({"sub": ""}, "token_invalid"),
        ({"secret": "another secret that is long enough"}, "token_invalid"),
    ],
)
def test_bad_tokens_are_refused(person, problem, changes, code):
    client = ApiClient()
    client.headers["Authorization"] = f"Bearer {_signed(person, **changes)}"
    assert problem(client.get("sessions"))["code"] == code


def test_an_unsigned_token_is_refused(person, problem):
    client = ApiClient()
    payload = {"sub": person.subject, "aud": "vigil", "exp": timezone.now() + timedelta(minutes=5)}
    client.headers["Authorization"] = f"Bearer {jwt.encode(payload, '', algorithm='none')}"
    assert problem(client.get("sessions"))["code"] == "token_invalid"


@pytest.mark.parametrize(
    "header", ["Basic dTpw", "Bearer", "Bearer  ", "Bearer a.b.c", "Bearer \xff"]
)
def test_other_authorization_headers_are_refused(anonymous, problem, header):
    anonymous.headers["Authorization"] = header
    assert problem(anonymous.get("sessions"))["code"] == "token_invalid"


def test_an_erased_person_is_signed_out(person, api, problem):
    erase_person(person=person, actor=SYSTEM, now=timezone.now())
    assert problem(api.get("sessions"))["code"] == "token_invalid"


def test_documents_are_listed_and_accepted_once(anonymous):
    access = anonymous.post("auth/register").json()["access"]
    anonymous.headers["Authorization"] = f"Bearer {access}"
    documents = anonymous.get("consents").json()
    assert {document["kind"] for document in documents} == {"terms", "privacy", "ai_disclosure"}
    accept = [{"kind": document["kind"], "version": document["version"]} for document in documents]
    for _ in range(2):
        response = anonymous.post("consents", {"accept": accept})
        assert (response.status_code, response.json()) == (201, {"accept": accept})
    assert Consent.objects.count() == 3
    assert AuditEvent.objects.filter(action="chat.consent:given").count() == 3


def test_an_old_version_cannot_be_accepted(api, problem):
    response = api.post("consents", {"accept": [{"kind": "terms", "version": "1999-01-01"}]})
    assert (response.status_code, problem(response)["code"]) == (409, "consent_not_current")


def test_a_session_needs_consent_and_the_refusal_helps(anonymous, problem):
    access = anonymous.post("auth/register", {"country": "US"}).json()["access"]
    anonymous.headers["Authorization"] = f"Bearer {access}"
    response = anonymous.post("sessions")
    document = problem(response)
    assert (response.status_code, document["code"]) == (403, "consent_required")
    assert set(document["missing"]) == {"terms", "privacy", "ai_disclosure"}
    assert document["resources"]


def test_two_first_requests_of_a_provider_make_one_person(db, settings):
    settings.REGISTRATION_OPEN = False
    make_person()
    subject = "portal|1"
    client = ApiClient()
    client.headers["Authorization"] = f"Bearer {issue_access(subject=subject, now=timezone.now())}"
    assert client.get("sessions").status_code == 200
    assert client.get("sessions").status_code == 200
    assert Person.objects.filter(subject=subject).count() == 1
