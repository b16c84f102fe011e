"""The embedded responder: honest, varied, one question at a time, and safe in every sentence it can say."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.replies.crisis import REPLY_TEXTS_VERSION
from chat.replies.embedded import EmbeddedProvider
from chat.replies.listening import says_under_age, topic_of
from chat.replies.phrases import load_phrases
from chat.replies.protocol import ReplyProvider, ReplyRequest
from chat.resources import lines_in_words, resources_for
from chat.tools import all_tools
from safety.engine.assess import assess_reply
from safety.levels import TRIGGERS, Level

PROVIDER: ReplyProvider = EmbeddedProvider()
GREETED = (("person", "hello"), ("ai", "Hello. I am an AI, a program. What is on your mind today?"))
FORBIDDEN = (
    "i promise",
    "you will be fine",
    "everything will be",
    "i understand exactly",
    "always be here",
    "you have depression",
    "i am a person",
    "as a therapist",
    "mg ",
)


def a_request(text, *, history=GREETED, level=Level.NONE, triggers=(), country="GB", offered=()):
    return ReplyRequest(
        text=text,
        history=tuple(history),
        level=level,
        triggers=tuple(triggers),
        country=country,
        turn_number=len(history) + 1,
        tools_offered=tuple(offered),
    )


def reply_to(text, **given):
    return PROVIDER.reply(a_request(text, **given))


def talk(*texts, **given):
    """What is answered when a person writes these messages one after the other."""
    history: list[tuple[str, str]] = []
    drafts = []
    for text in texts:
        draft = reply_to(text, history=history, **given)
        history += [("person", text), ("ai", draft.text)]
        drafts.append(draft)
    return drafts


def test_the_draft_names_who_made_it():
    draft = reply_to("hello")
    assert draft.provider == "embedded"
    assert draft.model == f"texts-{REPLY_TEXTS_VERSION}"


def test_the_first_reply_says_that_it_is_an_ai_and_later_ones_need_not():
    first, second = talk("hello", "my job is wearing me out")
    assert "I am an AI, a program, not a person" in first.text
    assert "I am an AI" not in second.text


@pytest.mark.parametrize(
    "question",
    [
        "are you human?",
        "Are you a real person",
        "wait, is this a bot",
        "who are you?",
        "am I talking to a machine",
    ],
)
def test_it_says_what_it_is_whenever_asked(question):
    text = reply_to(question).text
    assert "AI" in text
    assert "program" in text


def test_the_same_request_gives_the_same_reply():
    assert reply_to("my boss shouted at me") == reply_to("my boss shouted at me")


def test_the_same_words_later_are_answered_in_other_words():
    drafts = talk("work is too much", "work is too much", "work is too much")
    assert len({draft.text for draft in drafts}) == 3


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I lie awake all night", "sleep"),
        ("my exams start on Monday", "school"),
        ("the deadline at the office", "work"),
        ("my parents keep arguing", "family"),
        ("she broke up with me", "relationship"),
        ("my grandpa passed away", "grief"),
        ("I had a panic attack on the bus", "panic"),
        ("I can't pay the rent", "money"),
        ("they were making fun of me in the bus", "bullying"),
        ("I have been drinking again", "substance"),
        ("I came out to my cousin", "identity"),
        ("I am not good enough", "self_worth"),
        ("the chronic pain is back", "health"),
        ("I have no friends and nobody to talk to", "loneliness"),
    ],
)
def test_the_topic_is_heard_and_answered(text, topic):
    found = topic_of(text, ())
    assert found is not None
    assert found.name == topic
    said = reply_to(text).text
    assert any(sentence in said for sentence in (*found.reflections, *found.questions))


def test_a_good_mood_is_answered_as_one():
    text = reply_to("I talked to my sister and I feel better now").text
    assert any(sentence in text for sentence in load_phrases().positive.questions)


def test_a_bright_word_beside_a_heavy_topic_is_not_the_whole_of_it():
    text = reply_to("the funeral was lovely and good").text
    assert not any(sentence in text for sentence in load_phrases().positive.reflections)


def test_no_more_than_one_question_in_a_reply():
    for topic in load_phrases().topics:
        for words in itertools.islice(sorted(topic.words), 3):
            assert reply_to(" ".join(words)).text.count("?") <= 1


def test_it_does_not_repeat_the_words_of_the_person():
    assert "orange bicycle" not in reply_to("somebody stole my orange bicycle").text


def test_a_tool_is_offered_after_the_person_was_heard_and_only_once():
    drafts = talk(*["I am so anxious and I worry all the time"] * 4)
    assert [draft.offered_tool for draft in drafts] == [None, "breathing_exercise", None, None]


def test_panic_is_offered_help_at_once():
    assert talk("I am having a panic attack")[0].offered_tool == "breathing_exercise"


def test_a_tool_that_was_opened_is_not_offered_again():
    given = {"offered": ("breathing_exercise",)}
    assert reply_to("I am so anxious and worried", **given).offered_tool is None


def test_every_offered_tool_exists():
    phrases, names = load_phrases(), {tool.name for tool in all_tools()}
    care = phrases.care.by_trigger.values()
    tools = {topic.tool for topic in phrases.topics}
    tools |= {intent.tool for intent in phrases.intents} | {entry.tool for entry in care}
    assert {*tools, *phrases.mood_tools.values()} - {None} <= names
    assert set(phrases.offers) == names


@pytest.mark.parametrize("level", [Level.CONCERN, Level.WARNING])
@pytest.mark.parametrize("trigger", [*TRIGGERS, "language_unsupported"])
def test_at_concern_and_warning_it_gives_care_numbers_a_way_to_a_person_and_one_question(
    trigger, level
):
    text = reply_to("something hard", level=level, triggers=(trigger,)).text
    assert lines_in_words("GB") in text
    assert "call 999 now" in text
    assert "our team" in text
    assert text.count("?") == 1
    assert assess_reply(text, resources_for("GB").numbers).level is Level.NONE


def test_only_at_warning_it_says_that_somebody_was_told():
    hard = {"triggers": ("hopelessness",)}
    assert "an alert has gone" in reply_to("something hard", level=Level.WARNING, **hard).text
    assert "an alert has gone" not in reply_to("something hard", level=Level.CONCERN, **hard).text


def test_it_asks_plainly_about_suicide_first():
    text = reply_to("something hard", level=Level.CONCERN, triggers=("passive_ideation",)).text
    assert "are you having thoughts of suicide?" in text


def test_the_long_list_of_numbers_is_not_repeated_in_the_next_reply():
    first, second = talk(
        "it is dark", "still dark", level=Level.CONCERN, triggers=("hopelessness",)
    )
    assert lines_in_words("GB") in first.text
    assert lines_in_words("GB") not in second.text
    assert "call 999 now" in second.text
    assert second.offered_tool == "safety_plan"


def test_care_goes_on_when_everything_was_said():
    drafts = talk(*["it is dark"] * 8, level=Level.CONCERN, triggers=("hopelessness",))
    assert len({draft.text for draft in drafts}) >= 5
    assert all("call 999 now" in draft.text for draft in drafts)


def test_for_abuse_the_line_of_the_country_is_named_where_there_is_one():
    hurt = {"level": Level.WARNING, "triggers": ("abuse",)}
    assert "0808 2000 247" in reply_to("he hits me", **hurt).text
    assert "For this there is also" not in reply_to("he hits me", **hurt, country="MX").text


@pytest.mark.parametrize(
    ("text", "young"), [("I'm 13 and scared", True), ("i am 16", True), ("I'm 31.", False)]
)
def test_a_young_person_gets_a_line_for_their_age(text, young):
    assert says_under_age(text, ()) is young
    assert ("0800 1111" in reply_to(text, level=Level.CONCERN).text) is young


ASKED = (*GREETED, ("person", "it is dark"), ("ai", "So: are you having thoughts of suicide?"))


def test_a_bare_yes_to_that_question_is_met_with_help():
    text = reply_to("yes", history=ASKED).text
    assert lines_in_words("GB") in text
    assert "call 999 now" in text
    assert "ask for a person" in text


@pytest.mark.parametrize("level", [Level.NONE, Level.WARNING])
def test_a_bare_no_to_that_question_is_thanked_for_and_numbers_stay(level):
    text = reply_to("no", history=ASKED, level=level).text
    assert "Thank you for answering" in text
    assert lines_in_words("GB") in text


def test_a_no_with_more_in_it_still_gets_care_when_the_check_found_risk():
    text = reply_to("no, it is only the nights", history=ASKED, level=Level.CONCERN).text
    assert "our team" in text


def every_text():
    phrases = load_phrases()
    care = phrases.care
    yield from phrases.introduction
    yield from phrases.offers.values()
    for moods in phrases.mood_reflections.values():
        yield from moods
    for intent in phrases.intents:
        yield from intent.texts
    for topic in (*phrases.topics, phrases.general, phrases.positive):
        yield from (*topic.reflections, *topic.questions)
    for entry in care.by_trigger.values():
        yield from (*entry.openings, *entry.questions)
    yield from (
        care.human_told,
        care.human_offered,
        care.numbers_again,
        *care.affirmed,
        *care.denied,
    )


@pytest.mark.parametrize("text", sorted(set(every_text())))
def test_every_sentence_it_can_say_passes_the_check_and_keeps_its_promises_small(text):
    assert assess_reply(text).level is Level.NONE
    assert not [words for words in FORBIDDEN if words in text.lower()]
    assert text.count("?") <= 1


def test_questions_about_danger_stand_in_the_texts_as_listed():
    spoken = [
        question for care in load_phrases().care.by_trigger.values() for question in care.questions
    ]
    for question in load_phrases().care.safety_questions:
        assert any(question in text for text in spoken)
    assert load_phrases().care.safe_when_yes <= set(load_phrases().care.safety_questions)


@given(
    text=st.text(max_size=200),
    level=st.sampled_from([Level.NONE, Level.LOW, Level.CONCERN, Level.WARNING]),
    trigger=st.sampled_from(TRIGGERS),
    country=st.sampled_from(["", "GB", "IN", "XX"]),
)
def test_any_message_gets_a_reply(text, level, trigger, country):
    draft = reply_to(text, level=level, triggers=(trigger,), country=country)
    assert draft.text
    assert "{" not in draft.text
    assert len(draft.text) < 1500


def test_a_long_message_is_answered_quickly():
    started = time.perf_counter()
    reply_to("I'm worried about work and " * 300)
    assert time.perf_counter() - started < 0.5
