"""A server that is down, slow or no longer the primary: told in time, and nobody's words are lost or doubled."""

import socket
import time

import pytest
from django.db import DatabaseError
from django.utils import timezone
from pymongo import MongoClient
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError

from chat.models import Author, Message, Person
from chat.services.turns import Incoming, receive_message
from config.databases import mongodb_database
from safety.models import Incident
from tests.factories import SYSTEM, make_person, make_session
from tests.raw import mongo

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]

STEPPED_DOWN = {"not the writable primary": 10107, "primary stepped down": 189}
"""Source: https://github.com/mongodb/specifications, server discovery and monitoring: what says that it is primary no
longer."""
CRISIS = "I want to end my life tonight."


@pytest.fixture
def person():
    return make_person()


def _say(person, session):
    return receive_message(
        person=person,
        session=session,
        incoming=Incoming(CRISIS, key="once", hurried=False),
        actor=SYSTEM,
        now=timezone.now(),
    )


@pytest.mark.parametrize("command", ["insert", "update", "commitTransaction"])
@pytest.mark.parametrize("code", STEPPED_DOWN.values(), ids=STEPPED_DOWN)
def test_words_said_while_the_primary_steps_down_are_kept_once(fail_point, person, command, code):
    session = make_session(person)
    fail_point([command], times=1, errorCode=code)
    assert _say(person, session).reply is not None
    assert Message.objects.filter(author=Author.PERSON).count() == 1
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("command", ["insert", "update", "aggregate"])
def test_words_said_as_a_connection_breaks_are_kept_once(fail_point, person, command):
    session = make_session(person)
    fail_point([command], times=1, closeConnection=True)
    assert _say(person, session).reply is not None
    assert Message.objects.filter(author=Author.PERSON).count() == 1
    assert Incident.objects.count() == 1


def test_a_look_up_is_asked_again_when_the_connection_breaks(fail_point, person):
    fail_point(["aggregate"], times=1, closeConnection=True)
    assert Person.objects.get() == person


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up_in_time(fail_point, person):
    patience = mongo().settings_dict["OPTIONS"].get("timeoutMS", 4000) / 1000
    fail_point(["aggregate"], times=1, blockConnection=True, blockTimeMS=5500)
    began_at = time.monotonic()
    with pytest.raises((DatabaseError, PyMongoError)):
        Person.objects.get(pk=person.pk)
    assert time.monotonic() - began_at < patience + 1


@pytest.mark.slow
def test_a_server_that_is_down_is_told_in_three_seconds_not_thirty():
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        described = mongodb_database(f"mongodb://127.0.0.1:{port}/", name="")
        client = MongoClient(described["HOST"], **described["OPTIONS"])
        began_at = time.monotonic()
        with pytest.raises(ServerSelectionTimeoutError):
            client.admin.command("ping")
        client.close()
    assert 2.5 < time.monotonic() - began_at < 4.5


def test_what_is_written_is_acknowledged_by_a_journalled_majority():
    client = mongo().database.client
    assert client.write_concern.document["w"] == "majority"
    assert client.write_concern.document["j"] is True
    assert client.read_concern.level == "majority"
