"""The `countersign` program: every command says what it does, and fails with one clear sentence."""

from webapp.cli import (
    audit,
    clients,
    copies,
    data,
    health,
    measuring,
    messages,
    people,
    serving,
)
from webapp.cli.program import main

__all__ = [
    "audit",
    "clients",
    "copies",
    "data",
    "health",
    "main",
    "measuring",
    "messages",
    "people",
    "serving",
]
