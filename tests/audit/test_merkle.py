"""The tree equals RFC 6962's own recursive definition, for every small size."""

import hashlib

import pytest

from audit.merkle import MerkleTree


def _by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = _by_definition(leaves[:split]) + _by_definition(leaves[split:])
    return hashlib.sha256(b"\1" + halves).digest()


@pytest.mark.parametrize("size", range(67))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    leaves = [hashlib.sha256(b"\0" + bytes([n])).digest() for n in range(size)]
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf)
    assert tree.size == size
    assert tree.root() == _by_definition(leaves).hex()


def test_known_root() -> None:
    """Source: certificate-transparency test vectors, tree over the eight standard leaves."""
    entries = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    tree = MerkleTree()
    for entry in entries:
        tree.append(hashlib.sha256(b"\0" + bytes.fromhex(entry)).digest())
    assert tree.root() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
