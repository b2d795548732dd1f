"""The command line: parses arguments and calls the same stages and jobs as the UI.

Exit codes: 0 done, 1 a step failed, 2 wrong usage or configuration.
"""

import sys
from pathlib import Path

import click

from media_assets.duplicate_cli import duplicates
from media_assets.errors import ConfigurationError, MediaAssetsError
from media_assets.export_command import export
from media_assets.library.kinds import EXTENSIONS, Kind
from media_assets.library.words import MAX_RATING, Words
from media_assets.metrics_command import metrics
from media_assets.music_cli import music
from media_assets.options import config_option, json_option, player_option
from media_assets.review_cli import review
from media_assets.search_cli import search, similar
from media_assets.settings import DEFAULT_FILE
from media_assets.stages.catalog import STAGE_NAMES

# Stages bring polars, DuckDB and decoders (0.6 s), Dagster 1.1 s: each command loads what it needs.


class _Commands(click.Group):
    """Turns our errors into a line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)
        except (MediaAssetsError, OSError) as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="media_assets")
def main() -> None:
    """A data platform over the media and matches of a group of players."""


@main.command()
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(*, force: bool) -> None:
    """Write a commented media_assets.toml into the current folder."""
    from importlib.resources import files

    target = Path(DEFAULT_FILE)
    if target.exists() and not force:
        raise ConfigurationError(f"{target} is there; --force replaces it")
    target.write_text(files("media_assets").joinpath("template.toml").read_text("utf-8"), "utf-8")
    click.echo(f"wrote {target}; set library.root, then: media-assets run")


@main.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@json_option
def demo(directory: Path, *, as_json: bool) -> None:
    """Make a sample library in DIRECTORY: three players, images, clips, music, matches."""
    from dataclasses import asdict

    from media_assets.demo.library import make_demo
    from media_assets.terminal import print_json, print_table

    summary = asdict(make_demo(directory))
    if as_json:
        print_json(summary)
    else:
        print_table(str(directory), [summary], "nothing was made")


@main.command()
@config_option
@player_option
@json_option
@click.option("--allow-mass-missing", is_flag=True, help="Mark files missing that the mount guard "
              "would not believe to be gone.")  # fmt: skip
def run(
    config: Path | None, players: tuple[str, ...], *, as_json: bool, allow_mass_missing: bool
) -> None:
    """Materialize the graph through Dagster, in this process; the UI shows the run."""
    from media_assets.run_command import run_players

    sys.exit(run_players(config, players, as_json=as_json, allow_mass_missing=allow_mass_missing))


@main.command()
@config_option
@player_option
@json_option
@click.option(
    "--full",
    is_flag=True,
    help="Read the whole history, and ask again for what was refused for good.",
)
@click.option(
    "--loopback-port",
    type=click.IntRange(0, 65535),
    default=0,
    hidden=True,
    help="For tests: the port of a server here that answers in place of the API.",
)
def sync(
    config: Path | None, players: tuple[str, ...], *, as_json: bool, full: bool, loopback_port: int
) -> None:
    """Fetch the match history and what is new in it; what is there is never fetched again."""
    from media_assets.run_command import sync_players

    sys.exit(sync_players(config, players, full=full, as_json=as_json,
                          loopback_port=loopback_port))  # fmt: skip


@main.command("migrate-levelup")
@config_option
@click.argument("source", type=click.Path(path_type=Path, file_okay=False))
@click.option("--player", "players", multiple=True, help="Only this player; again for more, in "
              "this order. Default: all, by name.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Compare and report; write nothing.")
@click.option("--timezone", "zone", help="IANA zone in which LevelUp wrote its times; default UTC.")
@json_option
def migrate_levelup(
    config: Path | None, source: Path, players: tuple[str, ...], *,
    dry_run: bool, zone: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Take over LevelUp's databases below SOURCE, each validated before the next is begun."""
    from media_assets.run_command import take_over_levelup

    sys.exit(take_over_levelup(config, source, players, dry_run=dry_run, zone=zone,
                               as_json=as_json))  # fmt: skip


@main.command()
@config_option
@json_option
def status(config: Path | None, *, as_json: bool) -> None:
    """Counts per player, and of the shared tables."""
    from media_assets.stages.platform import Platform
    from media_assets.stages.status import status as count
    from media_assets.terminal import print_json, print_status

    found = count(Platform.load(config))
    (print_json if as_json else print_status)(found)


@main.command()
@config_option
@player_option
@json_option
def failures(config: Path | None, players: tuple[str, ...], *, as_json: bool) -> None:
    """What could not be done, why, how often it was tried, and when it is tried again."""
    from media_assets.stages import status as stage
    from media_assets.stages.gaps import all_gaps
    from media_assets.stages.platform import Platform
    from media_assets.stages.players import chosen_players
    from media_assets.terminal import print_failures, print_json

    platform = Platform.load(config)
    names = chosen_players(platform, players)
    media = [row for name in names for row in stage.failures(platform, name).to_dicts()]
    sources = [] if players else stage.source_failures(platform).to_dicts()
    gaps = [row for row in all_gaps(platform).to_dicts()
            if not players or row["asked_by"] in names]  # fmt: skip
    urls = [{"player": name, **row} for name in names if name in platform.settings.lands
            for row in stage.url_failures(platform, name).to_dicts()]  # fmt: skip
    if as_json:
        print_json({"media": media, "matches": sources, "not_fetched": gaps, "urls": urls})
    else:
        print_failures(media, sources, gaps, urls)


