"""A small installation to move, and an empty database to move it to."""

import io

import pytest
from django.core.management import call_command

from audit.services import number_events
from config.transfer.tables import tables, tally
from tests.factories import make_incident, make_message, make_session, make_staff

WORDS = "The heron by the canal was there again, and I was not."


@pytest.fixture
def people():
    """A conversation, a case, somebody on the staff, and a numbered record of it all."""
    session = make_session()
    make_message(session, WORDS)
    make_incident(session)
    make_staff("lead")
    number_events()
    return session


@pytest.fixture
def elsewhere(tmp_path):
    """The address of an empty database: the other engine's kind where both run, else another file."""
    return f"sqlite:{tmp_path / 'elsewhere.sqlite3'}"


def run(*arguments):
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def counts(alias):
    return {model._meta.db_table: tally(model, alias).rows for model in tables()}
