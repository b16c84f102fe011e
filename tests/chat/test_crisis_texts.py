"""The fixed texts: numbers of the country inside, no promise, safe by the checker's own rules."""

import hashlib
import re
from collections.abc import Callable
from functools import partial

import pytest
import yaml

from chat.replies import crisis, phrases
from chat.replies.crisis import (
    REPLY_TEXTS_VERSION,
    WAITING_TEXTS,
    careful_reply,
    crisis_goes_on,
    crisis_protocol,
    human_on_the_way,
)
from chat.resources import listed_countries, resources_for
from safety.engine.assess import assess_reply
from safety.levels import Level

RELEASED = phrases.CONTENT.with_name("released_texts.yaml")
EVERYWHERE = [*listed_countries(), "", None, "XX"]
TEXTS: dict[str, Callable[[str | None], str]] = {
    "crisis": crisis_protocol,
    "crisis_goes_on": crisis_goes_on,
    "careful": careful_reply,
    **{state: partial(human_on_the_way, state=state) for state in WAITING_TEXTS},
}
PROMISES = (
    "you will be fine",
    "everything will",
    "i promise",
    "guarantee",
    "always here",
    "will be with you",
)


@pytest.mark.parametrize("country", EVERYWHERE)
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_holds_the_numbers_of_the_country(name, country):
    text = TEXTS[name](country)
    found = resources_for(country)
    assert re.search(rf"\b{found.emergency_number}\b", text)
    if found.fallback:
        assert "https://findahelpline.com" in text
    else:
        assert found.crisis_lines[0].name in text
        assert found.crisis_lines[0].phone in text
    assert "{" not in text


@pytest.mark.parametrize("country", EVERYWHERE)
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_passes_the_check_of_replies(name, country):
    numbers = resources_for(country).numbers
    assert assess_reply(TEXTS[name](country), numbers).level is Level.NONE


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_promises_anything(name):
    text = TEXTS[name]("US").lower()
    assert not [words for words in PROMISES if words in text]


@pytest.mark.parametrize("name", ["crisis", "careful"])
def test_the_texts_say_that_a_program_writes(name):
    assert "I am an AI, a program" in TEXTS[name]("US")


def test_the_crisis_text_tells_of_the_alert_and_not_to_wait():
    text = crisis_protocol("GB")
    assert "An alert has gone to our team" in text
    assert "do not wait" in text
    assert "call 999 now" in text


def test_the_careful_text_does_not_claim_that_somebody_was_told():
    assert "alert" not in careful_reply("GB")


def test_the_waiting_text_is_true_at_each_stage():
    assert "Nobody has answered it yet" in human_on_the_way("GB")
    assert "has seen your request" in human_on_the_way("GB", "seen")
    assert "is in this chat now" in human_on_the_way("GB", "human_here")


def test_a_changed_text_needs_a_new_version():
    own = (crisis.CRISIS_TEXT, crisis.CRISIS_GOES_ON_TEXT, crisis.CAREFUL_TEXT)
    fixed = (*own, *WAITING_TEXTS.values(), crisis.WAIT_TEXT)
    read = "\n".join((*fixed, phrases.CONTENT.read_text(encoding="utf-8")))
    digest = hashlib.sha256(read.encode()).hexdigest()
    released = yaml.safe_load(RELEASED.read_text(encoding="utf-8"))
    assert released.get(REPLY_TEXTS_VERSION) == digest, (
        "A text changed: raise REPLY_TEXTS_VERSION and add the new hash to released_texts.yaml."
    )
