"""One desk for each module of this folder, on both databases."""

from tests.security.stage import issuer, stage
from tests.support.cast import own_desk

__all__ = ["issuer", "own_desk", "stage"]