@main.command()
@config_option
@click.option("--player", required=True, help="Whose media.")
@click.option("--stage", "stages", multiple=True,
              help=f"Only this stage ({', '.join(STAGE_NAMES)}, embedding:NAME of an embedder, or "
              "fetch of a land); again for more.")  # fmt: skip
@click.option("--kind", type=click.Choice(list(EXTENSIONS)), help="Only media of this kind.")
@click.option("--failed", is_flag=True, help="Also what failed, whether its retry is due or not.")
@click.option("--force", is_flag=True, help="Also everything that is done.")
@click.option("--limit", type=click.IntRange(1), help="At most so many media, by path, and URLs of "
              "a land, by depth, relevance and address.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="List what would be done, write nothing.")
@json_option
def reprocess(
    config: Path | None, player: str, stages: tuple[str, ...], kind: Kind | None,
    *, failed: bool, force: bool, limit: int | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Do stages of the analysis and of embedders again, and ask for URLs of a land again."""
    from media_assets.run_command import reprocess_player
    from media_assets.stages.reprocess import Choice

    choice = Choice(kind=kind, failed=failed, force=force, limit=limit or 0)
    sys.exit(reprocess_player(config, player, stages, choice, as_json=as_json, dry_run=dry_run))


@main.command()
@config_option
@click.argument("media_ids", nargs=-1, required=True, metavar="MEDIA_ID...")
@click.option("--add", multiple=True, help="Tag to add; again for more.")
@click.option("--remove", multiple=True, help="Tag to remove; again for more.")
def tag(
    config: Path | None, media_ids: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]
) -> None:
    """Give media tags, or take them away."""
    if not add and not remove:
        raise click.UsageError("give at least one --add or --remove")
    _annotate(config, media_ids, Words(add_tags=add, remove_tags=remove))


@main.command()
@config_option
@click.argument("media_id")
@click.argument("text")
def note(config: Path | None, media_id: str, text: str) -> None:
    """Write a note on one media; an empty text removes it."""
    _annotate(config, (media_id,), Words(note=text))


@main.command()
@config_option
@click.argument("media_id")
@click.argument("text")
def title(config: Path | None, media_id: str, text: str) -> None:
    """Give one media a title; an empty text removes it."""
    _annotate(config, (media_id,), Words(title=text))


@main.command()
@config_option
@click.argument("media_id")
@click.argument("rating", type=click.IntRange(0, MAX_RATING))
def rate(config: Path | None, media_id: str, rating: int) -> None:
    """Rate one media from 0 to 5."""
    _annotate(config, (media_id,), Words(rating=rating))


@main.command()
@config_option
@player_option
@click.option(
    "--sample",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Share of the files: never verified ones first, then those that wait the longest.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    help="Begin no further file after so long; the next verification goes on from there.",
)
@json_option
def verify(
    config: Path | None, players: tuple[str, ...], sample: float, seconds: float | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Read originals again and compare them with what was recorded; report, never repair.

    Ends with 1 when a file has other bytes under the same size and mtime.
    """
    from media_assets.upkeep_command import verify_players

    sys.exit(verify_players(config, players, sample=sample, seconds=seconds, as_json=as_json))


@main.command()
@config_option
@click.option("--player", required=True, help="Whose media.")
@click.option(
    "--older-than",
    type=click.IntRange(0),
    default=90,
    show_default=True,
    metavar="DAYS",
    help="Missing for so many days or longer.",
)
@click.option(
    "--with-notes",
    is_flag=True,
    help="Also media with tags, notes, titles, ratings or "
    "decisions of people, and those with them.",
)
@click.option("--dry-run", is_flag=True, help="List what would be removed, write nothing.")
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@json_option
def purge(
    config: Path | None, player: str, older_than: int,
    *, with_notes: bool, dry_run: bool, sure: bool, as_json: bool,
) -> None:  # fmt: skip
    """Forget media that have been missing for long: their rows, and pictures made from them."""
    if as_json and not (dry_run or sure):
        raise click.UsageError("--json asks no question: add --yes or --dry-run")
    from media_assets.stages.purge import PurgeChoice
    from media_assets.upkeep_command import purge_player

    choice = PurgeChoice(older_than, with_notes=with_notes)
    sys.exit(purge_player(config, player, choice, dry_run=dry_run, sure=sure, as_json=as_json))


@main.command()
@config_option
@json_option
def doctor(config: Path | None, *, as_json: bool) -> None:
    """Look at versions, folders, free disk and locks; each line is ok, or says what to do."""
    from dataclasses import asdict

    from media_assets.stages.doctor import examine
    from media_assets.stages.platform import Platform
    from media_assets.terminal import print_findings, print_json

    findings = list(examine(Platform.load(config)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_findings(findings)
    sys.exit(1 if any(finding.remedy for finding in findings) else 0)


main.add_command(review)
main.add_command(export)
main.add_command(metrics)
main.add_command(duplicates)
main.add_command(music)
main.add_command(search)
main.add_command(similar)


def _annotate(config: Path | None, media_ids: tuple[str, ...], words: Words) -> None:
    from media_assets.stages.notes import annotate
    from media_assets.stages.platform import Platform

    owners = annotate(Platform.load(config), media_ids, words)
    for media_id, player in owners.items():
        click.echo(f"{media_id} of {player}: done; shown in media.parquet after the next run")
