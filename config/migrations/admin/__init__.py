"""Migrations of Django's admin app with the portable key."""
