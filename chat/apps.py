"""The chat app."""

from django.apps import AppConfig


class ChatAppConfig(AppConfig):
    """Names the app."""

    name = "chat"
    verbose_name = "Chat"
