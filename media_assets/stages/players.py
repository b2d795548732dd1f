"""Who the players are, and which matches are theirs."""

from dataclasses import dataclass

import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.library.folders import listed
from media_assets.library.paths import shown
from media_assets.matches.raw_store import RawStore
from media_assets.settings import why_no_player
from media_assets.stages.platform import SHARED, Platform
from media_assets.store import live as live_store
from media_assets.store import matches as shared_store
from media_assets.store.frames import as_table
from media_assets.store.tables.players import MATCH_HISTORY
from media_assets.store.write import make_equal


@dataclass(frozen=True, slots=True)
class DerivedReport:
    """One derived table: its rows, and what of them is new. `reason` says why it is empty."""

    rows: int
    written: int
    deleted: int
    reason: str | None = None


def report_without_xuid(player: str) -> DerivedReport:
    """Of a player who cannot be told from others in a match."""
    return DerivedReport(0, 0, 0, f"no xuid: set players.{player}.xuid in the configuration")


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

    database = platform.player_database(player)
    xuid = xuid_of(platform, player)
    if xuid is None:
        return report_without_xuid(player)
    with platform.writing(player):  # of two runs, the later one knows what the other wrote
        rows = _history(platform, player, xuid)
        changed = make_equal(database, MATCH_HISTORY, as_table(MATCH_HISTORY, rows))
    return DerivedReport(rows.height, *changed)


def _history(platform: Platform, player: str, xuid: str) -> pl.DataFrame:
    with platform.reading(SHARED) as con:
        known = shared_store.load_history(con, xuid)
    with platform.reading(player) as con:
        listed = live_store.load_listed(con, xuid)
    more = listed.join(known, on="match_id", how="anti")
    there = list(RawStore(platform.places.raw_matches).match_ids()) if more.height else []
    more = more.with_columns(pl.col("match_id").is_in(there).alias("raw_complete"))
    return pl.concat([known, more]).sort("match_id")


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
