"""What the API takes: only fields it knows, each within its bounds."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from audit.store.ids import as_id

MESSAGE_CHARACTERS = 8000
COMMENT_CHARACTERS = 2000
REPORT_REASONS = ("hurtful", "unsafe", "wrong", "not_listening", "other")
OLDEST_BIRTH_YEAR = 1900


class StrictSerializer(serializers.Serializer[Any]):
    """Input: whatever it does not know, it refuses."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401 - the framework's signature
        """Refuse unknown fields before looking at the known ones."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                error = serializers.ErrorDetail("Unknown field.", code="unknown_field")
                raise serializers.ValidationError(
                    {str(name)[:64]: [error] for name in unknown[:20]}
                )
        return super().to_internal_value(data)


class EmptyInput(StrictSerializer):
    """A body that has nothing to say: `{}`."""


class RegisterInput(StrictSerializer):
    """What a person may tell when registering."""

    user_name = serializers.CharField(
        max_length=80, required=False, allow_blank=True, allow_null=True, default=""
    )
    country = serializers.RegexField(
        r"^[A-Za-z]{2}$", required=False, allow_blank=True, allow_null=True, default=""
    )
    locale = serializers.RegexField(
        r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$",
        required=False,
        allow_blank=True,
        allow_null=True,
        default="",
    )
    birth_year = serializers.IntegerField(
        min_value=OLDEST_BIRTH_YEAR, max_value=2100, required=False, allow_null=True, default=None
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A null says as little as a missing field."""
        return {
            name: "" if value is None and name != "birth_year" else value
            for name, value in attrs.items()
        }


class RefreshInput(StrictSerializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class AcceptanceInput(StrictSerializer):
    """One accepted document."""

    kind = serializers.ChoiceField(choices=("terms", "privacy", "ai_disclosure"))
    version = serializers.CharField(max_length=16)


class ConsentInput(StrictSerializer):
    """The documents a person accepts."""

    accept = serializers.ListField(child=AcceptanceInput(), allow_empty=False, max_length=10)


class MessageInput(StrictSerializer):
    """A person's message."""

    text = serializers.CharField(max_length=MESSAGE_CHARACTERS, trim_whitespace=False)

    def validate_text(self, text: str) -> str:
        """Refuse a text that is nothing but white space."""
        if not text.strip():
            raise serializers.ValidationError("Say something.", code="blank")
        return text


class FeedbackInput(StrictSerializer):
    """How the session was."""

    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(
        max_length=COMMENT_CHARACTERS, required=False, allow_blank=True, default=""
    )


class ReportInput(StrictSerializer):
    """Why a reply hurt."""

    reason = serializers.ChoiceField(choices=REPORT_REASONS)
    comment = serializers.CharField(
        max_length=COMMENT_CHARACTERS, required=False, allow_blank=True, default=""
    )


class AfterInput(StrictSerializer):
    """Where a listing goes on."""

    after = serializers.CharField(required=False, default="", allow_blank=True)

    def validate_after(self, after: str) -> str:
        """An id, or nothing."""
        if after and as_id(after) is None:
            raise serializers.ValidationError("Not an id.", code="invalid")
        return as_id(after) or ""


class CountryInput(StrictSerializer):
    """For which country."""

    country = serializers.CharField(required=False, default="", allow_blank=True, max_length=64)
