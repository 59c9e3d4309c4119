"""What became of a message, as cells of a spreadsheet."""

from flask_babel import gettext as _

from webapp.company.message_words import STATES, fault_in_words
from webapp.i18n import say
from webapp.outbox.queries import Row
from webapp.sheets import Cell


def message_heads() -> list[str]:
    """The words over the columns, in the reader's language."""
    return [_("State"), _("Attempts"), _("Written"), _("Sent"), _("Last error")]


def message_cells(one: Row) -> list[Cell]:
    """What became of one message, as `message_heads` says."""
    fault = say(fault_in_words(one.last_error)) if one.last_error else None
    return [_(STATES[one.status]), one.attempts, one.created_at, one.sent_at, fault]
