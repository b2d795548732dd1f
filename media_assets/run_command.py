"""The commands that launch work through Dagster: `run`, `sync` and `reprocess`."""

import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from media_assets.errors import ConfigurationError
from media_assets.settings import dagster_home, load_credentials
from media_assets.stages.migrate_levelup import migrate_levelup
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players, find_players
from media_assets.stages.refetch import make_due, plan
from media_assets.stages.reprocess import Choice
from media_assets.stages.status import status
from media_assets.terminal import (
    print_json,
    print_migration,
    print_status,
    print_table,
    progress_display,
    to_terminal,
)

if TYPE_CHECKING:  # Dagster takes a second to load; a dry run does without it
    from media_assets.launch import Instance, RunResult


def run_players(
    config: Path | None, players: tuple[str, ...], *, as_json: bool, allow_mass_missing: bool,
    url_limit: int = 0,
) -> int:  # fmt: skip
    """Refresh the chosen players, one after the other; returns the exit code.

    `url_limit`: at most so many URLs of a land are fetched; 0 is as its section says.
    """
    platform = Platform.load(config)
    names = _chosen(platform, players)
    from media_assets import launch

    started = time.monotonic()
    results = _each(
        platform,
        names,
        lambda instance, name: launch.refresh(
            instance,
            platform,
            name,
            config,
            allow_mass_missing=allow_mass_missing,
            url_limit=url_limit if name in platform.settings.lands else 0,
        ),
    )
    if as_json:
        print_json(status(platform))
    else:
        print_status(status(platform))
        _say_where(platform, sum(result.rows_written for result in results),
                   time.monotonic() - started)  # fmt: skip
    return 0 if all(result.success for result in results) else 1


def sync_players(
    config: Path | None, players: tuple[str, ...], *, full: bool, as_json: bool, loopback_port: int
) -> int:
    """Sync the matches of the chosen players, one after the other; returns the exit code."""
    platform = Platform.load(config)
    names = _chosen(platform, players)
    if platform.settings.matches.source == "api":
        load_credentials()  # wrong usage is told before a run is launched
    if loopback_port:
        route = replace(platform.route, loopback_port=loopback_port)
        platform = replace(platform, route=route)
    from media_assets import launch

    results = _each(
        platform,
        names,
        lambda instance, name: launch.sync(instance, platform, name, config, full=full),
    )
    rows = [_synced(result) for result in results]
    if as_json:
        print_json({"players": {row.pop("player"): row for row in rows}})
    else:
        print_table("synced", [_in_short(row) for row in rows], "nobody was synced")
    return 0 if all(row["success"] for row in rows) else 1


def take_over_levelup(
    config: Path | None, source: Path, players: tuple[str, ...],
    *, dry_run: bool, zone: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Take LevelUp's databases over, or look what that would do; returns the exit code.

    Of what was taken over the asset `levelup_migration` is materialized, so that the UI shows it.
    """
    platform = Platform.load(config)
    with progress_display():
        report = migrate_levelup(
            platform, source, players, dry_run=dry_run, zone=zone, listener=to_terminal
        )
    if not dry_run:
        from media_assets import launch

        names = [player.player for player in report.players if player.validation is not None]
        with launch.instance(dagster_home(platform.settings)) as instance:
            for name in names:
                _tell(launch.show_levelup(instance, platform, name, config))
    if as_json:
        print_json(report.as_json())
    else:
        print_migration(report)
    return 0 if report.succeeded else 1


def _chosen(platform: Platform, players: tuple[str, ...]) -> list[str]:
    names = chosen_players(platform, players)
    if not names:
        raise ConfigurationError(
            f"no players: make a folder for each below {platform.settings.library_root}, "
            "or set library.root"
        )
    return names


def _each(
    platform: Platform,
    names: list[str],
    launch_one: "Callable[[Instance, str], RunResult]",
) -> "list[RunResult]":
    """Launch a run of each player, until one is stopped."""
    from media_assets import launch

    results = []
    with launch.instance(dagster_home(platform.settings)) as instance, progress_display():
        launch.register_players(instance, find_players(platform))
        for name in names:
            click.echo(f"{name}: running", err=True)
            result = launch_one(instance, name)
            results.append(result)
            _tell(result)
            if result.stopped:
                break
    return results


def _synced(result: "RunResult") -> dict[str, object]:
    """What one sync did, for programs: names without blanks."""
    figures = {
        name.replace(" ", "_").replace(",", ""): value
        for name, value in result.figures.items()
        if "/" not in name
    }
    trouble = figures.pop("trouble", None)
    success = result.success and trouble is None
    return {"player": result.player, "success": success, "trouble": trouble, **figures}


def _in_short(row: dict[str, object]) -> dict[str, object]:
    """The numbers of a sync that people want first; all are in the JSON and in the UI."""
    names = ("matches_new_in_the_history", "matches_fetched", "matches_not_fetched_yet",
             "calls_made", "calls_saved_by_sharing", "recorded_files_read_now")  # fmt: skip
    shown = {name.replace("_", " "): row[name] for name in names if name in row}
    return {"player": row["player"], **shown, "trouble": "see above" if row["trouble"] else "none"}


def reprocess_player(
    config: Path | None, player: str, names: tuple[str, ...], choice: Choice,
    *, as_json: bool, dry_run: bool,
) -> int:  # fmt: skip
    """Do the stages with these names again, or list what would be; returns the exit code.

    What is chosen is made pending; a run of the player then does it, with what is pending anyway.
    Of a land, `choice.limit` is for all that the run fetches.
    """
    platform = Platform.load(config)
    chosen_players(platform, (player,))
    redo = plan(platform, player, names, choice)
    if dry_run:
        rows = redo.rows()
        if as_json:
            print_json(rows)
        else:
            print_table("would be done again", rows, "nothing to do again")
        return 0
    make_due(platform, player, redo)
    return run_players(config, (player,), as_json=as_json, allow_mass_missing=False,
                       url_limit=choice.limit)  # fmt: skip


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
