"""Redis as every process uses it: few connections, and no waiting for one that fails. On a Redis of the test's own."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import caches
from django.test import RequestFactory
from redis import Redis
from redis.exceptions import RedisError

from chaos.parts import Part
from chaos.servers import ROOT, free_ports, redis_command, wait_for
from chat.limits import count_request
from config.databases import REDIS_OPTIONS, redis_cache
from config.redis_pool import LEFT_ALONE_SECONDS, SharedPool

pytestmark = pytest.mark.slow

AT_ONCE_SECONDS = 0.1


@pytest.fixture
def port():
    return free_ports(1)[0]


@pytest.fixture
def server(tmp_path, port):
    command = redis_command(tmp_path, port)
    part = Part("redis", command, log=tmp_path / "log", environment={}, folder=ROOT)
    part.start()
    wait_for(port)
    yield part
    part.thaw()
    part.kill()


@pytest.fixture
def cache(server, port, settings):
    """The service's cache, on that server."""
    url = f"redis://127.0.0.1:{port}/0"
    settings.CACHES = {**settings.CACHES, "default": redis_cache(url)}
    yield caches["default"]
    used: Any = caches["default"]
    used._cache.get_client().connection_pool.disconnect()


def count(*, fail_open):
    """One request counted, and how long that took."""
    request = RequestFactory().get("/")
    began = time.monotonic()
    usage = count_request(request, group="g", key="k", rate="100/m", fail_open=fail_open)
    return usage, time.monotonic() - began


def test_what_each_context_makes_for_itself_shares_its_connections(cache, port):
    with ThreadPoolExecutor(8) as pool:  # a cache object for each thread, as for each request
        list(pool.map(lambda n: caches["default"].set(f"k{n}", n), range(200)))
    with Redis(port=port) as client:
        assert client.info("stats")["total_connections_received"] <= 8 + 2  # and wait_for, and this
    assert cache.get("k199") == 199


def test_a_pool_is_bounded(server, port):
    pool = SharedPool.from_url(
        f"redis://127.0.0.1:{port}/1", **{**_numbers(), "max_connections": 1}
    )
    held = pool.get_connection()
    with pytest.raises(RedisError, match="No connection available"):
        pool.get_connection()
    pool.release(held)
    pool.disconnect()


def _numbers():
    return {name: value for name, value in REDIS_OPTIONS.items() if name != "pool_class"}


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_message_goes_on_and_a_sign_in_does_not_and_only_the_first_waits(server, cache, fault):
    usage, _ = count(fail_open=False)
    assert not usage.exceeded
    getattr(server, fault)()
    _, first = count(fail_open=True)
    assert first < REDIS_OPTIONS["socket_timeout"] * 2 + AT_ONCE_SECONDS
    for fail_open in (True, False):
        usage, seconds = count(fail_open=fail_open)
        assert usage.exceeded is not fail_open
        assert seconds < AT_ONCE_SECONDS


@pytest.mark.parametrize(("fault", "mended"), [("kill", "start"), ("freeze", "thaw")])
def test_a_redis_that_is_back_is_asked_again_soon(server, port, cache, fault, mended):
    count(fail_open=False)
    getattr(server, fault)()
    count(fail_open=False)
    getattr(server, mended)()
    wait_for(port)
    until = time.monotonic() + LEFT_ALONE_SECONDS + 1
    while count(fail_open=False)[0].exceeded:
        assert time.monotonic() < until, "still not asked"
        time.sleep(0.05)
    assert cache.set("again", 1) is None
    assert cache.get("again") == 1


def test_an_answer_that_is_an_error_is_no_reason_to_leave_it_alone(server, cache):
    cache.set("words", "no number")
    with pytest.raises(RedisError):
        cache.incr("words")
    assert cache.get("words") == "no number"


def test_a_counter_counts_while_it_exists_and_is_not_made_by_counting(cache):
    with pytest.raises(ValueError, match="no such counter"):
        cache.incr("n")
    assert cache.get("n") is None
    cache.add("n", 1, 60)
    assert [cache.incr("n"), cache.incr("n", 3)] == [2, 5]


def test_counting_costs_one_trip_and_no_client_of_its_own(cache, port):
    cache.add("n", 1, 60)
    with Redis(port=port) as own:
        before = own.info("stats")["total_commands_processed"]
        cache.incr("n")
        after = own.info("stats")["total_commands_processed"]
    assert after - before == 2  # the count, and the question itself
    used: Any = cache
    assert used._cache.get_client() is used._cache.get_client()
