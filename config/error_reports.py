"""Error reports to Sentry, where SENTRY_DSN names one. What leaves is built anew from an allow-list.

`send_default_pii=False` alone still sent one message twelve times: in the body, local variables, the exception's text,
log parameters and breadcrumbs. So a report holds types, places in the code and ids, and nothing that somebody wrote.
"""

from collections.abc import Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint

from config.logs import request_id_of_context

OUR_LOGGERS = ("config.", "moderation.", "chat.", "safety.", "audit.")
_PLAIN = ("event_id", "timestamp", "level", "platform", "release", "environment", "logger")
_FRAME = ("filename", "function", "module", "lineno", "in_app")


def start_error_reports(dsn: str, transport: type[Transport] | None = None) -> None:
    """Begin to report; without a DSN nothing is started.

    Args:
        dsn: where to.
        transport: how; Sentry's own when None.
    """
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        before_send=only_what_is_allowed,
        before_breadcrumb=lambda _crumb, _hint: None,
        before_send_transaction=lambda _event, _hint: None,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_logs=False,
        server_name="",
        spotlight=False,
    )


def only_what_is_allowed(event: Event, _hint: Hint) -> Event:
    """A new event with the parts that cannot hold a person's words."""
    given: Mapping[str, Any] = event
    report: dict[str, Any] = {name: given[name] for name in _PLAIN if name in given}
    report["tags"] = {"request_id": request_id_of_context.get()}
    if "exception" in given:
        report["exception"] = {
            "values": [_exception(value) for value in given["exception"].get("values", [])]
        }
    template = _template(given)
    if template:
        report["logentry"] = {"message": template}
    return report  # type: ignore[return-value]


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": "",
        "stacktrace": {"frames": [_only(_FRAME, frame) for frame in frames]},
    }


def _only(names: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _template(given: Mapping[str, Any]) -> str:
    """A log line's own text, without its parameters. Only ours: a lint rule keeps values out of it."""
    if not str(given.get("logger", "")).startswith(OUR_LOGGERS):
        return ""
    message = (given.get("logentry") or {}).get("message", "")
    return message if isinstance(message, str) else ""
