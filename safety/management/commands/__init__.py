"""Commands of safety, one a module."""
