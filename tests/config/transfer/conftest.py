"""A small installation to move, and an empty database to move it to."""

import io
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command

from audit.services import number_events
from audit.store.ids import new_id
from config.transfer.tables import tables, tally
from tests.factories import make_incident, make_message, make_session, make_staff
from tests.raw import mongo

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


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=pytest.mark.engine("mongodb"))])
def elsewhere(request, tmp_path):
    """The address of an empty database, of each kind that runs."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'elsewhere.sqlite3'}"
        return
    parts = urlsplit(mongo().settings_dict["HOST"])
    name = f"vigil_{new_id()[-12:]}"
    yield urlunsplit(parts._replace(path=f"/{name}"))
    mongo().connection.drop_database(name)


def run(*arguments):
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def counts(alias):
    return {model._meta.db_table: tally(model, alias).rows for model in tables()}
