"""A throw-away Vigil on this machine: its own data and port, and a receiver of alerts. For demo, journeys and bench."""
