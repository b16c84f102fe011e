"""Structured logs: JSON lines with a request id, and never what somebody said.

A log message holds ids only; but an exception's own text, or a library's, may quote its input. So of an exception
only the type and the places in the code are written.
"""

import logging
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

_FIELDS = {"at", "level", "logger", "message", "status_code", "provider", "exc_info"}
"""What a line may hold beside ids: Django passes whole requests, query strings and all, as extra values."""

request_id_of_context: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdFilter(logging.Filter):
    """Puts the request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mark the record; keep it."""
        record.request_id = request_id_of_context.get()
        return True


class WordlessFormatter(JsonFormatter):
    """JSON lines; exceptions as type and places, without their text, source lines or values."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Keep the fields that can hold no words, and ids."""
        return {
            name: value
            for name, value in log_data.items()
            if name in _FIELDS or name.endswith("_id")
        }

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Type of the exception and where it passed."""
        kind, _, trace = ei
        name = kind.__name__ if kind else "None"
        places = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
        ]
        return "\n".join([name, *places])


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, one JSON object a line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "json": {
                "()": WordlessFormatter,
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["request_id"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
        },
    }
