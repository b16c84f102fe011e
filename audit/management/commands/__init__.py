"""The commands of the record."""
