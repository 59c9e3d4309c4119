"""Many heads folded into one digest, so that one of them can be shown to be in it (RFC 9162, 2.1).

The tree grows as leaves come: only one node of each height is kept, whatever the number of leaves.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from webapp.ledger.domain import canonical

Side = Literal["left", "right"]
Step = tuple[Side, str]

# The digest of no leaves at all.
EMPTY = hashlib.sha256(b"").hexdigest()
_LEAF, _NODE = b"\x00", b"\x01"


def leaf(stream_id: str, length: int, head: str) -> bytes:
    """The leaf of one history: its name, how long it is, and its last hash."""
    stated = canonical({"stream": stream_id, "length": length, "head": head})
    return hashlib.sha256(_LEAF + stated).digest()


@dataclass(slots=True)
class Tree:
    """Takes leaves in order; `path` is the proof of the one that was added as `wanted`."""

    count: int = 0
    path: list[Step] = field(default_factory=list)
    _nodes: list["_Node"] = field(default_factory=list)

    def add(self, hashed: bytes, *, wanted: bool = False) -> None:
        """Add the next leaf."""
        self.count += 1
        node = _Node(0, hashed, wanted)
        while self._nodes and self._nodes[-1].height == node.height:
            node = self._joined(self._nodes.pop(), node)
        self._nodes.append(node)

    def digest(self) -> str:
        """The digest of all leaves, in hex; nothing can be added afterwards."""
        if not self._nodes:
            return EMPTY
        node = self._nodes.pop()
        while self._nodes:
            node = self._joined(self._nodes.pop(), node)
        return node.hashed.hex()

    def _joined(self, left: "_Node", right: "_Node") -> "_Node":
        if left.is_wanted:
            self.path.append(("right", right.hashed.hex()))
        elif right.is_wanted:
            self.path.append(("left", left.hashed.hex()))
        hashed = hashlib.sha256(_NODE + left.hashed + right.hashed).digest()
        return _Node(left.height + 1, hashed, left.is_wanted or right.is_wanted)


@dataclass(frozen=True, slots=True)
class _Node:
    height: int
    hashed: bytes
    is_wanted: bool


def climb(hashed: bytes, path: Sequence[Step]) -> str:
    """The digest to which a leaf and its proof lead, in hex; raises `ValueError` for no proof."""
    for side, other in path:
        if side not in ("left", "right"):
            raise ValueError("a step of a proof stands left or right")
        beside = bytes.fromhex(other)
        pair = beside + hashed if side == "left" else hashed + beside
        hashed = hashlib.sha256(_NODE + pair).digest()
    return hashed.hex()
