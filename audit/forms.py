"""The form of the search page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from audit.exports import EXPORT_FORMATS
from audit.queries import EventFilter, UnknownPlace, read_place
from audit.store.ids import as_id

_NAME = RegexValidator(r"\A[A-Za-z0-9_.:/+-]*\Z", "Letters, digits and . : _ - only.")
_MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT_FORMAT)
    return forms.DateTimeField(label=label, required=False, widget=widget)


class SearchForm(forms.Form):
    """What to look for in the record."""

    since = _moment("From (UTC)")
    until = _moment("Before (UTC)")
    actor = forms.CharField(
        label="Who did it",
        required=False,
        max_length=81,
        validators=[_NAME],
        help_text="staff:id, system: or an id",
    )
    action = forms.CharField(
        label="What was done",
        required=False,
        max_length=64,
        validators=[_NAME],
        help_text="Or how it begins: chat.",
    )
    target = forms.CharField(
        label="To what",
        required=False,
        max_length=97,
        validators=[_NAME],
        help_text="incident:id, session: or an id",
    )
    person = forms.CharField(
        label="Whose words or data", required=False, max_length=36, help_text="A person's id"
    )
    before = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_person(self) -> str:
        """The id in its one form."""
        given = self.cleaned_data["person"]
        person_id = as_id(given) if given else ""
        if person_id is None:
            raise ValidationError("This is not a person's id.")
        return person_id

    def clean_before(self) -> str:
        """A place that a page gave, or none."""
        place: str = self.cleaned_data["before"]
        if place:
            try:
                read_place(place)
            except UnknownPlace:
                raise ValidationError("This place is unknown; search again.") from None
        return place

    def filters(self) -> EventFilter:
        """The filter that the form describes."""
        given: dict[str, Any] = self.cleaned_data
        return EventFilter(
            actor=given["actor"],
            action=given["action"],
            target=given["target"],
            person_id=given["person"],
            since=given["since"],
            until=given["until"],
        )


class ExportForm(SearchForm):
    """What to take away, and in which format."""

    format = forms.ChoiceField(choices=[(name, name) for name in EXPORT_FORMATS])
