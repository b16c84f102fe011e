"""Shapes of the public API. Input fields are allow-listed and unknown ones refused; output is spelled out."""
