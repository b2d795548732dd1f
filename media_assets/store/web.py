"""What the store knows of a land: its lists and pages, its URLs, what is due, and the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.frames import frame_of
from media_assets.store.tables.web import LAND_JOBS, WEB_MEDIA, WEB_PLACES, WEB_SOURCES
from media_assets.store.write import delete_keys, relation, upsert

Row = dict[str, object]

_LISTED_COLUMNS = ("page_url", "pages", "depth", "relevance", "claimed_type", "alt")

# One row per URL: the least depth, the greatest relevance, and of the rest what the best page says.
# A URL that cannot be used anywhere is one that says why.
_LISTED = """
SELECT url,
       arg_min(page_url, place) AS page_url,
       count(DISTINCT page_url) AS pages,
       min(depth) AS depth,
       max(relevance) AS relevance,
       arg_min(claimed_type, place) AS claimed_type,
       arg_min(alt, place) AS alt,
       CASE WHEN bool_and(problem IS NOT NULL) THEN min(problem) END AS problem
FROM (
    SELECT *, struct_pack(
        d := coalesce(depth, 9223372036854775807), r := -coalesce(relevance, -1.0),
        p := coalesce(page_url, ''), s := source, n := position) AS place
    FROM web_places
)
GROUP BY url
"""

_DIFFERS = " OR ".join(f"w.{name} IS DISTINCT FROM l.{name}" for name in _LISTED_COLUMNS)

_NEWS = f"""
SELECT l.*, w.url IS NULL AS is_new
FROM ({_LISTED}) l LEFT JOIN web_media w USING (url)
WHERE w.url IS NULL OR w.unlisted_at IS NOT NULL OR {_DIFFERS}
   OR (l.problem IS NOT NULL AND w.reason IS DISTINCT FROM l.problem)
   OR (l.problem IS NULL AND w.error_class = $unusable)
"""

_GONE = """
SELECT w.url FROM web_media w ANTI JOIN web_places p USING (url) WHERE w.unlisted_at IS NULL
"""

UNUSABLE = "UnusableUrl"
"""Error class of a URL that no list or page writes so that it can be used."""

# A machine that loses its power may leave less of a file than was written.
_IS_ITS_FILE = "f.file_name = w.file_name AND f.file_size = w.file_size"

# A clock that was set back must not have anything wait for longer than it was told to.
_IS_DUE = """
w.unlisted_at IS NULL AND w.error_class IS DISTINCT FROM $unusable AND (
    (w.status = 'pending' AND NOT {waits})
    OR (w.status IN ('failed', 'refused') AND NOT w.is_final AND w.attempts < $attempts
        AND NOT {waits})
    OR (w.status IN ('skipped', 'refused') AND w.settings IS DISTINCT FROM $settings)
    OR (w.status = 'fetched' AND (
        w.checked_at < $refresh_before
        OR NOT EXISTS (FROM media_files f
                       WHERE {is_its_file} AND f.status <> 'missing')))
)
""".replace(
    "{waits}",
    "(coalesce(w.next_retry_at > $now, false) AND coalesce(w.checked_at <= $now, true))",
).replace("{is_its_file}", _IS_ITS_FILE)

_CHOSEN = """
($depth::BIGINT IS NULL OR w.depth <= $depth)
AND ($minrel::DOUBLE IS NULL OR w.relevance >= $minrel)
"""

_DUE = f"""
SELECT w.url,
       CASE WHEN f.file_name IS NOT NULL THEN w.etag END AS etag,
       CASE WHEN f.file_name IS NOT NULL THEN w.last_modified END AS last_modified
FROM web_media w
LEFT JOIN (SELECT DISTINCT file_name, file_size FROM media_files WHERE status = 'present') f
    ON {_IS_ITS_FILE}
WHERE {_IS_DUE} AND {_CHOSEN}
ORDER BY w.depth NULLS LAST, w.relevance DESC NULLS LAST, w.url
"""

_REDO = f"""
SELECT w.url, w.status, w.reason FROM web_media w
WHERE {_CHOSEN}
  AND ($kind::VARCHAR IS NULL
       OR coalesce(w.kind, replace(w.claimed_type, 'img', 'image')) = $kind)
  AND ({_IS_DUE}
       OR (w.unlisted_at IS NULL AND w.error_class IS DISTINCT FROM $unusable
           AND ($force OR ($failed AND w.status IN ('failed', 'refused')))))
ORDER BY w.depth NULLS LAST, w.relevance DESC NULLS LAST, w.url
"""

_SETTLED = """
SELECT count(*) FILTER (w.status = 'fetched' AND d.analysed AND NOT d.failed) AS analyzed,
       count(*) FILTER (w.status IN ('failed', 'refused') OR d.failed) AS failed,
       count(*) FILTER (w.status = 'skipped') AS skipped
FROM asked a JOIN web_media w USING (url)
LEFT JOIN (SELECT file_name, bool_or(media_id IN (SELECT media_id FROM media_stages)) AS analysed,
                  bool_or(media_id IN (SELECT media_id FROM media_failures)) AS failed
           FROM media_files WHERE status <> 'missing' GROUP BY file_name) d
    ON d.file_name = CASE WHEN w.status = 'fetched' THEN w.file_name END
