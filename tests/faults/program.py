"""The program with a clock that can be moved while it runs.

Web processes and worker are started by importing this module again, so that all have the clock.
"""

import os
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webapp.kernel import clock

# Names the file with the seconds by which the clock goes ahead.
CLOCK = "FAULTS_CLOCK"

_time, _time_ns = time.time, time.time_ns


def _ahead() -> float:
    with suppress(OSError, ValueError):
        return float(Path(os.environ[CLOCK]).read_text("ascii"))
    return 0.0


def _utcnow() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=_ahead())


if CLOCK in os.environ:
    clock.utcnow = _utcnow
    time.time = lambda: _time() + _ahead()
    time.time_ns = lambda: _time_ns() + int(_ahead() * 1e9)

if __name__ == "__main__":
    from webapp.cli import main

    main()
