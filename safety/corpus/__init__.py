"""Vigil's own corpus: messages and sessions written for it, and how they are read. See DATASHEET.md."""
