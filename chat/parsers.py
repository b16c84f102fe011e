"""Reads request bodies: JSON objects of bounded size, and nothing else."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON objects only."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object.

        Raises:
            RequestDataTooBig: more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes.
            ParseError: not JSON, nested beyond reason, or not an object.
        """
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            value = super().parse(io.BytesIO(body), media_type, parser_context or {})
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        if not isinstance(value, dict):
            raise ParseError("The body must be a JSON object.")
        return value