"""

_ASKED = f"""
SELECT w.*, EXISTS (
    FROM media_files f WHERE {_IS_ITS_FILE} AND f.status = 'present') AS has_content
FROM web_media w SEMI JOIN asked USING (url)
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which URLs are due: by the limits in force and what a person chose.

    `settings` as skipped rows keep them; `attempts`: after so many a URL is given up.
    """

    settings: str
    attempts: int
    depth: int | None = None
    minrel: float | None = None
    refresh_before: datetime | None = None

    def values(self, now: datetime) -> dict[str, object]:
        """For the statements."""
        return {
            "settings": self.settings, "attempts": self.attempts, "depth": self.depth,
            "minrel": self.minrel, "refresh_before": self.refresh_before, "now": now,
            "unusable": UNUSABLE,
        }  # fmt: skip


def load_sources(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int, int]]:
    """Size, mtime and version of the rules of each list and page as it was read, by its path."""
    rows = con.execute("SELECT file_path, file_size, mtime_ns, version FROM web_sources").fetchall()
    return {path: (size, mtime, version) for path, size, mtime, version in rows}


def load_unreadable(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Why lists and pages could not be read, in order of their paths."""
    query = "SELECT error FROM web_sources WHERE error IS NOT NULL ORDER BY file_path"
    return [row[0] for row in con.execute(query).fetchall()]


def write_source(con: duckdb.DuckDBPyConnection, source: Row, places: Sequence[Row] | None) -> int:
    """Write one list or page, inside the caller's transaction; returns the rows written.

    `places` None: it could not be read, and what it said before stays.
    """
    written = upsert(con, WEB_SOURCES, frame_of(WEB_SOURCES, [source]))
    if places is None:
        return written
    con.execute("DELETE FROM web_places WHERE source = ?", [source["file_path"]])
    return written + upsert(con, WEB_PLACES, frame_of(WEB_PLACES, places))


def add_places(con: duckdb.DuckDBPyConnection, places: Sequence[Row]) -> int:
    """Write more of what stands in a list, inside the caller's transaction."""
    return upsert(con, WEB_PLACES, frame_of(WEB_PLACES, places))


