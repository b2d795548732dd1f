"""Which capture belongs to which match."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from media_assets.captures.association import Weights, title_factor
from media_assets.stages.platform import Platform
from media_assets.store import captures as store
from media_assets.store.connect import attach_shared, connect, in_memory


@dataclass(frozen=True, slots=True)
class AssociationReport:
    """What the table says now, and what of it is new."""

    decisions: dict[str, int]
    rows_written: int
    rows_deleted: int


def associate(platform: Platform, player: str) -> AssociationReport:
    """Associate all captures of the player with matches; only what differs is written."""
    database = platform.player_database(player)
    shared = platform.shared_database()
    with platform.writing(player):
        frames = _load(database, shared)
        tolerance = platform.settings.matches.tolerance_minutes * 60
        parameters = {**Weights().parameters(), "tolerance": tolerance}
        with in_memory() as con:
            rows = store.associate(con, frames, parameters)
        written, deleted = store.write_associations(database, rows, platform.now())
    main = rows.filter(pl.col("role") == "main").group_by("decision").len().sort("decision")
    return AssociationReport(dict(main.iter_rows()), written, deleted)


def _load(database: Path, shared: Path) -> dict[str, pl.DataFrame]:
    with connect(database, read_only=True) as con:
        attach_shared(con, shared)
        captures = store.load_captures(con)
        titles = {title: title_factor(title) for title in captures["title"].unique()}
        factors = [titles[title] for title in captures["title"]]
        return {
            "captures": captures.with_columns(title_factor=pl.Series(factors, dtype=pl.Float64)),
            "presences": store.load_presences(con),
            "events": store.load_events(con),
            "decisions": store.load_decisions(con),
        }
