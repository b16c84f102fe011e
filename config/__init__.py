"""Config: settings and wiring; it holds no rules of its own."""
