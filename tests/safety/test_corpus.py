"""Our corpus: how it is read, and what must hold of every message in it."""

import re
from pathlib import Path

import pytest

from safety.corpus import counting
from safety.corpus.counting import distinct, shingles_of, too_like
from safety.corpus.reading import (
    CorpusMalformed,
    CorpusMessage,
    is_held_out,
    read_messages,
    read_sessions,
)
from safety.levels import TRIGGERS, Level

CONTACT = re.compile(r"https?://|www\.|@\w+\.\w|\d{9}|\+?\d{2,}(?:[ ()-]{1,2}\d{2,}){2,}")
HEAD = "## family=f-one | lang=en | level=warning | triggers=burden,grief | person=first"
SESSION = "## session=s-one | lang=en | arc=rising | outcome=crisis"


def _write(folder: Path, *lines: str, name: str = "a.txt") -> Path:
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def _message(text: str, lang: str = "en") -> CorpusMessage:
    return CorpusMessage(text, text, Level.NONE, (), lang, "f", {})


def test_a_line_has_what_its_block_says_unless_it_says_otherwise(tmp_path):
    _write(tmp_path, HEAD, "Plain words.", "", "[none] Fine words.", "[crisis goodbye] Bye words.")
    plain, fine, bye = read_messages(tmp_path)
    assert (plain.text, plain.level, plain.triggers) == (
        "Plain words.",
        Level.WARNING,
        ("burden", "grief"),
    )
    assert (plain.family, plain.lang, plain.about["person"]) == ("f-one", "en", "first")
    assert (fine.text, fine.level, fine.triggers) == ("Fine words.", Level.NONE, ())
    assert (bye.text, bye.level, bye.triggers) == ("Bye words.", Level.CRISIS, ("goodbye",))
    assert len({plain.id, fine.id, bye.id}) == 3


def test_brackets_that_name_no_level_are_words(tmp_path):
    (message,) = read_messages(_write(tmp_path, HEAD, "[sigh] another day"))
    assert (message.text, message.level) == ("[sigh] another day", Level.WARNING)


def test_files_are_read_in_the_order_of_their_names(tmp_path):
    _write(tmp_path, "", name="0.txt")
    _write(tmp_path, HEAD, "second", name="b.txt")
    _write(tmp_path, HEAD, "first", name="a.txt")
    assert [message.text for message in read_messages(tmp_path)] == ["first", "second"]


def test_a_session_holds_its_turns_in_order_and_is_no_message(tmp_path):
    _write(tmp_path, SESSION, "[none] hello", "[crisis goodbye] this was it", HEAD, "words")
    (session,) = read_sessions(tmp_path)
    assert [turn.level for turn in session.turns] == [Level.NONE, Level.CRISIS]
    assert (session.name, session.outcome, session.about["arc"]) == (
        "s-one",
        Level.CRISIS,
        "rising",
    )
    assert [message.text for message in read_messages(tmp_path)] == ["words"]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([HEAD, "fine", "[warning sorrow] not a sign"], "a.txt:3"),
        (["## family=x | lang=en", "no level at all"], "a.txt:2"),
        (["## family=x | lang=en | level=unknown", "no level of ours"], "a.txt:2"),
        (["## lang=en | level=none", "of no family"], "a.txt:1"),
        (["## family=x | level=none", "of no language"], "a.txt:1"),
        ([HEAD, "fine", "## nothing"], "a.txt:3"),
        (["words before any head"], "a.txt:1"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path, lines, place):
    with pytest.raises(CorpusMalformed, match=f"^{re.escape(place)}"):
        read_messages(_write(tmp_path, *lines))


@pytest.mark.parametrize(
    "lines",
    [
        [SESSION],
        ["## session=s-one | lang=en", "[none] hello"],
        ["## session=s-one | lang=en | outcome=unknown", "[none] hello"],
    ],
)
def test_a_session_without_turns_or_outcome_is_refused(tmp_path, lines):
    with pytest.raises(CorpusMalformed, match="s-one"):
        read_sessions(_write(tmp_path, *lines))


