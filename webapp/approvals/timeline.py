"""The history of a request in sentences, as one reader sees them."""

from dataclasses import dataclass, replace
from datetime import datetime

from webapp.approvals.changes import Change
from webapp.approvals.domain import Action
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.ledger.queries import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One event: the sentence, the words that were said instead of others, and what changed."""

    sentence: Sentence
    at: datetime
    name: str
    words: str
    replaced: str
    icon: str
    changes: list[Change]
    sequence: int = 0
    line_id: str = ""

    @property
    def kind(self) -> str:
        """`words` shows who speaks, `event` a bare icon."""
        return "words" if self.words or self.replaced else "event"


def tell(events: list[Event], reader_id: str) -> list[TimelineEntry]:
    """The entries of the timeline, oldest first; the reader is "you"."""
    return [_entry(event, reader_id) for event in events]


def by_line(entries: list[TimelineEntry]) -> dict[str, list[TimelineEntry]]:
    """The remarks on each item, oldest first, by the id of its line (R46)."""
    found: dict[str, list[TimelineEntry]] = {}
    for entry in entries:
        if entry.line_id and entry.words:
            found.setdefault(entry.line_id, []).append(entry)
    return found


def _entry(event: Event, reader_id: str) -> TimelineEntry:
    own = event.actor_id == reader_id
    action = Action(event.action)
    changes = [Change(**change) for change in event.data.get("changes", [])]
    # Words are long, so they are shown as words, and not in the table of what changed.
    reworded = changes.pop() if action is Action.REWORD and changes else None
    texts = _OWN if own else _OTHERS
    if action is Action.COMMENT and "item" in event.data:
        texts = _OWN_REMARK if own else _OTHERS_REMARK
    if event.actor_id is None and action in _BY_ITSELF:
        texts = _BY_ITSELF
    if action is Action.ORDER and changes:
        texts = _OWN_WITH_DIFFERENCES if own else _OTHERS_WITH_DIFFERENCES
        # What was sent is struck out, and what was approved stands.
        changes = [replace(one, old=one.new, new=one.old) for one in changes]
    told = sentence(
        texts[action],
        actor=event.actor_name or sentence(N_("Somebody")),
        approver=event.data.get("approver") or _GONE,
        former=event.data.get("former") or _GONE,
        order=event.data.get("order") or _GONE,
        item=event.data.get("item") or _GONE,
        file=event.data.get("file") or _GONE,
        revision=event.revision,
    )
    if event.is_erased:
        told = sentence(N_("{what}. Names and words were erased."), what=told)
    return TimelineEntry(
        sentence=_on_behalf(event, _proven(event, told), reader_id),
        at=event.at,
        name=event.actor_name,
        words=reworded.new if reworded else event.text,
        replaced=reworded.old if reworded else "",
        icon=_ICONS.get(action, "info"),
        changes=changes,
        sequence=event.sequence,
        line_id=event.data.get("line", ""),
    )


# What an entry said before it was emptied (R59).
_GONE = sentence(N_("(erased)"))
# Who reminded is nobody where the desk did so by itself.
_BY_ITSELF = {Action.REMIND: N_("{approver} was reminded, since the request expires soon")}


def _proven(event: Event, told: Sentence) -> Sentence:
    """The same with the sign-in that it needed, and the link that led to it (R53, R58)."""
    if "signed_in" in event.data:
        told = sentence(N_("{what}, after signing in again"), what=told)
    way = _BY_LINK.get(event.data.get("link", ""))
    return sentence(way, what=told) if way else told


_BY_LINK = {
    "session": N_("{what}, by the link of a mail"),
    "mail": N_("{what}, by the link of a mail, without signing in"),
}


def _on_behalf(event: Event, told: Sentence, reader_id: str) -> Sentence:
    """The same with the name of whom it was done for (R52)."""
    if event.for_id is None:
        return told
    if event.for_id == reader_id:
        return sentence(N_("{what}, for you"), what=told)
    return sentence(N_("{what}, for {owner}"), what=told, owner=event.for_name or _GONE)


_OTHERS = {
    Action.SUBMIT: N_("*{actor}* asked {approver} for approval"),
    Action.COMMENT: N_("*{actor}* wrote"),
    Action.ASK: N_("*{actor}* asked a question"),
    Action.ANSWER: N_("*{actor}* answered"),
    Action.REMIND: N_("*{actor}* reminded {approver}"),
    Action.CHANGE: N_("*{actor}* changed how it is delivered or paid; this is revision {revision}"),
    Action.REWORD: N_("*{actor}* changed what was said"),
    Action.APPROVE: N_("*{actor}* approved revision {revision}"),
    Action.DECLINE: N_("*{actor}* declined"),
    Action.WITHDRAW: N_("*{actor}* withdrew the request"),
    Action.EXPIRE: N_("The request expired without a decision"),
    Action.ORDER: N_("*{actor}* placed the order {order}"),
    Action.RESUBMIT: N_("*{actor}* took the goods back into a new cart"),
    Action.REASSIGN: N_("*{actor}* handed the request over from {former} to {approver}"),
    Action.ATTACH: N_("*{actor}* attached {file}"),
    Action.DETACH: N_("*{actor}* removed {file}"),
}
_OWN = {
    Action.SUBMIT: N_("*You* asked {approver} for approval"),
    Action.COMMENT: N_("*You* wrote"),
    Action.ASK: N_("*You* asked a question"),
    Action.ANSWER: N_("*You* answered"),
    Action.REMIND: N_("*You* reminded {approver}"),
    Action.CHANGE: N_("*You* changed how it is delivered or paid; this is revision {revision}"),
    Action.REWORD: N_("*You* changed what was said"),
    Action.APPROVE: N_("*You* approved revision {revision}"),
    Action.DECLINE: N_("*You* declined"),
    Action.WITHDRAW: N_("*You* withdrew the request"),
    Action.EXPIRE: N_("The request expired without a decision"),
    Action.ORDER: N_("*You* placed the order {order}"),
    Action.RESUBMIT: N_("*You* took the goods back into a new cart"),
    Action.REASSIGN: N_("*You* handed the request over from {former} to {approver}"),
    Action.ATTACH: N_("*You* attached {file}"),
    Action.DETACH: N_("*You* removed {file}"),
}
_OTHERS_REMARK = {Action.COMMENT: N_("*{actor}* wrote about *{item}*")}
_OWN_REMARK = {Action.COMMENT: N_("*You* wrote about *{item}*")}
# The order of a shop that sent other terms along: they are named, and counted for nothing (R25).
_OTHERS_WITH_DIFFERENCES = {
    Action.ORDER: N_(
        "*{actor}* placed the order {order}. The shop sent other terms than approved; "
        "what was approved is what was ordered."
    )
}
_OWN_WITH_DIFFERENCES = {
    Action.ORDER: N_(
        "*You* placed the order {order}. The shop sent other terms than approved; "
        "what was approved is what was ordered."
    )
}
_ICONS = {
    Action.SUBMIT: "send",
    Action.REMIND: "mail",
    Action.CHANGE: "arrow-left-right",
    Action.REWORD: "pencil",
    Action.APPROVE: "circle-check",
    Action.DECLINE: "circle-x",
    Action.WITHDRAW: "undo-2",
    Action.EXPIRE: "alarm-clock",
    Action.ORDER: "package",
    Action.RESUBMIT: "shopping-cart",
    Action.REASSIGN: "users",
    Action.ATTACH: "file-text",
    Action.DETACH: "trash-2",
}
