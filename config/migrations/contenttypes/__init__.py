"""Migrations of Django's contenttypes app with the portable key."""
