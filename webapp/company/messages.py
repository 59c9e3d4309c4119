"""What each kind of message is called on the page of messages."""

from webapp.kernel.sentence import N_

TOPICS = {
    "submitted": N_("A request to decide"),
    "attached": N_("A file was attached"),
    "commented": N_("A comment"),
    "detached": N_("A file was taken back"),
    "asked": N_("A question"),
    "answered": N_("An answer"),
    "reminded": N_("A reminder"),
    "changed": N_("A change"),
    "approved": N_("An approval"),
    "declined": N_("A request was declined"),
    "withdrawn": N_("A request was withdrawn"),
    "expired": N_("A request expired"),
    "ordered": N_("An order"),
    "reassigned": N_("Another approver"),
    "taken_over": N_("A request to take over"),
    "decided_for_you": N_("A decision by a deputy"),
    "invited": N_("An invitation"),
    "represent": N_("An absence"),
    "represent_no_more": N_("An absence ended"),
    "stranded": N_("Requests that need an approver"),
    "webhook_off": N_("A webhook was switched off"),
}
