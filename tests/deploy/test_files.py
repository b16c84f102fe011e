"""What the deploy files name is there: commands, variables, probes, secrets by reference, images by version."""

import io
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import call_command, get_commands
from django.db import DatabaseError
from django.urls import resolve

from chaos.servers import mongod_command
from chat.resources import resources_for
from config.celery import app
from config.errors import PROBLEMS
from config.lanes import Lane
from config.liveness import NAMES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
OURS = {
    name: each
    for name, each in COMPOSE["services"].items()
    if "build" in each and name != "mongo-init"
}
VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
KNOWN = set(VARIABLE.findall((ROOT / ".env.example").read_text()))
FROM_COMPOSE_ITSELF = {"VIGIL_HOST", "VIGIL_VERSION"}


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            yield path.name, document


def pods() -> dict[str, dict[str, Any]]:
    return {
        document["metadata"]["name"]: document["spec"]["template"]["spec"]
        for _, document in documents()
        if document["kind"] in {"Deployment", "Job"}
    }


def container(name: str) -> dict[str, Any]:
    only: dict[str, Any]
    (only,) = pods()[name]["containers"]
    return only


def commands() -> list[list[str]]:
    composed = [each["command"] for each in OURS.values()]
    probes = [each["healthcheck"]["test"][1:] for each in OURS.values() if "healthcheck" in each]
    in_pods = [container(name)["command"] for name in pods()]
    asked = [
        probe["exec"]["command"]
        for name in pods()
        for probe in (container(name).get("livenessProbe", {}),)
        if "exec" in probe
    ]
    return [*composed, *probes, *in_pods, *asked]


@pytest.mark.parametrize("command", commands(), ids=shlex.join)
def test_every_command_starts_something_that_exists(command):
    assert command[0] == "python"
    if command[1] == "manage.py":
        assert command[2] in get_commands()
        return
    assert command[1] == "-m"
    module = command[2]
    if module == "celery":
        assert command[3:5] == ["-A", "config.celery"]
        assert command[5] in celery_command.commands
        return
    assert import_module(module).main


def test_both_kinds_of_installation_run_the_same_processes():
    composed = {shlex.join(each["command"]) for each in OURS.values()}
    assert composed == {shlex.join(container(name)["command"]) for name in pods()}
    lines = (ROOT / "Procfile.celery").read_text().splitlines()
    started = {shlex.join(shlex.split(line.partition(": exec ")[2])) for line in lines}
    assert composed - started == {"python manage.py migrate --no-input"}
    assert started <= composed


def test_every_lane_has_a_worker_and_every_process_a_probe():
    queues = {command[command.index("-Q") + 1] for command in commands() if "-Q" in command}
    assert queues == {lane.value for lane in Lane} == set(app.conf.task_queues)
    asked = {command[3] for command in commands() if command[1:3] == ["manage.py", "worker_alive"]}
    assert asked == set(NAMES)


@pytest.mark.parametrize("service", OURS)
def test_compose_gives_only_variables_that_are_read(service):
    given = {name.removesuffix("_FILE") for name in OURS[service]["environment"]}
    assert given <= KNOWN
    texts = "".join(map(str, OURS[service]["environment"].values()))
    assert set(re.findall(r"\$\{(\w+)", texts)) <= KNOWN | FROM_COMPOSE_ITSELF


def test_kubernetes_gives_only_variables_that_are_read():
    (config,) = (each for _, each in documents() if each["kind"] == "ConfigMap")
    assert set(config["data"]) <= KNOWN
    for name in pods():
        assert {"secretRef": {"name": "vigil"}} in container(name)["envFrom"]
    assert not [name for name, each in documents() if each["kind"] == "Secret"]


def test_the_image_sets_only_variables_that_are_read():
    environment = re.search(r"^ENV ORT.*?(?=^COPY)", DOCKERFILE, re.DOTALL | re.MULTILINE)
    assert environment
    names = set(re.findall(r"\b([A-Z][A-Z_]+)=", environment[0]))
    others = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "DJANGO_SETTINGS_MODULE"}
    assert names - others - {"ORT_DISABLE_TELEMETRY"} <= KNOWN


def test_no_library_reports_to_its_maker():
    assert "ORT_DISABLE_TELEMETRY=1" in DOCKERFILE


def test_the_image_is_made_of_what_is_there_and_of_nothing_else():
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    allowed = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(copied) == set(allowed)
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    assert "--require-hashes" in DOCKERFILE
    assert "requirements-dev" not in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    for name in pods():
        assert pods()[name]["securityContext"]["runAsUser"] == 10001
        assert container(name)["securityContext"]["readOnlyRootFilesystem"] is True


