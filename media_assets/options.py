"""Options that several commands of the command line have."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file; default: MEDIA_ASSETS_CONFIG, else ./media_assets.toml.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
player_option = click.option("--player", "players", multiple=True, help="Only this player; again "
                             "for more.")  # fmt: skip
