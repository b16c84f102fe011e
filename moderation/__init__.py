"""Moderation: staff, roles, the queue, claims, takeover, notes, labels and the console."""
