"""Persons: registering, tokens, and finding who a token belongs to."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError

from audit.actors import Actor
from audit.services import record
from audit.store.ids import new_id
from audit.store.touching import touch
from audit.store.transactions import transactional
from chat.models import Person, RefreshToken
from chat.tokens import REFRESH, TokenRefused, issue_access, issue_refresh, read_token


class RegistrationClosed(Exception):
    """An identity provider registers persons for this installation."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What signing in gives."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person chose to tell when registering; every part may be missing."""

    user_name: str = ""
    country: str = ""
    locale: str = ""
    birth_year: int | None = None


@transactional
def register_person(
    *, profile: Profile, request_id: str, now: datetime
) -> tuple[Person, TokenPair]:
    """A new person and their first tokens.

    Raises:
        RegistrationClosed: REGISTRATION_OPEN is off.
    """
    if not settings.REGISTRATION_OPEN:
        raise RegistrationClosed
    person = Person(
        user_name=profile.user_name,
        country=profile.country.upper(),
        locale=profile.locale,
        birth_year=str(profile.birth_year or ""),
        created_at=now,
    )
    person.subject = person.pk
    person.save(force_insert=True)
    record(
        "chat.person:registered",
        actor=Actor.person(person.pk, request_id),
        target=("person", person.pk),
        person_id=person.pk,
        now=now,
    )
    return person, _tokens(person, family=new_id(), now=now)


def _tokens(person: Person, *, family: str, now: datetime) -> TokenPair:
    refresh, claims = issue_refresh(subject=person.subject, family=family, now=now)
    RefreshToken.objects.create(
        id=claims.id, person=person, family=family, expires_at=claims.expires_at
    )
    return TokenPair(access=issue_access(subject=person.subject, now=now), refresh=refresh)


def refresh_tokens(*, token: str, now: datetime) -> TokenPair:
    """Exchange a refresh token, once. Using one a second time ends every token of its sign-in.

    Raises:
        TokenRefused: it is no good, was used before, or the person was erased.
    """
    claims = read_token(token, kind=REFRESH)
    pair = _exchange(claims.id, claims.family, now)
    if pair is None:
        _end_family(claims.family)
        raise TokenRefused("used before")
    return pair


@transactional
def _end_family(family: str) -> None:
    RefreshToken.objects.filter(family=family).delete()


@transactional
def _exchange(token_id: str, family: str, now: datetime) -> TokenPair | None:
    unused = RefreshToken.objects.filter(pk=token_id, used_at=None)
    if not unused.update(used_at=now):
        return None
    person = Person.objects.get(
        pk=RefreshToken.objects.values_list("person_id", flat=True).get(pk=token_id)
    )
    return _tokens(person, family=family, now=now)


def person_of_subject(*, subject: str, now: datetime) -> Person:
    """Who a token's subject is. Where an identity provider registers, a first visit makes the person.

    Raises:
        TokenRefused: nobody of that name, or erased.
    """
    person: Person | None = Person.objects.filter(subject=subject).first()
    if person is None and not settings.REGISTRATION_OPEN:
        return _person_of_provider(subject, now)
    if person is None or person.erased_at:
        raise TokenRefused("unknown subject")
    return person


def hold_person(person: Person) -> None:
    """Keep the person from being erased until the transaction under way commits.

    Raises:
        TokenRefused: they had themselves erased meanwhile.
    """
    if not touch(Person.objects.filter(pk=person.pk, erased_at=None)):
        raise TokenRefused("unknown subject")


def _person_of_provider(subject: str, now: datetime) -> Person:
    try:
        return _create_for_subject(subject, now)
    except IntegrityError:  # two first requests at once
        person: Person = Person.objects.get(subject=subject)
        return person


@transactional
def _create_for_subject(subject: str, now: datetime) -> Person:
    person = Person(subject=subject, created_at=now)
    person.save(force_insert=True)
    record(
        "chat.person:registered",
        actor=Actor.person(person.pk),
        target=("person", person.pk),
        person_id=person.pk,
        now=now,
    )
    return person
