"""The reader of the environment: strict, typed, and the real environment wins over the file."""

import pytest
from environs import EnvError

from config.env import Reader, read_environment


def reader_of(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Reader()


def test_a_misspelt_flag_is_an_error(monkeypatch):
    with pytest.raises(EnvError, match="FLAG"):
        reader_of(monkeypatch, FLAG="ture").flag("FLAG", default=False)


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("0", False), ("yes", True)])
def test_flags_are_read_in_their_usual_spellings(monkeypatch, text, flag):
    assert reader_of(monkeypatch, FLAG=text).flag("FLAG", default=not flag) is flag


def test_a_number_below_its_least_is_an_error(monkeypatch):
    with pytest.raises(EnvError, match="NUMBER"):
        reader_of(monkeypatch, NUMBER="0").whole("NUMBER", 5, least=1)


def test_a_word_that_is_not_in_the_list_is_an_error(monkeypatch):
    with pytest.raises(EnvError, match="WORD"):
        reader_of(monkeypatch, WORD="all").enum_word("WORD", ("excerpt", "none"))


def test_a_word_that_is_not_set_is_the_first(monkeypatch):
    monkeypatch.delenv("WORD", raising=False)
    assert Reader().enum_word("WORD", ("excerpt", "none")) == "excerpt"


def test_words_are_separated_by_commas_and_trimmed(monkeypatch):
    assert reader_of(monkeypatch, WORDS=" a, b ,,c").words("WORDS") == ["a", "b", "c"]


def test_a_secret_has_no_default_and_no_placeholder(monkeypatch):
    with pytest.raises(ValueError, match="SHORT"):
        reader_of(monkeypatch, SHORT="changeme").secret("SHORT")
    monkeypatch.delenv("MISSING", raising=False)
    with pytest.raises(EnvError, match="MISSING"):
        Reader().secret("MISSING")


def test_a_value_may_stand_in_a_file_of_its_own(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("a-secret-from-a-file")
    env = reader_of(monkeypatch, OURS_FILE=str(tmp_path / "secret"))
    assert env.secret("OURS") == "a-secret-from-a-file"


def test_the_real_environment_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / "env").write_text("IN_FILE=file\nIN_BOTH=file\n")
    monkeypatch.setenv("VIGIL_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("IN_BOTH", "real")
    env = read_environment()
    assert (env.text("IN_FILE"), env.text("IN_BOTH")) == ("file", "real")
