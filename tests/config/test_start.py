"""Starting: what is in the way is told in plain words, before anything runs."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import start

from config.playground.installation import free_port


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("9001", 9001), ("65535", 65535)])
def test_the_port_comes_from_the_environment_or_is_8000(text, port):
    assert start.port_of(text) == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80 80"])
def test_what_is_no_port_is_refused_by_name(text):
    with pytest.raises(start.CannotStart, match="SERVICE_PORT"):
        start.port_of(text)


def test_a_busy_port_is_told_with_a_way_out():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(start.CannotStart, match=f"SERVICE_PORT={port + 1} make run"):
            start.check_port_is_free("127.0.0.1", port)
    start.check_port_is_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SAFETY_ALERT_CONTENT", "ture"), ("SECRET_KEY", "short"), ("MONGODB_URI", "mongodb://db")],
)
def test_a_wrong_setting_is_told_by_name_and_not_as_a_fault_of_the_database(tmp_path, name, value):
    surroundings = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path / "data"),
        "VIGIL_ENV_FILE": str(tmp_path / "env"),
        "SERVICE_PORT": str(free_port()),
    }
    done = subprocess.run(
        [sys.executable, "scripts/start.py"],
        cwd=ROOT,
        env={**surroundings, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The settings are wrong: " in done.stderr
    assert name in done.stderr
    assert "nothing was started" in done.stderr
    assert "database could not" not in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_are_right_are_not_complained_of():
    start.check_settings()


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """What web and worker would get, on an installation that has run before."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SERVICE_PORT", str(free_port()))
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").touch()
    return start.service_environment()


def test_counts_of_processes_that_are_no_more_are_swept_away(environment, tmp_path):
    assert environment["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")
    assert list((tmp_path / "metrics").iterdir()) == []


def test_this_python_comes_first_on_the_path_of_web_and_worker(environment):
    assert Path(environment["PATH"].split(os.pathsep)[0]) == Path(sys.executable).parent


def test_the_port_in_the_file_is_used_where_the_real_environment_is_silent(tmp_path, monkeypatch):
    port = free_port()
    (tmp_path / "env").write_text(f"SERVICE_PORT={port}\nDATA_DIR={tmp_path}\n")
    monkeypatch.setenv("VIGIL_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.delenv("DATA_DIR")
    monkeypatch.delenv("SERVICE_PORT", raising=False)
    environment = start.service_environment()
    assert environment["SERVICE_PORT"] == str(port)
    assert environment["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")
