"""One desk for each module of this folder, on both databases."""

from tests.security.stage import issuer, stage

__all__ = ["issuer", "stage"]
