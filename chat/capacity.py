"""How many turns may have a generated reply at once. Beyond it a message loses only the generated reply (law 3).

Counted in the process and not in Redis: what it spares is this process's threads, and a slow Redis can neither delay a
message nor leave a count behind that nobody takes back.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

_lock = threading.Lock()
_under_way = 0


@contextmanager
def reply_slot() -> Iterator[bool]:
    """Take part in the count; gives whether a reply may be generated."""
    global _under_way  # noqa: PLW0603 - one count per process is the point
    with _lock:
        _under_way += 1
        admitted = _under_way <= settings.MAX_CONCURRENT_CHATS
    try:
        yield admitted
    finally:
        with _lock:
            _under_way -= 1
