"""What the commands of `duplicates` do and print."""

from collections.abc import Mapping
from pathlib import Path

import click

from media_assets.errors import ConfigurationError
from media_assets.stages import duplicate_decisions as stage
from media_assets.stages.duplicate_decisions import Wanted
from media_assets.stages.platform import Platform
from media_assets.terminal import print_json, print_table


def list_duplicates(config: Path | None, wanted: Wanted, *, limit: int, as_json: bool) -> None:
    """Print groups of duplicates, those that save the most bytes first."""
    rows = stage.listed(Platform.load(config), wanted).to_dicts()
    groups = list(dict.fromkeys(row["group_id"] for row in rows))
    shown = set(groups[:limit])
    rows = [row for row in rows if row["group_id"] in shown]
    if as_json:
        print_json({"groups": len(groups), "media": rows})
        return
    print_table("duplicates", [_in_short(row) for row in rows], "no duplicates")
    if len(groups) > limit:
        click.echo(f"{len(groups) - limit:,} more groups; --limit shows more")


def list_decisions(config: Path | None, players: tuple[str, ...], *, as_json: bool) -> None:
    """Print what people decided, the oldest first."""
    rows = stage.decided(Platform.load(config), players).to_dicts()
    if as_json:
        print_json(rows)
    else:
        print_table("decisions on duplicates", rows, "nobody has decided anything")


def keep(config: Path | None, media_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Decide what to keep."""
    _tell(stage.keep(Platform.load(config), media_ids), as_json=as_json)


def undo(config: Path | None, media_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Withdraw decisions."""
    _tell(stage.undo(Platform.load(config), media_ids), as_json=as_json, what="withdrawn")


def tell_apart(
    config: Path | None, media_ids: tuple[str, ...], wanted: Wanted, *,
    whole_groups: bool, sure: bool, as_json: bool,
) -> None:  # fmt: skip
    """Decide that media, or all of whole groups, are no duplicates."""
    platform = Platform.load(config)
    if not whole_groups:
        _tell(stage.tell_apart(platform, media_ids), as_json=as_json)
        return
    groups = stage.listed(platform, wanted)
    count = groups["group_id"].n_unique() if groups.height else 0
    if not count:
        raise ConfigurationError("no group is like that; 'media-assets duplicates list' shows them")
    if not sure:
        click.confirm(f"Say of {count:,} groups that none of their media are duplicates?",
                      abort=True, err=True)  # fmt: skip
    _tell(stage.tell_groups_apart(platform, wanted), as_json=as_json)


def _tell(decisions: Mapping[str, int], *, as_json: bool, what: str = "written") -> None:
    if as_json:
        print_json({"decisions": dict(decisions)})
        return
    for player, count in decisions.items():
        click.echo(f"{player}: {count:,} decisions {what}; the next run regroups")


def _in_short(row: Mapping[str, object]) -> dict[str, object]:
    width, height = row["width"], row["height"]
    return {
        "group": row["group_id"],
        "media": row["media_id"],
        "class": row["class"] or "best",
        "keep": "yes" if row["keep"] else "",
        "size": f"{width} x {height}" if width else "",
        "bytes": row["file_size"],
        "agrees": row["agreement"],
        "s apart": row["seconds_apart"],
        "file": row["file_path"],
    }
