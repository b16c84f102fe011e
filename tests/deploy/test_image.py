"""The Dockerfile's own steps, run here in a folder of their own; and nothing is imported that it does not install."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]
UNWANTED = shutil.ignore_patterns("__pycache__")

pytestmark = pytest.mark.slow


def instructions(name: str) -> list[str]:
    """What the last stage says under this name, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", LAST_STAGE)
    return re.findall(rf"^{name} (.+)$", joined, re.MULTILINE)


def environment(folder: Path) -> dict[str, str]:
    """As the image sets it, with this machine's Python, and nothing else."""
    said = dict(pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line))
    return {
        **said,
        "DATA_DIR": said["DATA_DIR"].replace("/srv/vigil", str(folder)),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "VIGIL_ENV_FILE": os.devnull,
    }


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image's /srv/vigil."""
    folder = tmp_path_factory.mktemp("image")
    for copied in (line for line in instructions("COPY") if not line.startswith("--from")):
        source, target = copied.split()
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=UNWANTED)
        else:
            shutil.copy(ROOT / source, folder / target)
    built = subprocess.run(
        ["sh", "-euc", f"umask 077; {instructions('RUN')[-1]}"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-2000:]
    return folder


def test_static_files_are_collected(image):
    collected = image / "var" / "static"
    assert (collected / "admin" / "css" / "base.css").exists()
    ours = {path.relative_to(ROOT / "static") for path in (ROOT / "static").rglob("*.*")}
    assert ours
    assert all((collected / path).exists() for path in ours)


def test_whoever_runs_it_can_read_all_of_it_and_change_none(image):
    for path in image.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o004, f"{path} cannot be read"
        assert not path.is_dir() or mode & 0o001, f"{path} cannot be entered"
        assert not mode & 0o022, f"{path} can be changed"


def test_no_secret_of_the_build_stays_in_it(image):
    thrown_away = re.search(r"JWT_SECRET=(\S+)", instructions("RUN")[-1])
    assert thrown_away
    assert not [
        path
        for path in image.rglob("*")
        if path.is_file() and thrown_away[1].encode() in path.read_bytes()
    ]


EVERYTHING = """
import re, sys
from importlib.metadata import packages_distributions

pinned = set(re.findall(r"^([a-z0-9.-]+)(?:\\[.*\\])?==", open(sys.argv[1]).read(), re.MULTILINE))
distributions = packages_distributions()

class OnlyPinned:
    def find_spec(self, name, path=None, target=None):
        owners = {each.lower().replace("_", "-") for each in distributions.get(name.partition(".")[0], [])}
        if owners and not owners & pinned:
            raise ModuleNotFoundError(f"No module named {name!r} in the image", name=name)

sys.meta_path.insert(0, OnlyPinned())
import django; django.setup()
from config import asgi, celery, probe, serving, standby
from kombu.transport import redis
import uvicorn.loops.uvloop, uvicorn.protocols.http.httptools_impl
django.core.management.call_command("check")
"""
"""Imports what web, workers and standby import, and finds nothing that requirements.txt does not name."""


def test_what_is_imported_is_in_it_or_is_installed(image):
    secrets = dict(
        pair.split("=", 1) for pair in re.findall(r"\b[A-Z_]+=\S+", instructions("RUN")[-1])
    )
    done = subprocess.run(
        ["python", "-c", EVERYTHING, str(ROOT / "requirements.txt")],
        cwd=image,
        env={**environment(image), **secrets},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
