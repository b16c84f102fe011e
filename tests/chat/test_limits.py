"""Counting requests, and whose they are."""

import pytest
from django.test import RequestFactory

from chat.capacity import reply_slot
from chat.limits import TooManyRequests, client_address, count_request, refuse_flood


@pytest.fixture
def request_():
    return RequestFactory().get("/")


def test_a_flood_is_refused_and_told_when_to_come_back(request_):
    for _ in range(3):
        refuse_flood(request_, group="test", key="k", rate="3/m")
    with pytest.raises(TooManyRequests) as refused:
        refuse_flood(request_, group="test", key="k", rate="3/m")
    assert 1 <= refused.value.retry_after_seconds <= 60


def test_each_key_has_its_own_count(request_):
    for key in ("a", "b"):
        refuse_flood(request_, group="test", key=key, rate="1/m")


@pytest.mark.parametrize(("fail_open", "exceeded"), [(True, False), (False, True)])
def test_a_counter_that_is_down_answers_as_the_caller_wants(
    request_, monkeypatch, fail_open, exceeded
):
    def down(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("chat.limits.get_usage", down)
    usage = count_request(request_, group="test", key="k", rate="1/m", fail_open=fail_open)
    assert usage.exceeded is exceeded


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "127.0.0.1"),
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 8.8.8.8", "8.8.8.8"),
        (2, "6.6.6.6, 8.8.8.8, 10.0.0.1", "8.8.8.8"),
        (2, "8.8.8.8", "127.0.0.1"),
    ],
)
def test_an_invented_forwarding_header_does_not_help(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address


def test_slots_are_counted_and_given_back(settings):
    settings.MAX_CONCURRENT_CHATS = 1
    with reply_slot() as first, reply_slot() as second:
        assert (first, second) == (True, False)
    with reply_slot() as again:
        assert again
