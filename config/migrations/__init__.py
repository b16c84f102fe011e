"""Migrations of Django apps that Vigil keeps on its own keys."""
