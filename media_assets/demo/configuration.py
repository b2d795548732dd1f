"""The configuration file of the sample library, commented for people."""

from media_assets.demo.people import OWNERS, Owner

_HEAD = """\
# The configuration of the sample library. Everything in it is made up: players, matches, pictures.
# Use it as a pattern for your own: see the comments.

data_dir = "data"          # everything that is computed is written here, and only here

[library]
root = "library"           # each folder directly below is one player

[matches]
source = "files"           # recorded responses; "api" fetches them from Halo Infinite
directory = "matches"
tolerance_minutes = 5      # how far from a match a capture may be to belong to it

# One section per player. `xuid` is who it is in the matches; `timezone` is the wall clock of the
# device that made the captures, because most tools write local time into file names.
"""


def configuration_text() -> str:
    """The whole file."""
    return _HEAD + "".join(_section(owner) for owner in OWNERS)


def _section(owner: Owner) -> str:
    return (
        f"\n[players.{owner.name}]              # plays in {owner.lives_in}\n"
        f'xuid = "{owner.person.xuid}"\n'
        f'timezone = "{owner.zone}"\n'
    )
