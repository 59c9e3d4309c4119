"""What messages are called on the pages that show them, and why one did not arrive."""

import re

from webapp.kernel.sentence import N_, Sentence, sentence


def topic_in_words(topic: str) -> Sentence:
    """What a mail is called; an event of a webhook keeps the name that programs know."""
    text = TOPICS.get(topic)
    return sentence(text) if text else sentence("{topic}", topic=topic)


def fault_in_words(fault: str) -> Sentence:
    """Why a message was not taken, as it was noted; what another server said stays as it is."""
    for text, pattern in _PATTERNS:
        if found := pattern.fullmatch(fault):
            return sentence(text, **found.groupdict())
    return sentence("{fault}", fault=fault)


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)),
        re.DOTALL,
    )


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
    "webhook_off": N_("A webhook was switched off"),
    "no_deputy": N_("An absence without a deputy"),
    "stranded": N_("Requests that need an approver"),
    "checkpoint": N_("A checkpoint of all histories"),
}

STATES = {"PENDING": N_("Waits"), "SENT": N_("Sent"), "DEAD": N_("Given up")}

# As they are noted where a message is sent, in the words of the log.
_FAULTS = (
    N_("It answered {status}; redirects are not followed."),
    N_("It answered {status}."),
    N_("It took longer than {seconds} seconds."),
    N_("There was no answer."),
    N_("TLS failed: {why}"),
    N_("The connection failed: {why}"),
    N_("The host has no address."),
    N_("The host is not known."),
    N_("The host leads to an address that is not public."),
    N_("Only https is used for public addresses."),
    N_("Only the ports 443 and 8443 are used for public addresses."),
    N_("The signing secret cannot be read with this desk's secret key; make a new one."),
    N_("The mail server {where} is not there: {why}"),
    N_("It cannot be written as a mail: {why}"),
    N_("The worker stopped in the middle of every attempt."),
)
_PATTERNS = [(text, _pattern(text)) for text in _FAULTS]
