"""Ids of messages: their order is the order in which they were posted."""

import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def next_id() -> str:
    """24 hexadecimal characters: sixteen of time that never stands still, eight of chance.

    Two processes that write to one stream wait for each other at the row that changes, so that
    their clocks decide only for messages that nobody can order anyway.
    """
    global _last  # noqa: PLW0603 - the last number is the state that this module is for
    with _lock:
        _last = max(time.time_ns(), _last + 1)
        return f"{_last:016x}{secrets.token_hex(4)}"
