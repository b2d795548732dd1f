"""What is written for people is true."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from media_assets.cli import main
from media_assets.settings import Settings
from media_assets.store.describe import describe
from media_assets.store.examples import examples, rendered

PROJECT = Path(__file__).resolve().parent.parent


def test_the_documented_columns_are_those_of_the_tables() -> None:
    assert (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8") == describe(), "make docs"


def test_the_readme_asks_the_example_queries() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    asked = "\n\n".join(
        f"-- {title}\n{rendered(query, Path('sample/data/published'), 'NorthStarHex')}"
        for title, query in examples().items()
    )
    assert f"```sql\n{asked}\n```" in readme


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    named = {
        name
        for cell in re.findall(r"^\| (`media-assets [^|]+) \|", readme, re.MULTILINE)
        for name in re.findall(r"`(?:media-assets )?([a-z][a-z-]*)", cell)
    }
    assert isinstance(main, click.Group)
    assert set(main.commands) - {"init"} == named
    assert "media-assets init" in readme


def commands(group: click.Command = main, name: str = "") -> dict[str, click.Command]:
    """Every command that does something, by its name."""
    if not isinstance(group, click.Group):
        return {name: group}
    return {
        full: found
        for part, command in group.commands.items()
        for full, found in commands(command, f"{name} {part}".strip()).items()
    }


COMMANDS = commands()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_takes_a_configuration(name: str) -> None:
    command = COMMANDS[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert command.help
    assert all(
        parameter.help for parameter in command.params if isinstance(parameter, click.Option)
    )
    assert "--config" in options or name in {"init", "demo"}


def test_the_template_holds_the_defaults() -> None:
    text = (PROJECT / "media_assets" / "template.toml").read_text(encoding="utf-8")
    written = Settings(**tomllib.loads(text), base=PROJECT)
    assert written == Settings(base=PROJECT)
    keys = set(re.findall(r"^#? ?(\w+) = ", text, re.MULTILINE))
    for section in (Settings, *_sections()):
        assert section.model_fields.keys() - {"base", "players"} <= keys | _names()


def _sections() -> list[type]:
    return [type(getattr(Settings(), name)) for name in _names()]


def _names() -> set[str]:
    return {"library", "matches", "thumbnails", "engine", "limits", "automation"}


def test_no_address_and_no_path_of_a_machine_is_recorded() -> None:
    for name in ("constraints.txt", "pyproject.toml", "Makefile", "dagster.yaml"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        assert not re.search(r"(?:https?|file)://(?!127\.0\.0\.1)", text), name
        assert not re.search(r"/(?:home|root|work|Users)/", text), name
