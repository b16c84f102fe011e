"""What the console's forms may carry. Nothing else of a request reaches a service."""

from typing import Any

from django import forms

from moderation.models import Detection, LookReason, Outcome
from safety.levels import Level

REPLY_CHARACTERS = 4000
NOTE_CHARACTERS = 4000
EXPLANATION_CHARACTERS = 500
UNCHOSEN = ("", "choose")
SEVERITIES = [
    (level.value, level.value)
    for level in (Level.NONE, Level.LOW, Level.CONCERN, Level.WARNING, Level.CRISIS)
]


class ClaimForm(forms.Form):
    """A claim; the version is left out where nothing of the incident was seen yet."""

    version = forms.IntegerField(min_value=0, required=False)


class VersionForm(forms.Form):
    """An action on an incident as it was seen."""

    version = forms.IntegerField(min_value=0)


class TakeNextForm(forms.Form):
    """Whether a second case beside a crisis is meant."""

    confirmed = forms.BooleanField(required=False)


class ReplyForm(forms.Form):
    """Words to the person, kept as typed."""

    text = forms.CharField(max_length=REPLY_CHARACTERS, strip=False)

    def clean_text(self) -> str:
        """Refuse what is only white space."""
        return _not_blank(self.cleaned_data["text"])


class NoteForm(forms.Form):
    """Words to colleagues."""

    text = forms.CharField(max_length=NOTE_CHARACTERS)


class LookForm(forms.Form):
    """Why a transcript is opened without a claim."""

    reason = forms.ChoiceField(choices=LookReason.choices)
    explanation = forms.CharField(max_length=EXPLANATION_CHARACTERS, required=False)

    def clean(self) -> dict[str, Any]:
        """Another reason must be explained."""
        cleaned = super().clean() or {}
        if cleaned.get("reason") == LookReason.OTHER and not cleaned.get("explanation"):
            self.add_error("explanation", "Explain the reason.")
        return cleaned


class ResolveForm(VersionForm):
    """How it ended and whether the detection was right. Nothing is chosen beforehand: a tired hand would leave it."""

    outcome = forms.ChoiceField(choices=[UNCHOSEN, *Outcome.choices])
    detection = forms.ChoiceField(choices=[UNCHOSEN, *Detection.choices])
    right_severity = forms.ChoiceField(choices=[UNCHOSEN, *SEVERITIES], required=False)
    note = forms.CharField(max_length=NOTE_CHARACTERS, required=False)
    then = forms.ChoiceField(choices=[("", ""), ("next", "next")], required=False)

    def clean(self) -> dict[str, Any]:
        """A wrong severity needs the right one; beside another judgement it would contradict it."""
        cleaned = super().clean() or {}
        if cleaned.get("detection") != Detection.WRONG_SEVERITY:
            cleaned["right_severity"] = ""
        elif not cleaned.get("right_severity"):
            self.add_error("right_severity", "Say which severity would have been right.")
        return cleaned


def _not_blank(text: str) -> str:
    if not text.strip():
        raise forms.ValidationError("Write something first.", code="required")
    return text
