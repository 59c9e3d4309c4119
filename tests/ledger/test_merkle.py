"""Many heads in one digest, and the proof that one of them is in it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ledger.merkle import EMPTY, Tree, climb, leaf


def naive(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    both = naive(leaves[:cut]) + naive(leaves[cut:])
    return hashlib.sha256(b"\x01" + both).digest()


@given(st.integers(1, 70), st.data())
def test_every_leaf_leads_to_the_digest_of_all(count: int, data: st.DataObject) -> None:
    leaves = [leaf(f"s{number}", number, "h") for number in range(count)]
    wanted = data.draw(st.integers(0, count - 1))
    tree = Tree()
    for number, one in enumerate(leaves):
        tree.add(one, wanted=number == wanted)
    assert tree.digest() == naive(leaves).hex() == climb(leaves[wanted], tree.path)
    assert len(tree.path) <= 7


def test_no_leaves_have_a_digest() -> None:
    assert Tree().digest() == EMPTY


def test_another_leaf_leads_elsewhere() -> None:
    tree = Tree()
    for number in range(5):
        tree.add(leaf(f"s{number}", 1, "h"), wanted=number == 3)
    digest = tree.digest()
    assert climb(leaf("s3", 1, "h"), tree.path) == digest
    for other in (leaf("s4", 1, "h"), leaf("s3", 2, "h"), leaf("s3", 1, "i")):
        assert climb(other, tree.path) != digest


@pytest.mark.parametrize("path", [[("up", "00")], [("left", "zz")]])
def test_what_is_no_proof_is_refused(path: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        climb(b"", path)  # type: ignore[arg-type]
