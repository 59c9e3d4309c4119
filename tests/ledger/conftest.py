"""The desk with its cast."""

from tests.support.cast import desk, own_desk

__all__ = ["desk", "own_desk"]