def test_the_roles_are_those_that_the_command_prints():
    said = io.StringIO()
    call_command("mongodb_roles", stdout=said)
    assert (DEPLOY / "mongodb-roles.jsonl").read_text() == said.getvalue()


def test_each_process_has_the_account_of_its_work():
    accounts = {name: each["environment"]["MONGODB_URI_FILE"] for name, each in OURS.items()}
    by_account: dict[str, set[str]] = {}
    for name, account in accounts.items():
        by_account.setdefault(account.rpartition("/")[2], set()).add(name)
    assert by_account == {
        "mongodb_uri": {"web-1", "web-2", "beat"},
        "mongodb_worker_uri": {"worker-urgent", "worker-default", "standby"},
        "mongodb_migrate_uri": {"migrate"},
    }
    given = {
        name: [each["secretRef"]["name"] for each in container(name)["envFrom"][1:]]
        for name in pods()
    }
    assert given["worker-default"] == given["standby"] == ["vigil", "vigil-worker"]
    assert given["migrate"] == ["vigil", "vigil-migrate"]
    assert given["web"] == ["vigil"]


def test_no_image_floats():
    images = [each["image"] for each in COMPOSE["services"].values() if "build" not in each]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images += [container(name)["image"] for name in pods()]
    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in images)


def test_probes_ask_for_pages_that_are_there():
    paths = {
        probe["httpGet"]["path"]
        for name in pods()
        for probe in container(name).values()
        if isinstance(probe, dict) and "httpGet" in probe
    }
    paths |= set(re.findall(r"uri (\S+)", (DEPLOY / "haproxy.cfg").read_text()))
    assert paths == {"/healthz", "/readyz"}
    assert all(resolve(path) for path in paths)


def test_a_lost_database_takes_no_pod_out_of_service():
    web = container("web")
    assert web["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert web["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_every_resource_is_applied_and_every_selector_finds_its_pods():
    (kustomization,) = (each for _, each in documents() if each["kind"] == "Kustomization")
    there = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert set(kustomization["resources"]) == there - {"kustomization.yaml"}
    components = set(pods())
    for _, document in documents():
        spec = document.get("spec", {})
        for selector in (spec.get("selector", {}), spec.get("podSelector", {})):
            labels = selector.get("matchLabels", selector) if isinstance(selector, dict) else {}
            wanted = labels.get("app.kubernetes.io/component")
            assert wanted is None or wanted in components


def test_secrets_are_files_and_none_is_in_the_repository():
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"].startswith("./secrets/"), name
    assert not (DEPLOY / "secrets").exists() or "secrets" in (ROOT / ".gitignore").read_text()
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_haproxy_takes_its_configuration(require_program):
    done = subprocess.run(
        [require_program("haproxy"), "-c", "-f", str(DEPLOY / "haproxy.cfg")],
        env={
            "LISTEN": "127.0.0.1:18000",
            "FORWARDED_PROTO": "http",
            "WEB_1": "127.0.0.1:18001",
            "WEB_2": "127.0.0.1:18002",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def require_program():
    def find(name: str) -> str:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        assert path, f"no {name}: .ci/run installs it"
        return path

    return find


def test_what_a_dead_process_left_open_is_forgotten_as_soon_as_in_the_fault_suite():
    (limit,) = {
        each["command"][-1]
        for name, each in COMPOSE["services"].items()
        if re.fullmatch(r"mongo-\d", name)
    }
    assert limit in mongod_command(Path(), 1)


BALANCERS_OWN = re.findall(
    r"http-error status (\d+) .* string '(.+?)'", (DEPLOY / "haproxy.cfg").read_text()
)


def test_the_balancer_has_a_problem_of_its_own_for_each_way_of_not_being_answered():
    assert [status for status, _ in BALANCERS_OWN] == ["502", "503", "504"]


@pytest.mark.parametrize(("status", "text"), BALANCERS_OWN)
def test_the_balancers_own_problem_tells_what_the_service_would(status, text):
    problem = json.loads(text)
    kind = PROBLEMS[DatabaseError]
    assert problem["status"] == int(status)
    assert (problem["code"], problem["detail"]) == (kind.code, kind.detail)
    ours = {each["id"]: each for each in resources_for("").as_json()["resources"]}
    assert {each["id"] for each in problem["resources"]} == ours.keys()
    assert all(each.items() <= ours[each["id"]].items() for each in problem["resources"])
