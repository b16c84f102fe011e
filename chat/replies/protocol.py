"""What a provider of replies is asked, what it gives, and how it fails."""

from dataclasses import dataclass
from typing import Protocol

from safety.levels import Level


class ProviderFailed(Exception):
    """The provider has no reply: no answer in time, a refusal, or something that is not a reply."""


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """What a provider may know.

    Args:
        text: the person's message.
        history: earlier messages of the session in order, as (author, text); authors as in `chat.models.Author`.
        level: what the check said of the message.
        triggers: what fired.
        country: two letters, or empty.
        turn_number: messages in the session so far, this one included.
        tools_offered: names of tools already opened in the session.
    """

    text: str
    history: tuple[tuple[str, str], ...]
    level: Level
    triggers: tuple[str, ...]
    country: str
    turn_number: int
    tools_offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A reply that nobody has checked yet.

    Args:
        text: the words.
        provider: name of who made it.
        model: which model or which version of texts made it.
        offered_tool: name of a tool that the words offer, if any.
    """

    text: str
    provider: str
    model: str
    offered_tool: str | None


class ReplyProvider(Protocol):
    """Anything that writes replies."""

    name: str
    is_instant: bool
    """Whether it waits for nobody and takes well under a millisecond: then it runs without a time limit."""

    def reply(self, request: ReplyRequest) -> ReplyDraft:
        """A reply to the message.

        Raises:
            ProviderFailed: there is none.
        """
        ...
