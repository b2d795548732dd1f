"""Who the players are, and what is derived for one of them from the shared tables."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.library.paths import shown
from media_assets.matches.companions import antagonists, known_gamertags, teammates
from media_assets.matches.player_stats import player_match_stats
from media_assets.matches.sessions import friends_present, player_sessions
from media_assets.stages.platform import SHARED, Platform, refuse_reserved
from media_assets.store import matches as shared_store
from media_assets.store import players as store
from media_assets.store.connect import connect
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.players import (
    ANTAGONISTS,
    MATCH_HISTORY,
    PLAYER_MATCH_STATS,
    PLAYER_SESSIONS,
    TEAMMATES_AGGREGATE,
)
from media_assets.store.write import make_equal

Frames = dict[str, pl.DataFrame]

_CONTROLS = frozenset(map(chr, range(32)))
_LONGEST_NAME = 200  # names of locks and files are made from it


@dataclass(frozen=True, slots=True)
class DerivedReport:
    """One derived table: its rows, and what of them is new. `reason` says why it is empty."""

    rows: int
    written: int
    deleted: int
    reason: str | None = None


def find_players(platform: Platform) -> list[str]:
    """Everybody who has a section, a folder directly below `library.root`, or tables; sorted.

    Who was known once stays known: a folder that disappears is for the mount guard to judge.
    Folders that cannot be players are left out; `unusable_folders` names them.

    Raises:
        ConfigurationError: `library.root` cannot be read, or a section's name is reserved.
    """
    names = {refuse_reserved(name) for name in platform.settings.players}
    names.update(name for name in _library_folders(platform) if _why_unusable(name) is None)
    tables = platform.places.player_database("*").parent.parent
    names.update(file.parent.name for file in tables.glob("*/stats.duckdb"))
    return sorted(names)


def unusable_folders(platform: Platform) -> dict[str, str]:
    """Folders below `library.root` that cannot be players, with the reason."""
    reasons = {name: _why_unusable(name) for name in _library_folders(platform)}
    return {shown(name)[0]: reason for name, reason in reasons.items() if reason is not None}


def chosen_players(platform: Platform, names: tuple[str, ...]) -> list[str]:
    """The named players, else all.

    Raises:
        ConfigurationError: a name is nobody's.
    """
    known = find_players(platform)
    if unknown := [name for name in names if name not in known]:
        raise ConfigurationError(
            f"no player is called {', '.join(unknown)}; known are: {', '.join(known) or 'none'}"
        )
    return list(names) or known


def xuid_of(platform: Platform, player: str) -> str | None:
    """The player's xuid: as configured, else that of the gamertag with the player's name."""
    configured = platform.settings.player(player).xuid
    if configured:
        return configured
    with connect(platform.shared_database(), read_only=True) as con:
        return shared_store.find_xuid(con, player)


def derive_history(platform: Platform, player: str) -> DerivedReport:
    """Matches of recorded files in which the player took part."""
    return _derive(platform, player, MATCH_HISTORY, None)


def derive_match_stats(platform: Platform, player: str) -> DerivedReport:
    """The player's own numbers, a row a match."""
    friends = _friends(platform)
    report = _derive(
        platform,
        player,
        PLAYER_MATCH_STATS,
        lambda xuid, frames: player_match_stats(
            xuid, frames["match_registry"], frames["match_participants"],
            frames["medals_earned"], friends,
        ),
    )  # fmt: skip
    store.create_medal_view(
        platform.player_database(player), platform.shared_database(), xuid_of(platform, player)
    )
    return report


def derive_sessions(platform: Platform, player: str) -> DerivedReport:
    """The player's sessions."""
    stats = _own_stats(platform, player)
    friends = _friends(platform)
    return _derive(
        platform,
        player,
        PLAYER_SESSIONS,
        lambda xuid, frames: player_sessions(
            stats, friends_present(xuid, frames["match_participants"], friends)
        ),
    )


def derive_teammates(platform: Platform, player: str) -> DerivedReport:
    """Who was in the player's team."""
    stats = _own_stats(platform, player)
    return _derive(
        platform,
        player,
        TEAMMATES_AGGREGATE,
        lambda xuid, frames: teammates(
            xuid, frames["match_participants"], frames["match_registry"],
            frames["xuid_aliases"], stats,
        ),
    )  # fmt: skip


def derive_antagonists(platform: Platform, player: str) -> DerivedReport:
    """Who killed the player, and whom the player killed."""
    return _derive(
        platform,
        player,
        ANTAGONISTS,
        lambda xuid, frames: antagonists(
            xuid,
            frames["killer_victim_pairs"],
            known_gamertags(
                frames["xuid_aliases"], frames["match_participants"], frames["match_registry"]
            ),
        ),
    )


def _derive(
    platform: Platform,
    player: str,
    table: Table,
    compute: Callable[[str, Frames], pl.DataFrame] | None,
) -> DerivedReport:
    database, shared = platform.player_database(player), platform.shared_database()
    xuid = xuid_of(platform, player)
    if xuid is None:
        return DerivedReport(0, 0, 0, f"no xuid: set players.{player}.xuid in the configuration")
    with platform.writing(player):
        with connect(shared, read_only=True) as con:
            if compute is None:
                rows = shared_store.load_history(con, xuid)
            else:
                frames = shared_store.load_participants_of(con, xuid)
        if compute is not None:
            rows = compute(xuid, frames)
        written, deleted = make_equal(database, table, as_table(table, rows))
    return DerivedReport(rows.height, written, deleted)


def _own_stats(platform: Platform, player: str) -> pl.DataFrame:
    with connect(platform.player_database(player), read_only=True) as con:
        return store.load_match_stats(con)


def _friends(platform: Platform) -> dict[str, str]:
    """The name of each player by xuid."""
    found = {player: xuid_of(platform, player) for player in find_players(platform)}
    return {xuid: player for player, xuid in found.items() if xuid is not None}


def _library_folders(platform: Platform) -> list[str]:
    root, ignored = platform.settings.library_root, platform.settings.library.ignore
    try:
        with os.scandir(root) as entries:
            return [
                entry.name
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                and not entry.name.startswith(".")
                and entry.name not in ignored
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationError(f"library.root {root} cannot be read: {error.strerror}") from error


def _why_unusable(name: str) -> str | None:
    if name.lower() == SHARED:
        return f"{SHARED!r} is the folder of what all players share"
    if shown(name)[1] is not None:
        return "the name is not UTF-8"
    if _CONTROLS & set(name) or "..." in name:
        return "control characters and '...' cannot stand in a partition's name"
    if len(name.encode()) > _LONGEST_NAME:
        return f"the name is longer than {_LONGEST_NAME} bytes"
    return None
