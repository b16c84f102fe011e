"""The two addresses decide which database and cache; what keeps words cannot be weakened by them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.databases import KEEPS_WORDS, check_encrypted, mongodb_database, redis_cache


@pytest.mark.parametrize(
    ("uri", "name", "expected"),
    [
        ("mongodb://db.example/care?tls=true", "", "care"),
        ("mongodb://db.example/care", "other", "other"),
        ("mongodb://db.example/?replicaSet=rs0", "", "vigil"),
        ("mongodb+srv://cluster.example", "", "vigil"),
    ],
)
def test_the_database_is_named_by_variable_address_or_default(uri, name, expected):
    assert mongodb_database(uri, name=name)["NAME"] == expected


def test_an_address_may_change_time_outs_but_not_what_keeps_words():
    options = mongodb_database("mongodb://h/v?w=1&journal=false&TimeoutMS=9000", name="")["OPTIONS"]
    assert KEEPS_WORDS.items() <= options.items()
    assert "timeoutMS" not in options
    assert options["serverSelectionTimeoutMS"] == 3000


def test_redis_has_time_outs_and_a_prefix():
    cache = redis_cache("rediss://r.example/0")
    assert cache["KEY_PREFIX"] == "vigil"
    assert cache["OPTIONS"]["socket_timeout"] == 0.3


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "rediss://r.example/0",
        "redis://127.0.0.1:6379/0",
        "redis://:secret@localhost/0",
        "mongodb://u:p@db.example,db2.example/?tls=true",
        "mongodb://db.example/?ssl=TRUE",
        "mongodb+srv://cluster.example/",
        "mongodb://127.0.0.1:1,[::1]:2/?replicaSet=rs0",
    ],
)
def test_encrypted_or_on_this_machine_is_fine(uri):
    check_encrypted("SOME_URI", uri, allowed=[])


@pytest.mark.parametrize(
    "uri",
    [
        "redis://r.example/0",
        "mongodb://db.example/",
        "mongodb://127.0.0.1,db.example/?replicaSet=rs0",
        "mongodb+srv://cluster.example/?tls=false",
        "mongodb://db.example/?tls=false",
    ],
)
def test_in_the_clear_over_a_network_is_refused_unless_allowed_by_name(uri):
    check_encrypted("SOME_URI", uri, allowed=["SOME_URI"])
    with pytest.raises(ImproperlyConfigured, match="SOME_URI"):
        check_encrypted("SOME_URI", uri, allowed=["OTHER_URI"])
