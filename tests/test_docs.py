"""What is written for people is true."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import click
import pytest
from click.testing import CliRunner

from media_assets.capture_settings import NameRuleSettings
from media_assets.captures.claims import Source
from media_assets.captures.known_zones import ZONES
from media_assets.cli import main
from media_assets.naming.template import FIELDS, GROUPS
from media_assets.settings import Settings
from media_assets.store.describe import describe
from media_assets.store.examples import examples, rendered
from media_assets.web_settings import LandSettings

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


@pytest.mark.parametrize("name", sorted({"", "review", *COMMANDS}))
def test_help_ends_with_0_and_an_unknown_option_with_2(name: str) -> None:
    asked = CliRunner().invoke(main, [*name.split(), "--help"])
    assert (asked.exit_code, asked.stdout.splitlines()[0].startswith("Usage: ")) == (0, True)
    wrong = CliRunner().invoke(main, [*name.split(), "--no-such-option"])
    assert (wrong.exit_code, "--no-such-option" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    "page", sorted((PROJECT / "docs").glob("*.md")), ids=lambda page: page.stem
)
def test_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"^(?:\$ )?media-assets (.+)$", text, re.MULTILINE):
        words = line.split()
        (name,) = [name for name in COMMANDS if words[: len(name.split())] == name.split()]
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line


def test_the_template_holds_the_defaults() -> None:
    text = (PROJECT / "media_assets" / "template.toml").read_text(encoding="utf-8")
    written = Settings(**tomllib.loads(text), base=PROJECT)
    assert written == Settings(base=PROJECT)
    keys = set(re.findall(r"^#? ?(\w+) = ", text, re.MULTILINE))
    for section in (Settings, *_sections()):
        assert (
            section.model_fields.keys() - {"base", "players", "captures", "embedders", "lands"}
            <= keys | _names()
        )


def _sections() -> list[type]:
    return [type(getattr(Settings(), name)) for name in _names()]


def _names() -> set[str]:
    return {
        "library", "matches", "thumbnails", "covers", "audio", "vectors", "engine", "limits",
        "automation", "web",
    }  # fmt: skip


def test_what_the_template_shows_behind_marks_is_accepted() -> None:
    """All of it, with the marks of a comment taken away."""
    text = (PROJECT / "media_assets" / "template.toml").read_text(encoding="utf-8")
    shown = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    settings = Settings(**tomllib.loads(shown), base=PROJECT)
    ((name, player),) = settings.players.items()
    assert (name, len(player.travel)) == ("Chocoboflor", 1)
    assert [one.kind for one in settings.embedders.values()] == ["ollama", "onnx"]
    ((name, land),) = settings.lands.items()
    assert (name, land.model_fields_set) == ("Climate", LandSettings.model_fields.keys())
    (rule,) = settings.captures.name_rules
    assert rule.model_fields_set == NameRuleSettings.model_fields.keys() - {"regex"}


def test_the_documented_rules_for_times_are_accepted_and_every_key_and_field_is_explained() -> None:
    text = (PROJECT / "docs" / "capture-times.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = Settings(**tomllib.loads("\n".join(blocks)), base=PROJECT)
    assert len(settings.player("Chocoboflor").travel) == 2
    assert len(settings.captures.name_rules) == 2
    first_cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    explained = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert explained >= NameRuleSettings.model_fields.keys() | FIELDS.keys()
    assert explained >= set(get_args(Source))
    assert f"each of {len(ZONES)} zones" in text
    assert all(f"`{group}`" in text for group in GROUPS)


def test_no_address_and_no_path_of_a_machine_is_recorded() -> None:
    for name in ("constraints.txt", "pyproject.toml", "Makefile", "dagster.yaml"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        assert not re.search(r"(?:https?|file)://(?!127\.0\.0\.1)", text), name
        assert not re.search(r"/(?:home|root|work|Users)/", text), name
