"""Where the databases of a LevelUp installation lie."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from media_assets.errors import ConfigurationError

DATABASE = "stats.duckdb"
PROFILES = "db_profiles.json"
_PLAYER_FOLDERS = (Path("players"), Path("data", "players"), Path())
_SHARED = ("levelup_shared_matches.duckdb", "shared_matches.duckdb")


@dataclass(frozen=True, slots=True)
class LevelUpPlaces:
    """What was found below one folder.

    `players` is the database of each player by gamertag, sorted. `shared` are files that may be
    the shared database of LevelUp 5. `xuids` is what its list of profiles says, by gamertag.
    """

    players: Mapping[str, Path]
    shared: tuple[Path, ...]
    xuids: Mapping[str, str]


def find_databases(source: Path) -> LevelUpPlaces:
    """The databases below a folder: `<source>/data/players/<gamertag>/stats.duckdb`.

    The folder may be that of LevelUp, its `data`, or `data/players`.

    Raises:
        ConfigurationError: the folder is not there, cannot be read, or holds no such database.
    """
    try:
        for below in _PLAYER_FOLDERS:
            found = {file.parent.name: file for file in _databases(source / below)}
            if found:
                data = (source / below).resolve().parent
                shared = (data / "warehouse" / name for name in _SHARED)
                return LevelUpPlaces(
                    dict(sorted(found.items())),
                    tuple(file for file in shared if file.is_file()),
                    _profiles(data) or _profiles(data.parent),
                )
        reason = "it is not there" if not source.exists() else "it holds no such file"
    except OSError as error:
        raise ConfigurationError(f"{source}: cannot be read: {error.strerror}") from error
    raise ConfigurationError(
        f"{source}: no databases of LevelUp: {reason}; name the folder that holds "
        f"data/players/<gamertag>/{DATABASE}"
    )


def _databases(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for entry in folder.iterdir():
            if not entry.name.startswith(".") and (entry / DATABASE).is_file():
                yield entry / DATABASE


def _profiles(folder: Path) -> dict[str, str]:
    """Gamertag and xuid of each profile; a list that cannot be read says nothing."""
    try:
        listed = json.loads((folder / PROFILES).read_bytes())["profiles"]
        return {
            str(name): str(profile["xuid"])
            for name, profile in listed.items()
            if isinstance(profile, dict) and profile.get("xuid")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
