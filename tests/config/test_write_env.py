"""The private `.env`: written once, with fresh secrets, and never over what is there."""

import base64
import re
import stat
import subprocess
import sys

import pytest
import write_env

from config.env import ROOT


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch, tmp_path):
    for name in write_env.SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def assignments(path):
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", path.read_text(), re.MULTILINE))


def test_a_new_file_holds_every_secret_and_is_private(tmp_path):
    path = tmp_path / "env"
    assert write_env.write_env(path) == list(write_env.SECRETS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = assignments(path)
    assert len(base64.b64decode(written["ENCRYPTION_KEY"])) == 32
    assert len(base64.b64decode(written["WEBHOOK_SIGNING_SECRET"].removeprefix("whsec_"))) == 32
    assert all(len(value) >= 44 for value in written.values())


def test_a_second_time_changes_nothing(tmp_path):
    path = tmp_path / "env"
    write_env.write_env(path)
    first = path.read_bytes()
    assert write_env.write_env(path) == []
    assert path.read_bytes() == first


def test_two_installations_share_no_secret(tmp_path):
    for name in ("one", "two"):
        write_env.write_env(tmp_path / name)
    one, two = assignments(tmp_path / "one"), assignments(tmp_path / "two")
    assert not set(one.values()) & set(two.values())


def test_what_an_operator_wrote_stays_and_only_the_missing_is_added(tmp_path):
    path = tmp_path / "env"
    path.write_text("SERVICE_PORT=9000\nJWT_SECRET=of-the-identity-provider")
    assert "JWT_SECRET" not in write_env.write_env(path)
    assert path.read_text().startswith("SERVICE_PORT=9000\nJWT_SECRET=of-the-identity-provider\n")
    assert set(write_env.SECRETS) <= set(assignments(path))


def test_what_the_real_environment_says_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from outside")
    monkeypatch.setenv("ENCRYPTION_KEY_FILE", "a path")
    assert write_env.write_env(tmp_path / "env") == ["JWT_SECRET", "WEBHOOK_SIGNING_SECRET"]


def test_a_database_without_its_key_is_refused_a_fresh_one(tmp_path, capsys, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vigil.sqlite3").touch()
    monkeypatch.setenv("VIGIL_ENV_FILE", str(tmp_path / "env"))
    with pytest.raises(write_env.KeyLost):
        write_env.write_env(tmp_path / "env")
    assert write_env.main() == 1
    assert "ENCRYPTION_KEY" in capsys.readouterr().err
    assert not (tmp_path / "env").exists()


def test_the_script_needs_nothing_but_python(tmp_path):
    environment = {"VIGIL_ENV_FILE": str(tmp_path / "env"), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "write_env.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "Wrote fresh SECRET_KEY" in done.stdout
    assert assignments(tmp_path / "env")["SECRET_KEY"] not in done.stdout
