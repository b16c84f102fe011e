"""`scripts/write_deploy_secrets.py` writes every secret that compose.yaml names, once."""

import os
import re
import stat

import pytest
import write_deploy_secrets
import yaml

from chaos.servers import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
BROUGHT = {"tls_certificate"}
"""By whoever installs it."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "chown", lambda *_: None)
    return tmp_path / "secrets"


def test_it_writes_every_secret_that_is_named(folder):
    written = write_deploy_secrets.write_secrets(folder)
    assert set(written) == set(COMPOSE["secrets"]) - BROUGHT
    assert all((folder / name).read_text() for name in written)


def test_it_never_writes_one_again(folder):
    write_deploy_secrets.write_secrets(folder)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert write_deploy_secrets.write_secrets(folder) == []
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_addresses_carry_the_password_of_their_account(folder):
    write_deploy_secrets.write_secrets(folder)
    for account, file in write_deploy_secrets.ACCOUNTS.items():
        password = (folder / f"mongodb_{account}_password").read_text()
        assert f"//vigil_{account}:{password}@" in (folder / file).read_text()
    assert (folder / "redis_password").read_text() in (folder / "redis_url").read_text()


def test_others_on_the_machine_see_nothing_and_each_container_its_own(folder):
    write_deploy_secrets.write_secrets(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes.pop("mongodb_key") == 0o400
    assert set(modes.values()) == {0o444}


def test_the_key_is_one_that_mongodb_takes(folder):
    write_deploy_secrets.write_secrets(folder)
    assert re.fullmatch(r"[0-9a-f]{6,1024}", (folder / "mongodb_key").read_text())


def test_whoever_may_not_give_the_key_away_is_told_how(folder, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    write_deploy_secrets.write_secrets(folder)
    assert "sudo chown 999:999" in capsys.readouterr().out
