"""ASGI entry point: API, admin and event streams in one process."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from safety.engine.assess import assess  # noqa: E402 - Django is set up first

assess("The rules are read before the first person writes.")
