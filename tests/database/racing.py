"""Two services at once, where it matters: the first stands still in its transaction while the second runs."""

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

HEAD_START_SECONDS = 0.4
"""What the second may take while the first stands still; one that waits for the first would wait for ever."""
LONGEST_SECONDS = 10
FIRST = "the first of a race"


class Running:
    """A service in a thread of its own, with what it returned or raised."""

    def __init__(self, service: Callable[[], Any], *, name: str | None = None) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self._service = service
        self.thread = threading.Thread(target=self._run, name=name)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self._service()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            connection.close()

    def finish(self) -> None:
        self.thread.join(LONGEST_SECONDS)
        assert not self.thread.is_alive()


def race(
    monkeypatch: pytest.MonkeyPatch,
    *,
    first: Callable[[], Any],
    at: tuple[ModuleType, str],
    second: Callable[[], Any],
) -> tuple[Running, Running]:
    """Run both; the first stands still, once, before it calls the function named: it has read by then."""
    there, go_on = threading.Event(), threading.Event()
    module, name = at
    original = getattr(module, name)

    def stands_still(*args: Any, **kwargs: Any) -> Any:
        if threading.current_thread().name == FIRST and not there.is_set():
            there.set()
            assert go_on.wait(LONGEST_SECONDS)
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, stands_still)
    one = Running(first, name=FIRST)
    assert there.wait(LONGEST_SECONDS), f"it never came to {name}: {one.error!r}"
    other = Running(second)
    other.thread.join(HEAD_START_SECONDS)
    go_on.set()
    one.finish()
    other.finish()
    return one, other
