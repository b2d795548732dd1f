"""`media-assets export`."""

from pathlib import Path
from typing import Literal

import click

from media_assets.options import config_option, json_option, player_option


@click.command()
@config_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet", "gexf"]),
    default="csv",
    show_default=True,
    help="gexf: graphs of captures and matches, of lands, of music; else a file a table.",
)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to; default: export in data_dir.",
)
@player_option
@click.option("--table", "tables", multiple=True, help="Only this table; again for more.")
@json_option
def export(
    config: Path | None,
    form: Literal["csv", "parquet", "gexf"],
    folder: Path | None,
    players: tuple[str, ...],
    tables: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Write what is published in one file a table, for all players together.

    Tables of players get a first column `player`. Shared tables are written whole.
    """
    from media_assets.stages import export as stage
    from media_assets.stages.platform import Platform
    from media_assets.terminal import print_json, print_table

    platform = Platform.load(config)
    choice = stage.ExportChoice(players, tables)
    target = folder or stage.default_folder(platform)
    rows: list[dict[str, object]] = [
        {"file": str(written.file), "rows": written.rows}
        for written in stage.export(platform, choice, form, target)
    ]
    if as_json:
        print_json(rows)
        return
    print_table("exported", rows, "nothing is published yet")
    for player in stage.not_published(platform, players):
        click.echo(f"{player}: nothing is published yet, so nothing of it was exported", err=True)
