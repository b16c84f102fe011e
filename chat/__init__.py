"""Chat: persons, consents, sessions, the turn of a message, replies, resources, tools and the public API."""
