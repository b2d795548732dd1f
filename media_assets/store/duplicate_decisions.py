"""What people decided about duplicates, and what they are shown before."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.duplicates import DUPLICATE_DECISIONS
from media_assets.store.write import relation, upsert

# What was told apart since is left out, although the next run alone makes that so in the tables.
_LISTED = """
SELECT f.player, d.group_id, d.media_id, f.kind, f.file_path, f.file_size,
       coalesce(i.width, v.width) AS width, coalesce(i.height, v.height) AS height,
       d.class, d.keep, d.compared_media_id, d.agreement, d.phash_bits, d.dhash_bits,
       d.seconds_apart, g.class AS group_class, g.members, g.copies_bytes
FROM duplicates d
JOIN duplicate_groups g USING (group_id)
JOIN media_files f USING (media_id)
LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
WHERE ($class IS NULL OR g.class = $class) AND ($kind IS NULL OR g.kind = $kind)
  AND (len($media_ids) = 0 OR d.group_id IN (
      SELECT group_id FROM duplicates WHERE list_contains($media_ids, media_id)))
  AND NOT EXISTS (
      FROM duplicate_decisions x WHERE x.decision = 'distinct'
      AND x.media_id = least(d.media_id, d.compared_media_id)
      AND x.other_media_id = greatest(d.media_id, d.compared_media_id))
ORDER BY g.copies_bytes DESC, g.bytes DESC, d.group_id, d.compared_media_id NOT NULL, d.class,
         f.file_path
"""

_DECIDED = """
SELECT f.player, x.decision, x.media_id, f.file_path, x.other_media_id,
       CASE WHEN x.decision = 'distinct' THEN o.file_path END AS other_path, x.decided_at
FROM duplicate_decisions x
LEFT JOIN media_files f ON f.media_id = x.media_id
LEFT JOIN media_files o ON o.media_id = x.other_media_id
ORDER BY x.decided_at, x.media_id, x.other_media_id
"""


def load_listed(
    con: duckdb.DuckDBPyConnection,
    *,
    media_class: str | None,
    kind: str | None,
    media_ids: Sequence[str],
) -> pl.DataFrame:
    """Duplicates as people see them, the groups that save the most first, their best on top.

    Only groups of a class and kind, and with one of some media; None or nothing: of all.
    """
    return con.sql(
        _LISTED, params={"class": media_class, "kind": kind, "media_ids": list(media_ids)}
    ).pl()


def load_decided(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All decisions with the paths of their media, the oldest first."""
    return con.sql(_DECIDED).pl()


def load_members(con: duckdb.DuckDBPyConnection, group_ids: Sequence[str]) -> pl.DataFrame:
    """Members of groups: `group_id`, `media_id`."""
    return con.sql(
        "SELECT group_id, media_id FROM duplicates WHERE list_contains($ids, group_id) "
        "ORDER BY group_id, media_id",
        params={"ids": list(group_ids)},
    ).pl()


def load_groups(con: duckdb.DuckDBPyConnection, media_ids: Sequence[str]) -> dict[str, str]:
    """The group of each of some media that has one."""
    rows = con.execute(
        "SELECT media_id, group_id FROM duplicates WHERE list_contains($ids, media_id)",
        {"ids": list(media_ids)},
    ).fetchall()
    return dict(rows)


def write_distinct(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame, now: datetime) -> int:
    """Record that pairs (`media_id`, `other_media_id`) are no duplicates, within a transaction."""
    with relation(con, "pairs", pairs):
        rows = con.sql(
            "SELECT DISTINCT least(media_id, other_media_id) AS media_id, "
            "greatest(media_id, other_media_id) AS other_media_id, 'distinct' AS decision, "
            "$now::TIMESTAMP AS decided_at FROM pairs WHERE media_id <> other_media_id",
            params={"now": now},
        ).pl()
    return upsert(con, DUPLICATE_DECISIONS, rows)


def write_keep(con: duckdb.DuckDBPyConnection, media_ids: Sequence[str], now: datetime) -> int:
    """Record that media are the ones to keep of their groups, within a transaction."""
    rows: list[dict[str, object]] = [
        {"media_id": one, "other_media_id": one, "decision": "keep", "decided_at": now}
        for one in media_ids
    ]
    return upsert(con, DUPLICATE_DECISIONS, frame_of(DUPLICATE_DECISIONS, rows))


def delete_decisions(con: duckdb.DuckDBPyConnection, media_ids: Sequence[str]) -> int:
    """Delete all decisions that name one of some media; returns how many there were."""
    row = con.execute(
        "DELETE FROM duplicate_decisions "
        "WHERE list_contains($ids, media_id) OR list_contains($ids, other_media_id)",
        {"ids": list(media_ids)},
    ).fetchone()
    return int(row[0]) if row else 0
