"""The commands that launch work through Dagster: `run` and `reprocess`."""

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from media_assets.errors import ConfigurationError
from media_assets.settings import dagster_home
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players, find_players
from media_assets.stages.reprocess import Choice, forget, plan
from media_assets.stages.status import status
from media_assets.terminal import print_json, print_status, print_table, progress_display

if TYPE_CHECKING:  # Dagster takes a second to load; a dry run does without it
    from media_assets.launch import RunResult


def run_players(
    config: Path | None, players: tuple[str, ...], *, as_json: bool, allow_mass_missing: bool
) -> int:
    """Refresh the chosen players, one after the other; returns the exit code."""
    platform = Platform.load(config)
    names = chosen_players(platform, players)
    if not names:
        raise ConfigurationError(
            f"no players: make a folder for each below {platform.settings.library_root}, "
            "or set library.root"
        )
    from media_assets import launch

    started = time.monotonic()
    results = []
    with launch.instance(dagster_home(platform.settings)) as instance, progress_display():
        launch.register_players(instance, find_players(platform))
        for name in names:
            click.echo(f"{name}: running", err=True)
            result = launch.refresh(
                instance, platform, name, config, allow_mass_missing=allow_mass_missing
            )
            results.append(result)
            _tell(result)
            if result.stopped:
                break
    if as_json:
        print_json(status(platform))
    else:
        print_status(status(platform))
        _say_where(platform, sum(result.rows_written for result in results),
                   time.monotonic() - started)  # fmt: skip
    return 0 if all(result.success for result in results) else 1


def reprocess_player(
    config: Path | None, player: str, choice: Choice, *, as_json: bool, dry_run: bool
) -> int:
    """Do stages again, or list what would be done; returns the exit code."""
    platform = Platform.load(config)
    chosen_players(platform, (player,))
    chosen = plan(platform, player, choice)
    if dry_run:
        rows = chosen.to_dicts()
        if as_json:
            print_json(rows)
        else:
            print_table("would be done again", rows, "nothing to do again")
        return 0
    forget(platform, player, chosen)
    return run_players(config, (player,), as_json=as_json, allow_mass_missing=False)


def _tell(result: "RunResult") -> None:
    if result.stopped:
        click.echo(f"{result.player}: stopped; the next run goes on from here", err=True)
        return
    for step, reason in result.failed_steps.items():
        click.echo(f"{result.player}: step {step} failed: {reason}", err=True)
    for check, reason in result.failed_checks.items():
        click.echo(f"{result.player}: check {check}: {reason}", err=True)


def _say_where(platform: Platform, written: int, seconds: float) -> None:
    data = platform.settings.data
    click.echo(f"{written:,} rows and files written in {seconds:.1f} s")
    click.echo(f"tables:     {data / 'players'}, {platform.places.shared_database}")
    click.echo(f"published:  {data / 'published'}")
    click.echo("what could not be read:  media-assets failures")
    home = dagster_home(platform.settings)
    here = home == Path.cwd() and (home / "workspace.yaml").is_file()
    serve = f"DAGSTER_HOME={shlex.quote(str(home))} dagster dev -m media_assets.definitions"
    click.echo(f"the UI:  {'make ui' if here else serve}, then open http://127.0.0.1:3000")
