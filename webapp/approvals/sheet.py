"""Requests as rows of a spreadsheet."""

from flask_babel import gettext as _

from webapp.approvals.domain import Status, Turn
from webapp.approvals.queries import Summary
from webapp.i18n import say
from webapp.sheets import Cell


def heads() -> list[str]:
    """The words over the columns, in the reader's language."""
    return [
        *(_("Request"), _("Status"), _("Whose turn"), _("Waiting since")),
        *(_("Requester"), _("Approver"), _("Company"), _("First items"), _("Number of items")),
        *(_("Total"), _("Currency"), _("Compared with the limit"), _("Limit")),
        *(_("Currency of the limit"), _("Why it is here"), _("Asked"), _("Expires")),
        *(_("Decided"), _("Decided by"), _("Order")),
    ]


def row(one: Summary) -> list[Cell]:
    """One request, as `heads` says."""
    limit, pending = one.reason.limit, one.status == Status.PENDING
    mover = one.requester_name if one.turn == Turn.REQUESTER else one.approver_name
    return [
        *(one.number, _(Status(one.status).label)),
        *(mover if pending else None, one.turn_since if pending else None),
        *(one.requester_name, one.approver_name, one.company_name, one.title, one.item_count),
        *(one.total, one.currency, one.reason.compared, limit),
        *(limit and limit.currency, say(one.reason.sentence()), one.created_at, one.expires_at),
        *(one.decided_at, one.decided_by_name, one.order_id),
    ]
