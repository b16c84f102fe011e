"""The second labels of the corpus, and what is said of how far the labellers agree."""

import pytest

from safety.corpus.agreement import lines_of
from safety.corpus.labels import Label, is_disputed, read_second
from safety.corpus.reading import CorpusMalformed, CorpusMessage, read_messages
from safety.levels import Level


def _message(name: str, level: Level, *triggers: str) -> CorpusMessage:
    return CorpusMessage(name, name, level, triggers, "en", "f", {})


def test_every_message_has_a_second_label():
    assert read_second().keys() == {message.id for message in read_messages()}


def test_a_line_is_an_id_a_level_and_signs(tmp_path):
    path = tmp_path / "second.tsv"
    path.write_text("aa\tcrisis\tgoodbye,grief\nbb\tnone\t\n")
    assert read_second(path) == {
        "aa": Label(Level.CRISIS, ("goodbye", "grief")),
        "bb": Label(Level.NONE, ()),
    }


@pytest.mark.parametrize("line", ["aa\tcrisis", "aa\tdreadful\t", "aa\tlow\tboredom", ""])
def test_a_line_that_cannot_be_read_is_named(tmp_path, line):
    path = tmp_path / "second.tsv"
    path.write_text(f"bb\tnone\t\n{line}\n")
    with pytest.raises(CorpusMalformed, match=r"^second\.tsv:2"):
        read_second(path)


@pytest.mark.parametrize(
    ("first", "second", "disputed"),
    [
        (Level.LOW, Level.CONCERN, True),
        (Level.CRISIS, Level.NONE, True),
        (Level.CONCERN, Level.CRISIS, False),
        (Level.NONE, Level.LOW, False),
    ],
)
def test_a_message_is_disputed_where_one_labeller_sees_risk_and_the_other_none(
    first, second, disputed
):
    message = _message("a", first)
    assert is_disputed(message, {"a": Label(second, ())}) is disputed


def test_agreement_is_counted():
    messages = [
        _message("a", Level.CRISIS, "goodbye"),
        _message("b", Level.NONE),
        _message("c", Level.LOW),
        _message("d", Level.CRISIS),
    ]
    second = {
        "a": Label(Level.CRISIS, ("goodbye",)),
        "b": Label(Level.NONE, ()),
        "c": Label(Level.CONCERN, ()),
        "d": Label(Level.CRISIS, ()),
    }
    printed = list(lines_of(messages, second))
    assert printed[0] == "labelled twice 4, the same level 0.750"
    assert "kappa of any risk 0.500" in printed
    assert "kappa of crisis 1.000" in printed
    assert "disputed 1" in printed
    assert "goodbye 1.00" in printed[-1]
