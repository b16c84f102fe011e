"""Consent documents: complete, honest, and never changed under their version."""

import pytest

from chat.consent_documents import (
    KINDS,
    BadDocument,
    current_documents,
    parse_document,
    released_digests,
    required_kinds,
)

HEAD = '---\nversion: "2026-01-01"\ntitle: A title\nrequired: false\n---\n'


def test_there_is_one_current_document_of_each_kind():
    assert tuple(document.kind for document in current_documents()) == KINDS


def test_all_three_are_required_before_a_session():
    assert required_kinds() == ("terms", "privacy", "ai_disclosure")


@pytest.mark.parametrize("document", current_documents(), ids=lambda document: document.kind)
def test_a_changed_text_needs_a_new_version(document):
    released = released_digests()[document.kind]
    assert released.get(document.version) == document.digest, (
        "The text changed: give it a new version and add that version's hash to released.yaml."
    )


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("terms", "not an emergency service"),
        ("terms", "16 years"),
        ("privacy", "checked first"),
        ("privacy", "encrypted"),
        ("privacy", "that is recorded"),
        ("privacy", "at most 500 characters"),
        ("privacy", "outside AI company"),
        ("privacy", "Have it erased"),
        ("privacy", "Download everything"),
        ("ai_disclosure", "not a person and not a clinician"),
        ("ai_disclosure", "no diagnosis"),
        ("ai_disclosure", "cannot call anybody"),
    ],
)
def test_the_documents_say_what_a_person_must_know(kind, says):
    bodies = {document.kind: " ".join(document.body.split()) for document in current_documents()}
    assert says.lower() in bodies[kind].lower()


def test_the_digest_covers_title_and_requirement():
    one = parse_document("terms", HEAD + "Text.")
    assert one.digest != parse_document("terms", HEAD.replace("A title", "B") + "Text.").digest
    assert one.digest != parse_document("terms", HEAD.replace("false", "true") + "Text.").digest
    assert one.required is False


@pytest.mark.parametrize(
    "text",
    [
        "Text without a head.",
        HEAD,
        "---\ntitle: A\nrequired: true\n---\nText.",
        "---\njust words\n---\nText.",
        HEAD.replace('"2026-01-01"', "2026-01-01") + "Text.",
        HEAD.replace("2026-01-01", "2026-01-01-and-far-too-long") + "Text.",
    ],
)
def test_an_incomplete_document_is_refused(text):
    with pytest.raises(BadDocument):
        parse_document("terms", text)
