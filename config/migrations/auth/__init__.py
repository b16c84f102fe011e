"""Migrations of Django's auth app with the portable key."""
