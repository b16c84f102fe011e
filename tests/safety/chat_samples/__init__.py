"""Sentences of our own in the languages besides English that have rules, a module for each."""
