"""The store: keys, transactions and sealed text, the same on every database Vigil runs on."""

from audit.store.ids import PortableAutoField

__all__ = ["PortableAutoField"]  # every model's key: whoever imports from the store knows its type
