"""Fixed texts for the moments in which nothing is generated; change one, raise the version: the board approves them.

They promise nothing: they say that a program writes, what has been done, and whom to call now. Each carries the
country's own numbers. docs/replies.md gives the sources and reasons.
"""

from typing import Final, Literal

from chat.resources import with_numbers

REPLY_TEXTS_VERSION: Final = "2026-11-24.2"
"""Version of every fixed and embedded text: part of what the board approves and of an assessment's release."""

WaitingState = Literal["nobody_yet", "seen", "human_here"]

CRISIS_TEXT: Final = """\
What you wrote is serious, and it is good that you wrote it. I am an AI, a program and not a person, and this \
matters too much for a program alone. An alert has gone to our team. I cannot say when one of them will write here, \
so please do not wait for it.

If your life or someone else's is in danger, or something has already been done or taken, {emergency}, or ask \
somebody near you to call. Please do this even if you feel all right at the moment.

{lines}

While you do that:
- If you can, be with another person, or tell somebody you trust: "I am not safe, please stay with me."
- Put distance between yourself and anything you could use to hurt yourself or anyone else. Somebody can help with that.
- If another person is hurting you, go somewhere safer if you can do so without more danger.

You can keep writing here. Are you with somebody right now?"""

CRISIS_GOES_ON_TEXT: Final = """\
I have read this too, and your messages are kept for the people of our team who were alerted. I am a program, so \
please do not lean on me alone.

If you might act on what you told me, or anything has been done or taken, {emergency}. You can do that while you \
write here.

{lines}

Are you safe at this moment, and is somebody with you or near you whom you could ask to stay?"""

CAREFUL_TEXT: Final = """\
Thank you for writing. Your message has arrived and is kept. I am an AI, a program, and just now I cannot give \
you the answer it deserves, so I would rather not guess.

If you might hurt yourself, if somebody is hurting you, or if anyone is in danger, {emergency}.

{lines}

You can also ask for a person of our team in this chat at any moment, and you can go on writing. Are you safe where \
you are right now?"""

NOBODY_YET_TEXT: Final = """\
Your request for a person has reached our team. Nobody has answered it yet, and I cannot tell you how long it will \
take. You can go on writing: your messages are kept, and whoever comes can read them.

{wait}"""

SEEN_TEXT: Final = """\
Somebody of our team has seen your request. They are not in this chat yet, and I cannot tell you how long it will \
take. You can go on writing: your messages are kept, and they can read them.

{wait}"""

HUMAN_HERE_TEXT: Final = """\
A person of our team is in this chat now and answers instead of the program. They may need a moment to read before \
they write.

{wait}"""

WAIT_TEXT: Final = """\
If it cannot wait, please do not wait for us: in danger, {emergency}.

{lines}"""

WAITING_TEXTS: Final[dict[WaitingState, str]] = {
    "nobody_yet": NOBODY_YET_TEXT,
    "seen": SEEN_TEXT,
    "human_here": HUMAN_HERE_TEXT,
}


def crisis_protocol(country: str | None) -> str:
    """What a person reads instead of a generated reply when the level is `crisis`.

    Args:
        country: two letters, or empty; an unknown one gets the lines for everywhere.
    """
    return with_numbers(CRISIS_TEXT, country)


def crisis_goes_on(country: str | None) -> str:
    """What a person reads when they write on and nobody has resolved their crisis yet."""
    return with_numbers(CRISIS_GOES_ON_TEXT, country)


def careful_reply(country: str | None) -> str:
    """What a person reads when the check failed, no reply could be made, or it was not safe to show."""
    return with_numbers(CAREFUL_TEXT, country)


def human_on_the_way(country: str | None, state: WaitingState = "nobody_yet") -> str:
    """Where a person stands who asked for a human. Says what is so, never when it will change.

    Args:
        country: two letters, or empty.
        state: `nobody_yet`, `seen` (claimed, not yet in the chat) or `human_here`.
    """
    return with_numbers(WAITING_TEXTS[state].replace("{wait}", WAIT_TEXT), country)
