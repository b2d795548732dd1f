"""Who the players are, and what is derived for one of them from the shared tables."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.library.folders import listed
from media_assets.library.paths import shown
from media_assets.matches.backfill import Backfill
from media_assets.matches.companions import antagonists, known_gamertags, teammates
from media_assets.matches.player_stats import player_match_stats
from media_assets.matches.raw_store import RawStore
from media_assets.matches.sessions import friends_present, player_sessions
from media_assets.settings import why_no_player
from media_assets.stages.platform import SHARED, Platform
from media_assets.store import live as live_store
from media_assets.store import matches as shared_store
from media_assets.store import players as store
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
        ConfigurationError: `library.root` cannot be read.
    """
    names = {*platform.settings.players, *platform.settings.lands}
    names.update(name for name in _library_folders(platform) if _why_unusable(name) is None)
    return sorted(names.union(players_with_tables(platform)))


def players_with_tables(platform: Platform) -> list[str]:
    """Everybody of whom there is a database, sorted; no library is looked at."""
    folder = platform.places.player_database("*").parent.parent
    return sorted(file.parent.name for file in folder.glob("*/stats.duckdb"))


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
    return _xuids_of(platform, [player]).get(player)


def players_by_xuid(platform: Platform) -> dict[str, str]:
    """The name of each player whose xuid is known, by xuid."""
    return {xuid: player for player, xuid in xuids(platform).items()}


def xuids(platform: Platform) -> dict[str, str]:
    """The xuid of each player who has one; two libraries may be of one person."""
    return _xuids_of(platform, find_players(platform))


def _xuids_of(platform: Platform, players: list[str]) -> dict[str, str]:
    """The xuid of each player who has one, in the order of the players.

    One connection for all: a run of one player asks for those of everybody.
    """
    found = {player: platform.settings.player(player).xuid for player in players}
    unknown = [player for player, xuid in found.items() if not xuid]
    if unknown:
        with platform.reading(SHARED) as con:
            found |= shared_store.find_xuids(con, unknown)
    return {player: xuid for player, xuid in found.items() if xuid}


def derive_history(platform: Platform, player: str) -> DerivedReport:
    """The player's matches: those that are stored or recorded, and those that the API lists."""

    def rows(xuid: str) -> pl.DataFrame:
        with platform.reading(SHARED) as con:
            known = shared_store.load_history(con, xuid)
        with platform.reading(player) as con:
            listed = live_store.load_listed(con, xuid)
        more = listed.join(known, on="match_id", how="anti")
        there = list(RawStore(platform.places.raw_matches).match_ids()) if more.height else []
        more = more.with_columns(pl.col("match_id").is_in(there).alias("raw_complete"))
        return pl.concat([known, more]).sort("match_id")

    return make_table(platform, player, MATCH_HISTORY, rows)


def derive_match_stats(platform: Platform, player: str) -> DerivedReport:
    """The player's own numbers, a row a match; the registry notes that scores were computed."""
    friends = players_by_xuid(platform)
    report = _derive(
        platform,
        player,
        PLAYER_MATCH_STATS,
        lambda xuid, frames: player_match_stats(
            xuid, frames["match_registry"], frames["match_participants"],
            frames["medals_earned"], friends,
        ),
    )  # fmt: skip
    xuid = xuid_of(platform, player)
    shared = platform.shared_database()
    store.create_medal_view(platform.player_database(player), shared, xuid)
    if xuid is not None:
        with platform.writing(SHARED):
            shared_store.mark_attempted(shared, xuid, Backfill.PERFORMANCE_SCORES, platform.now())
    return report


def derive_sessions(platform: Platform, player: str) -> DerivedReport:
    """The player's sessions."""
    friends = players_by_xuid(platform)
    return _derive(
        platform,
        player,
        PLAYER_SESSIONS,
        lambda xuid, frames: player_sessions(
            own_stats(platform, player),
            friends_present(xuid, frames["match_participants"], friends),
        ),
    )


def derive_teammates(platform: Platform, player: str) -> DerivedReport:
    """Who was in the player's team."""
    return _derive(
        platform,
        player,
        TEAMMATES_AGGREGATE,
        lambda xuid, frames: teammates(
            xuid, frames["match_participants"], frames["match_registry"],
            frames["xuid_aliases"], own_stats(platform, player),
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
    compute: Callable[[str, Frames], pl.DataFrame],
) -> DerivedReport:
    """A table that follows from the shared ones."""

    def rows(xuid: str) -> pl.DataFrame:
        with platform.reading(SHARED) as con:
            frames = shared_store.load_participants_of(con, xuid)
        return compute(xuid, frames)

    return make_table(platform, player, table, rows)


def make_table(
    platform: Platform, player: str, table: Table, rows_of: Callable[[str], pl.DataFrame]
) -> DerivedReport:
    """Make a table equal to the rows that a player's xuid gives.

    They are computed while the lock is held: of two runs, the later one knows what the other wrote.
    """
    database = platform.player_database(player)
    xuid = xuid_of(platform, player)
    if xuid is None:
        return DerivedReport(0, 0, 0, f"no xuid: set players.{player}.xuid in the configuration")
    with platform.writing(player):
        rows = rows_of(xuid)
        written, deleted = make_equal(database, table, as_table(table, rows))
    return DerivedReport(rows.height, written, deleted)


def own_stats(platform: Platform, player: str) -> pl.DataFrame:
    """Rows of `player_match_stats` of the player, in order of time."""
    with platform.reading(player) as con:
        return store.load_match_stats(con)


def _library_folders(platform: Platform) -> list[str]:
    root, ignored = platform.settings.library_root, platform.settings.library.ignore
    try:
        with listed(str(root), follow=True) as entries:
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
    return "the name is not UTF-8" if shown(name)[1] is not None else why_no_player(name)
