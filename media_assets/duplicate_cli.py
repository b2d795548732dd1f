"""`media-assets duplicates`: its commands and options. What they do is in `duplicate_command`."""

from pathlib import Path

import click

from media_assets.options import config_option, json_option, player_option

_CLASSES = ("exact", "same_picture", "burst", "similar")
_class_option = click.option("--class", "media_class", type=click.Choice(_CLASSES),
                             help="Only groups whose loosest link is of this class.")  # fmt: skip
_kind_option = click.option("--kind", type=click.Choice(["image", "video", "audio"]),
                            help="Only groups of this kind.")  # fmt: skip
_some_ids = click.argument("media_ids", nargs=-1, metavar="[MEDIA_ID]...")
_ids = click.argument("media_ids", nargs=-1, required=True, metavar="MEDIA_ID...")


@click.group()
def duplicates() -> None:
    """Media that are the same: list groups, decide what to keep and what is no duplicate."""


@duplicates.command("list")
@_some_ids
@config_option
@player_option
@_class_option
@_kind_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True,
              help="At most so many groups, those that save the most bytes first.")  # fmt: skip
@json_option
def list_(
    config: Path | None, media_ids: tuple[str, ...], players: tuple[str, ...],
    media_class: str | None, kind: str | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Groups of duplicates, of all or with one of the named media; the best of each on top."""
    from media_assets.duplicate_command import list_duplicates
    from media_assets.stages.duplicate_decisions import Wanted

    wanted = Wanted(players, media_class, kind, media_ids)
    list_duplicates(config, wanted, limit=limit, as_json=as_json)


@duplicates.command()
@_ids
@config_option
@json_option
def keep(config: Path | None, media_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Say that media are the ones to keep of their groups."""
    from media_assets import duplicate_command

    duplicate_command.keep(config, media_ids, as_json=as_json)


@duplicates.command()
@_some_ids
@config_option
@player_option
@click.option("--groups", "whole_groups", is_flag=True, help="All members of whole groups: of the "
              "named media, or of a player, class or kind.")  # fmt: skip
@_class_option
@_kind_option
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@json_option
def distinct(
    config: Path | None, media_ids: tuple[str, ...], players: tuple[str, ...],
    media_class: str | None, kind: str | None,
    *, whole_groups: bool, sure: bool, as_json: bool,
) -> None:  # fmt: skip
    """Say that media are no duplicates: of each other; a single one, of nobody in its group."""
    narrowed = bool(players or media_class or kind)
    if whole_groups:
        if not (narrowed or media_ids):
            raise click.UsageError("--groups: name media, a --player, --class or --kind")
        if as_json and not sure:
            raise click.UsageError("--json asks no question: add --yes")
    elif narrowed or not media_ids:
        raise click.UsageError("name media; --player, --class and --kind go with --groups")
    from media_assets import duplicate_command
    from media_assets.stages.duplicate_decisions import Wanted

    wanted = Wanted(players, media_class, kind, media_ids)
    duplicate_command.tell_apart(config, media_ids, wanted, whole_groups=whole_groups,
                                 sure=sure, as_json=as_json)  # fmt: skip


@duplicates.command()
@_ids
@config_option
@json_option
def undo(config: Path | None, media_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Withdraw every decision on duplicates that names one of the media."""
    from media_assets import duplicate_command

    duplicate_command.undo(config, media_ids, as_json=as_json)


@duplicates.command()
@config_option
@player_option
@json_option
def decisions(config: Path | None, players: tuple[str, ...], *, as_json: bool) -> None:
    """What people decided on duplicates, the oldest first."""
    from media_assets.duplicate_command import list_decisions

    list_decisions(config, players, as_json=as_json)
