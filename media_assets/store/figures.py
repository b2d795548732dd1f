"""Figures of the work on a player's media, for those who watch it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import duckdb
import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.figures import SCAN_FIGURES
from media_assets.store.write import relation, upsert

Step = Literal["scan", "analysis", "hearing"]

_COUNT = """
INSERT INTO analysis_totals
SELECT f.kind, count(*), count(*) FILTER (o.failed)
FROM (SELECT media_id, bool_or(failed) AS failed FROM outcomes GROUP BY media_id) o
JOIN media_files f USING (media_id)
GROUP BY f.kind ORDER BY f.kind
ON CONFLICT (kind) DO UPDATE SET processed = processed + excluded.processed,
                                 failed = failed + excluded.failed
"""

# What is known of the media is the least that was done before anybody counted.
BEGIN_COUNTING = """
INSERT INTO analysis_totals
SELECT f.kind, count(*), count(*) FILTER (o.failed)
FROM (SELECT media_id, bool_or(failed) AS failed FROM (
          SELECT media_id, false AS failed FROM media_stages
          UNION ALL SELECT media_id, true FROM media_failures) GROUP BY media_id) o
JOIN media_files f USING (media_id)
GROUP BY f.kind ORDER BY f.kind
ON CONFLICT (kind) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One step that wrote something: see `scan_figures`."""

    step: Step
    files: int
    failed: int
    rows_written: int
    seconds: float
    peak_memory_bytes: int | None
    ended_at: datetime


def write_figures(con: duckdb.DuckDBPyConnection, figures: Figures) -> None:
    """Write the figures of a step in place of its last ones, inside the caller's transaction."""
    upsert(con, SCAN_FIGURES, frame_of(SCAN_FIGURES, [asdict(figures)]))


def load_figures(con: duckdb.DuckDBPyConnection) -> list[Figures]:
    """The figures of each step, by its name."""
    rows = con.sql("FROM scan_figures ORDER BY step").pl().to_dicts()
    return [Figures(**row) for row in rows]


def count_analysed(
    con: duckdb.DuckDBPyConnection, done: pl.DataFrame, failed: pl.DataFrame
) -> None:
    """Count media of which stages were done or failed, inside the caller's transaction.

    Both frames have `media_id`; a medium counts once.
    """
    outcomes = pl.concat([
        done.select("media_id", failed=pl.lit(False)),
        failed.select("media_id", failed=pl.lit(True)),
    ])  # fmt: skip
    if not outcomes.is_empty():
        with relation(con, "outcomes", outcomes):
            con.execute(_COUNT)


def analysis_totals(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Analyses of media that ended, and those of them in which a stage failed, by kind."""
    rows = con.execute("SELECT kind, processed, failed FROM analysis_totals ORDER BY kind")
    return {kind: (processed, failed) for kind, processed, failed in rows.fetchall()}
