"""`python -m media_assets` is the command `media-assets`."""

from media_assets.cli import main

main(prog_name="media-assets")
