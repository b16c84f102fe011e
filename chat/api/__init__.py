"""The public API, version 1: validate, one service call, serialise."""
