"""The demo, as it is shown to somebody who has never seen Vigil."""

import io
import re

import pytest
from django.core.management import call_command

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]


def test_the_demo_shows_what_the_person_saw_which_alerts_went_out_and_where_to_look():
    out = io.StringIO()
    call_command("demo", stdout=out)
    told = out.getvalue()
    levels = re.findall(r"Level (\w+)", told)
    assert levels[0] in {"none", "low"}
    assert levels[1:] == ["concern", "warning", "crisis"]
    assert len(re.findall(r"Alert at /alerts, \d+ ms", told)) == 2
    assert len(re.findall(r"Alert at /crisis-alert, \d+ ms", told)) == 1
    assert "988" in told
    assert "/admin/console/" in told
    assert "sign in as moderator" in told
    assert "Fewer alerts" not in told