def test_families_are_held_out_and_not_messages(tmp_path):
    heads = [f"## family=f-{number} | lang=en | level=none" for number in range(40)]
    _write(tmp_path, *(line for head in heads for line in (head, f"a {head[12:16]}", head[12:16])))
    messages = read_messages(tmp_path)
    assert {message.held_out for message in messages} == {True, False}
    assert all(message.held_out is is_held_out(message.family) for message in messages)
    assert 2 <= sum(is_held_out(f"f-{number}") for number in range(40)) <= 16


def test_two_sessions_in_five_are_held_out():
    sessions = read_sessions()
    assert sum(each.held_out for each in sessions) / len(sessions) == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize(
    ("text", "shingles"),
    [
        ("One two, three four", {("one", "two", "three"), ("two", "three", "four")}),
        ("ok then", {("ok", "then")}),
        ("🙂", {("🙂",)}),
    ],
)
def test_a_text_is_taken_apart_into_runs_of_words(text, shingles):
    assert shingles_of(text) == shingles


def test_texts_that_differ_by_little_are_too_like():
    long = "we went to the shop and the bread was gone so we went home again"
    messages = [_message(long), _message(long + " ok"), _message("something else"), _message("🙂")]
    assert list(too_like(messages)) == [(long, long + " ok")]
    assert list(too_like([_message(long), _message(long + " ok", lang="de")])) == []


def test_the_nearest_neighbour_is_of_the_same_language():
    messages = [_message("a b c d"), _message("b c d e"), _message("b c d", lang="de")]
    assert counting.nearest(messages) == pytest.approx([1 / 3, 1 / 3, 0])


def test_variety_is_one_where_nothing_is_said_twice():
    assert distinct([_message("a b c"), _message("d e f")]) == 1
    assert distinct([_message("a b c"), _message("a b c")]) == 0.5
    assert distinct([]) == 0


@pytest.fixture(scope="module")
def corpus() -> list[CorpusMessage]:
    return read_messages()


def test_every_message_has_an_id_of_its_own(corpus):
    ids = [message.id for message in corpus]
    assert len(ids) == len(set(ids))


def test_every_session_has_a_name_of_its_own():
    names = [session.name for session in read_sessions()]
    assert len(names) == len(set(names))


def test_no_message_holds_an_address_or_a_telephone_number(corpus):
    turns = [turn for session in read_sessions() for turn in session.turns]
    assert [each.id for each in (*corpus, *turns) if CONTACT.search(each.text)] == []


@pytest.mark.slow
def test_no_message_is_nearly_another(corpus):
    assert list(too_like(corpus)) == []


def test_every_sign_and_level_is_there_in_both_folds(corpus):
    for held_out in (True, False):
        fold = [message for message in corpus if message.held_out is held_out]
        assert {message.level for message in fold} >= {
            Level.NONE,
            Level.CONCERN,
            Level.WARNING,
            Level.CRISIS,
        }
    assert {name for message in corpus for name in message.triggers} == set(TRIGGERS)


def test_every_message_is_short_enough_to_be_sent(corpus):
    assert [message.id for message in corpus if not 1 <= len(message.text) <= 8_000] == []


def test_no_family_stands_in_two_files_or_has_two_heads(corpus):
    heads: dict[str, set[str]] = {}
    for message in corpus:
        heads.setdefault(message.family, set()).add(str(sorted(message.about.items())))
    assert [family for family, held in heads.items() if len(held) > 1] == []


def test_the_command_counts_messages_and_sessions(corpus, capsys):
    counting.main()
    printed = capsys.readouterr().out
    assert f"messages {len(corpus)}, of them held out" in printed
    assert "crisis" in printed
    assert f"sessions {len(read_sessions())}, turns" in printed
