"""The store: keys, transactions and sealed text, the same on every database Vigil runs on."""
