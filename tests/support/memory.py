"""A folder in memory for what tests write: thousands of commits, and none of them worth a disk."""

import os
import re
from pathlib import Path

_SHARED = Path("/dev/shm")  # noqa: S108 - its folders are made with names of chance
# What the databases and the folders of one test process come to, with room to spare.
_EACH = 1 << 30


def save() -> None:
    """Let pytest make its folders in memory where there is room, unless somebody names a place."""
    if folder := roomy():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def roomy() -> Path | None:
    """The file system in memory, if it holds what every processor's tests write, and programs."""
    if not _SHARED.is_dir() or not os.access(_SHARED, os.W_OK):
        return None
    about = os.statvfs(_SHARED)
    room = min(about.f_bavail * about.f_frsize, _available())
    is_roomy = room >= _EACH * (os.cpu_count() or 1)
    return _SHARED if is_roomy and not about.f_flag & os.ST_NOEXEC else None


def _available() -> int:
    told = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text("ascii"))
    return int(told[1]) * 1024 if told else 0
