"""The documents name files, commands and settings that exist."""

import re
from pathlib import Path

import pytest

from services.contracts.topics import BY_NAME
from services.control.cli import main

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])


def test_the_life_of_a_mention_passes_files_that_exist() -> None:
    text = (ROOT / "docs" / "life-of-a-mention.md").read_text(encoding="utf-8")
    room, missing, found = "", [], 0
    rooms = [f"services/{name}" for name in ("ingest", "classify", "route", "desk", "report")]
    for line in text.splitlines():
        if heading := re.match(r"## .*`(services/[a-z]+)`", line):
            room = heading[1]
        for name in re.findall(r"`([a-z_/]+\.py)`", line):
            found += 1
            places = [name] if name.startswith("services/") else [f"{one}/{name}" for one in [room, *rooms] if one]
            if not any((ROOT / place).exists() for place in places):
                missing.append(name)
    assert not missing
    assert found > 40


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, heading = target.partition("#")
        if file.startswith(("http://", "https://")):
            continue
        other = (document.parent / file).resolve() if file else document
        assert other.exists(), target
        if heading:
            lines = [line for line in other.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
            slugs = {re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in lines}
            assert heading in slugs, target


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    for name in re.findall(r"`webcare ([a-z]+)", document.read_text(encoding="utf-8")):
        assert name in main.commands, f"webcare {name}"


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_topics_that_are_named_exist(document: Path) -> None:
    families = "|".join(sorted({name.split(".")[0] for name in BY_NAME if "." in name}))
    for name in re.findall(rf"`((?:{families})\.[a-z]+)`", document.read_text(encoding="utf-8")):
        assert name in BY_NAME, name
