"""How much is tried where a test makes up its own cases: little by default, since it adds up.

`COUNTERSIGN_TEST_EXAMPLES=20` tries twenty times as much.
"""

import os

from hypothesis import HealthCheck, settings

_TIMES = int(os.environ.get("COUNTERSIGN_TEST_EXAMPLES", "1"))
# A machine that does something else meanwhile is no failure.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def examples(few: int) -> int:
    """So many cases by default, and as many times more as somebody asks for."""
    return few * _TIMES


def set_out() -> None:
    """Say how much is tried where a test does not; `few` is for whoever runs them very often."""
    settings.register_profile("desk", _PATIENT, max_examples=examples(100))
    settings.register_profile("few", _PATIENT, max_examples=20, derandomize=True)
    settings.load_profile("desk")
