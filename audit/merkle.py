"""The root of a Merkle tree over leaves that arrive one by one. Pure; keeps only the right edge of the tree.

Source: RFC 6962, section 2.1: an inner node is SHA-256 over 0x01 and its two children; the empty tree's root is the
hash of nothing.
"""

import hashlib


class MerkleTree:
    """Grows leaf by leaf; memory grows with the logarithm of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf_hash: bytes) -> None:
        """Add a leaf by its hash, joining the full subtrees it completes."""
        node, place = leaf_hash, self.size
        while place & 1:
            node = _parent(self._edge.pop(), node)
            place >>= 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> str:
        """The root of the tree so far, 64 hex characters."""
        if not self._edge:
            return hashlib.sha256(b"").hexdigest()
        node = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            node = _parent(left, node)
        return node.hex()


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
