"""What the pages for operators name is there: links, commands, files, variables, processes."""

import re

import pytest
import yaml
from django.core.management import get_commands

from chaos.servers import ROOT

FOLDER = ROOT / "docs" / "operations"
PAGES = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
SERVICES = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
MADE_WHILE_INSTALLING = re.compile(r"deploy/(secrets|\.env)")


def anchors(text: str) -> set[str]:
    """Of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[name]):
        path, _, anchor = target.partition("#")
        page = (FOLDER / path) if path else FOLDER / name
        assert page.exists(), target
        assert not anchor or anchor in anchors(page.read_text()), target


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_file_is_there(name):
    text = PAGES[name]
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())
    for path in re.findall(r"(?<![\w./-])(?:deploy|scripts|config|tests|bench)/[\w./-]+\w", text):
        assert MADE_WHILE_INSTALLING.match(path) or (ROOT / path).exists(), path


@pytest.mark.parametrize("name", PAGES)
def test_every_service_that_is_named_to_compose_is_in_its_file(name):
    named = re.findall(
        r"(?:exec|run --rm --no-deps)(?: -T)?(?: -v \S+)? ([a-z]+(?:-[a-z0-9]+)*)(?![\w/-])",
        PAGES[name],
    )
    assert set(named) <= set(SERVICES)


def test_every_page_is_found_from_the_readme():
    readme = (ROOT / "README.md").read_text()
    assert all(f"docs/operations/{name}" in readme for name in PAGES)
