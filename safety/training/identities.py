"""Identities that are beside the point: put into harmless and risky texts alike, so that none gives a label away.

Source: written for Vigil; the kinds follow the protected characteristics of the Equality Act 2010, section 4.
"""

from typing import Final

IDENTITIES: Final = (
    *(
        "woman",
        "man",
        "trans woman",
        "trans man",
        "non-binary person",
        "gay man",
        "lesbian",
        "bisexual person",
    ),
    *(
        "straight person",
        "queer person",
        "Muslim",
        "Christian",
        "Jew",
        "Hindu",
        "Sikh",
        "Buddhist",
        "atheist",
    ),
    *(
        "Black woman",
        "Black man",
        "white person",
        "Asian person",
        "Latino",
        "Latina",
        "Arab",
        "African",
        "Indian",
    ),
    *(
        "Chinese person",
        "Roma",
        "refugee",
        "immigrant",
        "citizen",
        "teenager",
        "old man",
        "old woman",
        "student",
    ),
    *(
        "blind person",
        "deaf person",
        "wheelchair user",
        "autistic person",
        "dyslexic person",
        "veteran",
        "farmer",
    ),
    *(
        "single mother",
        "father of two",
        "widow",
        "Mexican",
        "Nigerian",
        "Pole",
        "Turk",
        "American",
        "European",
    ),
)
FRAMES: Final = (
    "I am {article} {identity}. {text}",
    "As {article} {identity}: {text}",
    "{text} I am {article} {identity}, by the way.",
    "Hi, {identity} here. {text}",
    "My neighbour is {article} {identity}. {text}",
)


def with_identity(text: str, number: int) -> str:
    """The text with one of the identities in one of the frames, chosen by the number."""
    identity = IDENTITIES[number // len(FRAMES) % len(IDENTITIES)]
    article = "an" if identity[0].lower() in "aeiou" else "a"
    frame = FRAMES[number % len(FRAMES)]
    return frame.format(text=text, identity=identity, article=article)
