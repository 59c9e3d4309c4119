"""The clock of the demo's business: it can be moved ahead, and a reset brings it back.

By how much stands in a file beside the database, where web process and worker read it whenever they
ask what time it is. Sign-in, sessions and tokens go by the clock of the machine all the while.
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

# Nobody shows ten years of waiting; a date beyond the calendar would end the demo.
FURTHEST = timedelta(days=3650)


def ahead(path: Path) -> timedelta:
    """By how much the clock was moved; nothing where it was not."""
    with suppress(OSError, ValueError):
        return min(timedelta(seconds=float(path.read_text())), FURTHEST)
    return timedelta()


def move(path: Path, by: timedelta) -> timedelta:
    """Move the clock further ahead, in one step for whoever reads it; by how much it is then."""
    now_ahead = min(ahead(path) + max(by, timedelta()), FURTHEST)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.write_text(str(now_ahead.total_seconds()))
    os.replace(draft, path)
    return now_ahead
