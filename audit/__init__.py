"""Audit: the store every row is built on, and the append-only record of every decision and every read."""
