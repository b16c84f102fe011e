"""The default responder: no key, no network, no chance. It listens in a careful, modest way.

What it says is put together from `content/replies.yaml`; the same request always gives the same reply, and what was
said before in the session is not said again while there is something else.

Source: docs/replies.md names the guidance (WHO Psychological First Aid, Samaritans SHUSH, NICE, SAMHSA, open
questions and reflections as in motivational interviewing).
"""

import hashlib
from collections.abc import Sequence

from chat.mood import mood_of
from chat.replies.crisis import REPLY_TEXTS_VERSION
from chat.replies.listening import (
    AI,
    GOOD_MOODS,
    Answer,
    answer_about_danger,
    intent_of,
    says_under_age,
    topic_of,
)
from chat.replies.phrases import DEFAULT_TRIGGER, Care, Intent, Phrases, Topic, load_phrases
from chat.replies.protocol import ReplyDraft, ReplyRequest
from chat.resources import lines_in_words, resources_for, with_numbers
from chat.words import words_of
from safety.levels import Level

URGENT_TOPICS = frozenset({"panic"})
"""Topics in which a tool is offered at once; in others the person is heard first."""
LIGHT_TOPICS = frozenset(
    {
        "work",
        "school",
        "friends",
        "family",
        "sleep",
        "relationship",
        "motivation",
        "change",
        "anxiety",
    }
)
"""Topics in which a good mood is answered as one; beside the others a bright word is not the whole of it."""
BARE_ANSWER_WORDS = 2
CARE_LEVELS = frozenset({Level.CONCERN, Level.WARNING, Level.UNKNOWN, Level.CRISIS})
NUMBERS_STILL_NEAR = 2
"""Numbers given in so many last replies are not spelled out again."""


class EmbeddedProvider:
    """Writes replies from texts that are part of Vigil."""

    name = "embedded"
    is_instant = True

    def reply(self, request: ReplyRequest) -> ReplyDraft:
        """A reply; never fails."""
        text, tool = _Responder(request).compose()
        return ReplyDraft(
            text=text, provider=self.name, model=f"texts-{REPLY_TEXTS_VERSION}", offered_tool=tool
        )


class _Responder:
    """One reply in the making."""

    def __init__(self, request: ReplyRequest) -> None:
        self.request = request
        self.phrases: Phrases = load_phrases()
        self.replies = [text for author, text in request.history if author == AI]
        self.said = "\n".join(self.replies)
        self.tool: str | None = None

    def compose(self) -> tuple[str, str | None]:
        """The words, and the tool they offer."""
        parts = [self._introduction(), *self._body()]
        text = " ".join(part for part in parts if part)
        return self._filled(text), self.tool

    def _introduction(self) -> str:
        return "" if self.replies else self._pick(self.phrases.introduction)

    def _body(self) -> list[str]:
        answer = answer_about_danger(self.request.text, self.request.history)
        if answer is Answer.WORRYING:
            return [self._pick(self.phrases.care.affirmed)]
        bare = len(words_of(self.request.text)) <= BARE_ANSWER_WORDS
        at_risk = self.request.level in CARE_LEVELS
        if answer is Answer.REASSURING and (bare or not at_risk):
            return [self._pick(self.phrases.care.denied)]
        if at_risk:
            return self._caring()
        intent = intent_of(self.request.text)
        return [self._answer_to(intent)] if intent else self._listening()

    def _answer_to(self, intent: Intent) -> str:
        self.tool = intent.tool
        return self._pick(intent.texts)

    def _listening(self) -> list[str]:
        mood = mood_of(self.request.text)
        topic = topic_of(self.request.text, self.request.history)
        if mood in GOOD_MOODS and (topic is None or topic.name in LIGHT_TOPICS):
            return self._heard(self.phrases.positive)
        sounds = self.phrases.mood_reflections.get(mood, ())
        about = topic or self.phrases.general
        offer = self._offer(about.tool or self.phrases.mood_tools.get(mood), about)
        if sounds and topic:
            return [self._pick(sounds), *self._heard(about, offer)]
        return [self._pick(sounds or about.reflections), offer, self._pick(about.questions)]

    def _heard(self, topic: Topic, offer: str = "") -> list[str]:
        return [self._pick(topic.reflections), offer, self._pick(topic.questions)]

    def _caring(self) -> list[str]:
        care, texts = self._care_entry(), self.phrases.care
        told = self.request.level is not Level.CONCERN
        near = any(
            lines_in_words(self.request.country) in text
            for text in self.replies[-NUMBERS_STILL_NEAR:]
        )
        return [
            self._opening(care),
            self._line_of(care.kind, care.kind_words),
            self._line_of("children", texts.young_words) if self._is_young() else "",
            texts.numbers_again if near else texts.numbers,
            texts.human_told if told else texts.human_offered,
            self._care_offer(care) if near else "",
            self._first_unsaid(care.questions),
        ]

    def _care_entry(self) -> Care:
        entries = self.phrases.care.by_trigger
        known = (entries[trigger] for trigger in self.request.triggers if trigger in entries)
        return next(known, entries[DEFAULT_TRIGGER])

    def _opening(self, care: Care) -> str:
        fresh = [text for text in care.openings if text not in self.said]
        return self._pick(fresh or self.phrases.general.reflections)

    def _is_young(self) -> bool:
        return says_under_age(self.request.text, self.request.history)

    def _line_of(self, kind: str, sentence: str) -> str:
        lines = [line for line in resources_for(self.request.country).of_kind(kind) if line.phone]
        return sentence.replace("{line}", f"{lines[0].name}, {lines[0].phone}") if lines else ""

    def _care_offer(self, care: Care) -> str:
        return self._offer(care.tool, None)

    def _offer(self, tool: str | None, topic: Topic | None) -> str:
        """The sentence that offers a tool, once in a session and only after the person was heard."""
        if tool is None or tool in self.request.tools_offered:
            return ""
        sentence = self.phrases.offers[tool]
        urgent = topic is not None and topic.name in URGENT_TOPICS
        if sentence in self.said or self._just_offered() or not (self.replies or urgent):
            return ""
        self.tool = tool
        return sentence

    def _just_offered(self) -> bool:
        last = "".join(self.replies[-1:])
        return any(sentence in last for sentence in self.phrases.offers.values())

    def _first_unsaid(self, options: Sequence[str]) -> str:
        unsaid = (text for text in options if text not in self.said)
        return next(unsaid, self._pick(options))

    def _pick(self, options: Sequence[str]) -> str:
        """One of the options, by the request alone; one that was not said yet, while there is one."""
        start = self._seed(options[0]) % len(options)
        turned = [*options[start:], *options[:start]]
        return next((text for text in turned if self._filled(text) not in self.said), turned[0])

    def _seed(self, salt: str) -> int:
        told = "\x1f".join((self.request.text, str(len(self.request.history)), salt))
        digest = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big")

    def _filled(self, text: str) -> str:
        return with_numbers(text, self.request.country)
