"""What the API answers."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from audit.leaves import rfc3339
from chat.models import Author, ChatSession, Handler, Message
from chat.replies.crisis import careful_reply
from chat.resources import resources_for
from chat.services.turns import Turn
from safety.levels import Level

WAIT_SECONDS_WHEN_SHED = 30


class RFC3339Field(serializers.DateTimeField):
    """A time in UTC with milliseconds and `Z`, as everywhere in Vigil."""

    def to_representation(self, value: datetime) -> str:
        """The text."""
        return rfc3339(value)


class TokenPairOutput(serializers.Serializer[Any]):
    """Two tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class RegisteredOutput(TokenPairOutput):
    """A new person and their tokens."""

    user_id = serializers.CharField()


class ConsentDocumentOutput(serializers.Serializer[Any]):
    """A document to accept."""

    kind = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]


class SummaryOutput(serializers.Serializer[Any]):
    """A session in short."""

    total_messages = serializers.IntegerField()
    mood_trends = serializers.ListField(child=serializers.CharField())
    tools_used = serializers.ListField(child=serializers.CharField())
    last_safety_check = RFC3339Field(allow_null=True)


class SessionOutput(serializers.Serializer[Any]):
    """A session."""

    id = serializers.CharField()
    user_id = serializers.CharField(source="person_id")
    user_name = serializers.SerializerMethodField()
    created_at = RFC3339Field()
    last_activity = RFC3339Field()
    closed_at = RFC3339Field(allow_null=True)
    safety_score = serializers.IntegerField()
    level = serializers.ChoiceField(choices=[level.value for level in Level])
    handled_by = serializers.ChoiceField(choices=Handler.values)
    waiting_since = RFC3339Field(allow_null=True)
    conversation_summary = SummaryOutput()

    def get_user_name(self, session: ChatSession) -> str:  # noqa: ARG002 - the framework's signature
        """The name the person gave, from the view's context: sessions are always the caller's own."""
        return str(self.context["person"].user_name)


class MessageOutput(serializers.Serializer[Any]):
    """A message."""

    id = serializers.CharField()
    session_id = serializers.CharField()
    author = serializers.ChoiceField(choices=Author.values)
    text = serializers.CharField()
    created_at = RFC3339Field()
    answers = serializers.CharField(source="answers_id")


class ResourceOutput(serializers.Serializer[Any]):
    """A crisis line or other help; see docs/resources.md for its fields."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    sms = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    hours = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]
    checked_on = serializers.CharField()
    checked_by = serializers.CharField()


class ResourceListOutput(serializers.Serializer[Any]):
    """Help for a country."""

    country = serializers.CharField()
    requested_country = serializers.CharField(allow_null=True)
    fallback = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    emergency_number = serializers.CharField()
    resources = ResourceOutput(many=True)


class SafetyOutput(serializers.Serializer[Any]):
    """What the check said, and help."""

    level = serializers.ChoiceField(choices=[level.value for level in Level])
    score = serializers.IntegerField()
    triggers = serializers.ListField(child=serializers.CharField())
    show_resources = serializers.BooleanField()
    resources = ResourceOutput(many=True)


class TurnOutput(serializers.Serializer[Any]):
    """The answer to a message."""

    message = MessageOutput()
    safety = SafetyOutput()
    reply = MessageOutput(allow_null=True)
    handled_by = serializers.ChoiceField(choices=Handler.values)
    retry_after_seconds = serializers.IntegerField(required=False)


class WaitingOutput(serializers.Serializer[Any]):
    """Where the person stands who asked for a human."""

    state = serializers.ChoiceField(choices=("nobody_yet", "human_here"))
    since = RFC3339Field(allow_null=True)
    message = serializers.CharField()
    resources = ResourceOutput(many=True)


class ToolStepOutput(serializers.Serializer[Any]):
    """One step of a tool."""

    id = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    prompt = serializers.CharField(allow_blank=True)
    seconds = serializers.IntegerField(allow_null=True)


class ToolOutput(serializers.Serializer[Any]):
    """Something to do, step by step."""

    name = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    when_not_to_use = serializers.CharField(allow_blank=True)
    steps = ToolStepOutput(many=True)


class ProblemOutput(serializers.Serializer[Any]):
    """RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    request_id = serializers.CharField(required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]
    resources = ResourceOutput(many=True, required=False)
    retry_after_seconds = serializers.IntegerField(required=False)


_message_output = MessageOutput()
"""Its fields are made once: a serializer of its own for each message copies them all."""


def turn_document(turn: Turn, *, country: str) -> dict[str, Any]:
    """The answer to a message. A turn that is not checked yet reads as `unknown`, with the careful text."""
    level = Level(turn.message.level or Level.UNKNOWN)
    pressed = turn.message.shed or not turn.message.level
    show = level.rank >= Level.CONCERN.rank or pressed
    document: dict[str, Any] = {
        "message": _message_output.to_representation(turn.message),
        "safety": {
            "level": level.value,
            "score": level.score,
            "triggers": turn.message.triggers,
            "show_resources": show,
            "resources": resources_for(country).as_json()["resources"] if show else [],
        },
        "reply": _message_output.to_representation(turn.reply) if turn.reply else None,
        "handled_by": turn.handled_by,
    }
    if pressed:
        document["retry_after_seconds"] = WAIT_SECONDS_WHEN_SHED
    if document["reply"] is None and not turn.message.level:
        document["reply"] = _stand_in(turn.message, country)
    return document


def _stand_in(message: Message, country: str) -> dict[str, str]:
    """The careful text while the first request is still at work; it is nobody's stored message."""
    return {
        "id": "",
        "session_id": message.session_id,
        "author": Author.SYSTEM.value,
        "text": careful_reply(country),
        "created_at": rfc3339(message.created_at),
        "answers": message.pk,
    }
