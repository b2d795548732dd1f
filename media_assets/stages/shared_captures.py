"""Captures and matches of several players, each once, with all players who share them."""

from dataclasses import dataclass

import polars as pl

from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import xuids
from media_assets.stages.publish import publish_shared, published_players
from media_assets.store import shared_captures as store
from media_assets.store.spec import Table
from media_assets.store.tables.shared_captures import MATCH_CAPTURES, SHARED_CAPTURES


@dataclass(frozen=True, slots=True)
class SharedCapturesReport:
    """What one collection did: how many have something of several players, and rows by table."""

    captures_of_several: int
    matches_of_several: int
    written: dict[str, int]
    deleted: dict[str, int]


def collect_shared_captures(platform: Platform) -> SharedCapturesReport:
    """Make both tables what the players' published tables and the matches say, and publish them.

    Only rows that differ are written; without any, nothing is published.
    """
    own = xuids(platform).items()
    with platform.writing(SHARED):
        database = platform.shared_database()
        captures, matches = store.collect(published_players(platform), database, own)
        changes: dict[Table, tuple[int, int]] = {
            table: store.write(database, table, rows, platform.now())
            for table, rows in ((SHARED_CAPTURES, captures), (MATCH_CAPTURES, matches))
        }
    if any(map(any, changes.values())):
        publish_shared(platform)
    return SharedCapturesReport(
        captures_of_several=_of_several(captures),
        matches_of_several=_of_several(matches),
        written={table.name: counts[0] for table, counts in changes.items()},
        deleted={table.name: counts[1] for table, counts in changes.items()},
    )


def _of_several(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("players").list.len() > 1).height
