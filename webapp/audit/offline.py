"""Checking an evidence file; needs no database and no settings (R30)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.approvals.domain import ENDS, Action, Status
from webapp.ledger.domain import GENESIS, canonical, content_digest, entry_hash
from webapp.ledger.keys import PublicKey, public_key
from webapp.ledger.merkle import climb, leaf
from webapp.ledger.statements import read

FORMAT = "countersign-evidence-1"
_OPEN = (Status.PENDING, None, None)


@dataclass(slots=True)
class Report:
    """What a file says, what that proves, what it does not, and what is wrong with it."""

    told: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    problem: str = ""

    def lines(self) -> Iterator[str]:
        """Everything in sentences, apart from the problem."""
        yield from self.told
        yield from (f"proven: {one}" for one in self.proven)
        yield from (f"not proven: {one}" for one in self.open)


def as_text(document: Any) -> str:
    """The one way in which an evidence file is written."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def check(content: bytes, key: PublicKey | None = None) -> Report:
    """Look at every part of an evidence file; `key` is the one that was kept elsewhere."""
    report = Report()
    try:
        document = json.loads(content)
        if as_text(document).encode() != content:
            raise _Wrong("The file is not written as it was when it was made.")
        body = document["evidence"]
        if set(document) != {"evidence", "signature"} or body["format"] != FORMAT:
            raise _Wrong("This is not an evidence file that this program knows.")
        _check_signature(body, document["signature"], key, report)
        _check_entries(body, report)
        _check_request(body, report)
        _check_revisions(body, report)
        _check_checkpoint(body, key, report)
    except _Wrong as wrong:
        report.problem = str(wrong)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        report.problem = "This is not an evidence file, or a part of it is missing."
    return report


class _Wrong(Exception):
    """What does not fit, in a sentence."""


def _check_signature(body: Any, signature: Any, key: PublicKey | None, report: Report) -> None:
    if signature is None and body["public_key"] is None:
        if key is not None:
            raise _Wrong("The file is not signed, and a key was given.")
        report.open.append("who made this file: the desk had no key, so anybody may have.")
        return
    own = public_key(body["public_key"])
    if key is not None and own.raw != key.raw:
        raise _Wrong(f"The file was signed by the key {own.id}, and not by {key.id}.")
    if not own.is_signature(signature, canonical(body)):
        raise _Wrong("The signature does not fit: something in the file was changed.")
    if key is None:
        report.open.append(f"that the key {own.id} is that of the desk: give it with --key.")
    else:
        report.proven.append(f"The desk with the key {own.id} made this file, every byte of it.")


def _check_entries(body: Any, report: Report) -> None:
    previous, erased = GENESIS, 0
    for number, entry in enumerate(body["entries"], 1):
        if problem := _misfit(body, entry, number, previous):
            raise _Wrong(f"Entry {number}: {problem}.")
        previous = entry["hash"]
        erased += entry["content"] is None
        report.told.append(_told(entry))
    facts = body["request"]
    if (facts["length"], facts["head"]) != (len(body["entries"]), previous):
        raise _Wrong("The request names another end of its history.")
    report.proven.append(f"The {facts['length']} entries follow each other, none is missing.")
    if erased:
        report.open.append(f"the words of {erased} entries, which were erased or withheld.")
    report.open.append(
        "the names in `request`, what stands in `looks` and `attachments`: the desk says so."
    )


def _check_request(body: Any, report: Report) -> None:
    facts, entries = body["request"], body["entries"]
    asked, ends = entries[0], [one for one in entries if one["action"] in ENDS]
    ended = (ENDS[ends[-1]["action"]], ends[-1]["actor"], ends[-1]["at"]) if ends else _OPEN
    if (facts["status"], facts["decided_by"]["id"], facts["decided_at"]) != ended:
        raise _Wrong("The request says another outcome than its history.")
    if facts["requester"]["id"] != asked["actor"]:
        raise _Wrong("The request names somebody else than its history as the one who asked.")
    if (facts["order"] is None) == any(one["action"] == Action.ORDER for one in entries):
        raise _Wrong("The request says something else of an order than its history.")
    report.proven.append("Who asked, who decided, when and how: the history says the same.")


def _misfit(body: Any, entry: Any, number: int, previous: str) -> str:
    content, salt = entry["content"], entry["salt"]
    if (entry["sequence"], entry["previous"]) != (number, previous):
        return "it does not follow the entry before it"
    if (content is None) != (salt is None):
        return "it was erased by half"
    if content is not None and content_digest(salt, content) != entry["digest"]:
        return "its content was changed"
    hashed = entry_hash(
        tenant_id=body["tenant"],
        stream_id=body["request"]["id"],
        sequence=number,
        action=entry["action"],
        revision=entry["revision"],
        at=datetime.fromisoformat(entry["at"]),
        actor_id=entry["actor"],
        for_id=entry["for"],
        digest=entry["digest"],
        previous=previous,
    )
    return "" if hashed == entry["hash"] else "its hash does not match what it states"


def _told(entry: Any) -> str:
    content = json.loads(entry["content"]) if entry["content"] else {}
    who = content.get("actor") or entry["actor"] or "the desk"
    told = f"{entry['at']}  {entry['action']} by {who}"
    if entry["for"]:
        told += f" for {content.get('for') or entry['for']}"
    told += f", revision {entry['revision']}"
    if entry["content"] is None:
        return f"{told} (names and words are erased or withheld)"
    return f"{told}: {content['text']}" if content.get("text") else told


def _check_revisions(body: Any, report: Report) -> None:
    sealed = dict(_seals(body["entries"]))
    for revision in body["revisions"]:
        number = revision["revision"]
        seal = sealed.get(number)
        if seal is None:
            report.open.append(f"what revision {number} held: its digest is erased or older.")
            continue
        if hashlib.sha256(revision["goods"].encode()).hexdigest() != seal["goods"]:
            raise _Wrong(f"Revision {number}: these are not the goods of the history.")
        if content_digest(seal["salt"], revision["terms"]) != seal["terms"]:
            raise _Wrong(f"Revision {number}: these are not the terms of the history.")
        report.proven.append(f"Revision {number} held these goods and these terms.")


def _seals(entries: Any) -> Iterator[tuple[int, Mapping[str, str]]]:
    for entry in entries:
        data = json.loads(entry["content"])["data"] if entry["content"] else {}
        if "seal" in data:
            yield entry["revision"], data["seal"]


def _check_checkpoint(body: Any, key: PublicKey | None, report: Report) -> None:
    found = body["checkpoint"]
    if found is None:
        report.open.append("that the desk has not rewritten all of it: no checkpoint covers it.")
        return
    signed = read(found)
    stated, length, head = signed.statement, found["length"], found["head"]
    if not signed.is_sound(key if key and key.id == stated.key else None):
        raise _Wrong("The checkpoint is not signed by the key that it names.")
    entries = body["entries"]
    if not 0 < length <= len(entries) or entries[length - 1]["hash"] != head:
        raise _Wrong(f"Entry {length}: the checkpoint saw another one.")
    at_end = climb(leaf(body["request"]["id"], length, head), [tuple(one) for one in found["path"]])
    if stated.tenant != body["tenant"] or at_end != stated.digest:
        raise _Wrong("The history is not in the checkpoint.")
    report.proven.append(
        f"Entries 1 to {length} stood like this at {stated.at}: they are in checkpoint "
        f"{stated.number} of {stated.tenant} ({stated.hash}), signed by the key {stated.key}."
    )
    if length < len(entries):
        report.open.append(f"when entries {length + 1} to {len(entries)} were written.")
