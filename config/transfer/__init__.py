"""Moving everything from one database to another: between the two engines, and into and out of a backup file."""
