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
from media_assets.stages.platform import Platform, refuse_reserved
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


@dataclass(frozen=True, slots=True)
class DerivedReport:
    """One derived table: its rows, and what of them is new. `reason` says why it is empty."""

    rows: int
    written: int
    deleted: int
    reason: str | None = None


def find_players(platform: Platform) -> list[str]:
    """Everybody who has a section or a folder directly below `library.root`, sorted.

    Raises:
        ConfigurationError: a folder's name cannot be a player's.
    """
    names = set(platform.settings.players)
    try:
        with os.scandir(platform.settings.library_root) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False) and _is_player(platform, entry.name):
                    names.add(_name(entry.name))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigurationError(
            f"library.root {platform.settings.library_root} cannot be read: {error.strerror}"
        ) from error
    return sorted(refuse_reserved(name) for name in names)


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


def _is_player(platform: Platform, name: str) -> bool:
    return not name.startswith(".") and name not in platform.settings.library.ignore


def _name(name: str) -> str:
    if shown(name)[1] is not None or _CONTROLS & set(name) or "..." in name:
        raise ConfigurationError(
            f"{shown(name)[0]!r} below library.root cannot be a player: a name needs to be UTF-8, "
            "without control characters and without '...'; rename the folder, or set it as "
            "`folders` of a player"
        )
    return name
