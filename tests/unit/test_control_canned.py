"""Canned replies from a file: the demo's own, and what is wrong with a file said for people."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.control.canned import CannedFileError, read
from services.desk.domain.canned import unknown_variables
from services.desk.domain.tone import Context, check
from services.route.rota_file import parse

DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo"
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
ROW = """[[spoorlijn]]
id = "sorry"
language = "nl"
title = "Sorry"
text = "Hoi {naam}, sorry!"
"""


def test_a_file_becomes_commands() -> None:
    (command,) = read(ROW, NOW, "system:test")
    assert (command.team, command.canned, command.content.text) == ("spoorlijn", "sorry", "Hoi {naam}, sorry!")
    assert read(ROW, NOW, "system:test")[0].id == command.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[", "not a TOML file"),
        ('spoorlijn = "x"', "spoorlijn: give each canned reply as"),
        (ROW.replace('id = "sorry"', 'name = "sorry"'), "with an id"),
        (ROW.replace('title = "Sorry"', 'title = ""'), "spoorlijn, sorry: content.title"),
        (ROW.replace('language = "nl"', 'language = "Dutch"'), "content.language"),
        (ROW + 'color = "red"', "content.color"),
    ],
)
def test_what_is_wrong_is_said_for_people(text: str, said: str) -> None:
    with pytest.raises(CannedFileError, match=said):
        read(text, NOW, "system:test")


def test_the_demo_begins_with_good_ones_in_both_languages() -> None:
    commands = read((DEMO / "canned.toml").read_text(encoding="utf-8"), NOW, "system:demo")
    teams = {
        team: parse((DEMO / "teams" / f"{team}.toml").read_text(encoding="utf-8"))
        for team in ("spoorlijn", "waterveen")
    }
    assert {one.team for one in commands} == set(teams)
    for team in teams:
        assert {one.content.language for one in commands if one.team == team} == {"nl", "en"}
    assert len({(one.team, one.canned) for one in commands}) == len(commands)
    for one in commands:
        assert unknown_variables(one.content.text) == ()
        context = Context(language=one.content.language, intent="question")
        assert {found.rule for found in check(one.content.text, context)} == {"variable"}