def forget_sources(con: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> int:
    """Remove lists and pages, with what stood in them, inside the caller's transaction."""
    keys = pl.DataFrame({"file_path": list(paths)}, {"file_path": pl.String})
    delete_keys(con, WEB_PLACES, keys.rename({"file_path": "source"}))
    return delete_keys(con, WEB_SOURCES, keys)


def load_news(con: duckdb.DuckDBPyConnection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """URLs that are new or listed otherwise than `web_media` says, and those that are gone."""
    return (
        con.sql(_NEWS, params={"unusable": UNUSABLE}).pl(),
        con.sql(_GONE).pl(),
    )


def write_news(
    con: duckdb.DuckDBPyConnection, news: pl.DataFrame, gone: pl.DataFrame, now: datetime
) -> int:
    """Bring `web_media` to what lists and pages say, inside the caller's transaction."""
    listed = news.select("url", *_LISTED_COLUMNS).with_columns(
        unlisted_at=pl.lit(None, pl.Datetime)
    )
    usable = pl.col("problem").is_null()
    fresh = listed.join(news.filter(pl.col("is_new") & usable), on="url", how="semi")
    old = listed.join(news.filter(~pl.col("is_new") & usable), on="url", how="semi")
    unusable = listed.join(news.filter(~usable).select("url", "problem"), on="url")
    new_row = {"first_listed_at": pl.lit(now), "attempts": pl.lit(0, pl.Int32)}
    written = upsert(con, WEB_MEDIA, fresh.with_columns(
        **new_row, status=pl.lit("pending"), is_final=pl.lit(False)
    ))  # fmt: skip
    written += _update_listed(con, old)
    written += upsert(con, WEB_MEDIA, unusable.rename({"problem": "reason"}).with_columns(
        **new_row, status=pl.lit("refused"), is_final=pl.lit(True), error_class=pl.lit(UNUSABLE)
    ), keep=("first_listed_at",))  # fmt: skip
    return written + _mark_gone(con, gone, now)


def _update_listed(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> int:
    """What is listed otherwise; one that could not be used before is pending now."""
    if rows.is_empty():
        return 0
    assigned = ", ".join(f"{name} = l.{name}" for name in _LISTED_COLUMNS)
    mended = f"error_class = '{UNUSABLE}'"
    with relation(con, "listed", rows):
        con.execute(
            f"UPDATE web_media SET {assigned}, unlisted_at = NULL, "
            f"status = CASE WHEN {mended} THEN 'pending' ELSE status END, "
            f"reason = CASE WHEN {mended} THEN NULL ELSE reason END, "
            f"is_final = CASE WHEN {mended} THEN false ELSE is_final END, "
            f"error_class = CASE WHEN {mended} THEN NULL ELSE error_class END "
            "FROM listed l WHERE web_media.url = l.url"
        )
    return rows.height


def _mark_gone(con: duckdb.DuckDBPyConnection, gone: pl.DataFrame, now: datetime) -> int:
    if gone.is_empty():
        return 0
    with relation(con, "gone", gone):
        con.execute(
            "UPDATE web_media SET unlisted_at = $now FROM gone g WHERE web_media.url = g.url",
            {"now": now},
        )
    return gone.height


def has_unseen(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether something was fetched whose file no scan has seen."""
    query = "FROM web_media w ANTI JOIN media_files USING (file_name) WHERE w.status = 'fetched'"
    return con.execute(f"{query} LIMIT 1").fetchone() is not None


def load_due(
    con: duckdb.DuckDBPyConnection, selection: Selection, limit: int, now: datetime
) -> pl.DataFrame:
    """URLs to be fetched: `url`, `etag`, `last_modified`; shallow and relevant ones first.

    `limit`: at most so many, 0 all.
    """
    query = _DUE + (f"LIMIT {limit:d}" if limit else "")
    return con.sql(query, params=selection.values(now)).pl()


def count_due(con: duckdb.DuckDBPyConnection, selection: Selection, now: datetime) -> int:
    """How many URLs are to be fetched."""
    row = con.execute(f"SELECT count(*) FROM ({_DUE})", selection.values(now)).fetchone()
    return int(row[0]) if row else 0


def write_tried(con: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> int:
    """Write what became of URLs, inside the caller's transaction; columns that lack are left alone.

    All rows have the same keys.
    """
    if not rows:
        return 0
    columns = [name for name in WEB_MEDIA.column_names if name in rows[0]]
    frame = frame_of(WEB_MEDIA, rows, columns)
    names = ", ".join(f"{name} = t.{name}" for name in columns if name != "url")
    with relation(con, "tried", frame):
        con.execute(f"UPDATE web_media SET {names} FROM tried t WHERE web_media.url = t.url")
    return frame.height


def load_urls(con: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> dict[str, Row]:
    """The rows of some URLs, by URL, and whether what they brought is there: `has_content`."""
    with relation(con, "asked", pl.DataFrame({"url": list(urls)}, {"url": pl.String})):
        frame = con.sql(_ASKED).pl()
    return {str(row["url"]): row for row in frame.iter_rows(named=True)}


def count_settled(con: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> tuple[int, int, int]:
    """Of some URLs those whose media are analysed, that failed, and that were skipped."""
    with relation(con, "asked", pl.DataFrame({"url": list(urls)}, {"url": pl.String})):
        row = con.execute(_SETTLED).fetchone()
    return (row[0], row[1], row[2]) if row else (0, 0, 0)


def count_downloads(con: duckdb.DuckDBPyConnection) -> int:
    """Media of the land that are there."""
    row = con.execute("SELECT count(*) FROM media_files WHERE status <> 'missing'").fetchone()
    return int(row[0]) if row else 0


def write_job(con: duckdb.DuckDBPyConnection, job: Row) -> None:
    """Record a job; one that goes on is written again."""
    upsert(con, LAND_JOBS, frame_of(LAND_JOBS, [job]))


def latest_job(con: duckdb.DuckDBPyConnection) -> Row | None:
    """The latest job, None where there was none."""
    rows = con.sql("FROM land_jobs ORDER BY started_at DESC LIMIT 1").pl().to_dicts()
    return rows[0] if rows else None


def url_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """URLs that are listed, by status."""
    rows = con.execute(
        "SELECT status, count(*) FROM web_media WHERE unlisted_at IS NULL GROUP BY status"
    ).fetchall()
    return dict(rows)


def failed_urls(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """URLs that are listed and could not be had: those asked for again first, by their time."""
    return con.sql(
        "SELECT url, status, reason, error_class, attempts, is_final, checked_at, next_retry_at "
        "FROM web_media WHERE unlisted_at IS NULL AND (status IN ('failed', 'refused') "
        "OR (status = 'pending' AND reason IS NOT NULL)) "
        "ORDER BY is_final, next_retry_at, url"
    ).pl()


def load_redo(
    con: duckdb.DuckDBPyConnection,
    selection: Selection,
    now: datetime,
    *,
    kind: str | None = None,
    failed: bool = False,
    force: bool = False,
    limit: int = 0,
) -> pl.DataFrame:
    """URLs that are due, with what failed or was refused (`failed`), or all (`force`).

    Columns `url`, `status`, `reason`; in the order of `load_due`, at most `limit`, 0 all. Of those
    without content, `kind` is what lists and pages say. What cannot be used is never among them.
    """
    query = _REDO + (f"LIMIT {limit:d}" if limit else "")
    wanted = {"kind": kind, "failed": failed, "force": force}
    return con.sql(query, params=selection.values(now) | wanted).pl()


def make_due(con: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> int:
    """Have URLs asked for by the next job, inside the caller's transaction.

    What was fetched stays until something else comes; its server is asked whether it changed.
    """
    with relation(con, "asked", pl.DataFrame({"url": list(urls)}, {"url": pl.String})):
        con.execute(
            "UPDATE web_media SET status = 'pending', is_final = false, attempts = 0, "
            "next_retry_at = NULL FROM asked a WHERE web_media.url = a.url"
        )
    return len(urls)
