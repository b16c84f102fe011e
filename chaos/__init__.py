"""A production installation on loopback whose parts can be killed: for the fault suite, and for tests of workers."""
