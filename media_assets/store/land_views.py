"""What people see of a land: its colours, sizes, formats, clusters, and which hosts fail."""

import duckdb

from media_assets.store.web import UNUSABLE

Row = dict[str, object]

HOST = r"regexp_extract(url, '^https?://([^/?#]+)', 1)"

# Each medium counts once, however many URLs bring it, and each of its colours by its share of it.
_COLOURS = """
WITH there AS (SELECT media_id FROM media_files WHERE status <> 'missing')
SELECT color.name AS name, sum(color.share) AS share, arg_max(color.hex, color.share) AS hex
FROM (
    SELECT unnest(from_json(dominant_colors, '[{"hex": "VARCHAR", "name": "VARCHAR",
        "share": "DOUBLE"}]')) AS color
    FROM image_metadata SEMI JOIN there USING (media_id)
)
WHERE color.name IS NOT NULL
GROUP BY ALL ORDER BY share DESC, name LIMIT $limit
"""

_SIZES = """
WITH there AS (SELECT media_id FROM media_files WHERE status <> 'missing')
SELECT width, height, count(*) AS media
FROM (SELECT width, height FROM image_metadata SEMI JOIN there USING (media_id)
      UNION ALL BY NAME
      SELECT width, height FROM video_metadata SEMI JOIN there USING (media_id))
WHERE width > 0 AND height > 0 GROUP BY ALL ORDER BY ALL
"""

_FORMATS = """
SELECT coalesce(i.format, v.container, a.container) AS format, f.kind, count(*) AS media
FROM media_files f
LEFT JOIN image_metadata i ON i.media_id = CASE WHEN f.kind = 'image' THEN f.media_id END
LEFT JOIN video_metadata v ON v.media_id = CASE WHEN f.kind = 'video' THEN f.media_id END
LEFT JOIN audio_metadata a ON a.media_id = CASE WHEN f.kind = 'audio' THEN f.media_id END
WHERE f.status <> 'missing' AND coalesce(i.format, v.container, a.container) IS NOT NULL
GROUP BY ALL ORDER BY media DESC, format
"""

_HOSTS = f"""
SELECT host, count(*) FILTER (failed) AS failed, count(*) AS urls,
       mode(error_class) FILTER (failed) AS mostly
FROM (SELECT {HOST} AS host, status IN ('failed', 'refused') AS failed, error_class
      FROM web_media WHERE unlisted_at IS NULL AND error_class IS DISTINCT FROM '{UNUSABLE}')
GROUP BY host HAVING failed > 0 ORDER BY failed DESC, host LIMIT $limit
"""

# A cluster is a group of near duplicates, or one medium; it is shown when several pages have it.
_CLUSTERS = """
WITH places AS (
    SELECT coalesce(d.group_id, f.media_id) AS cluster, f.media_id, p.page_url
    FROM web_media w
    JOIN media_files f ON f.file_name = w.file_name AND f.status <> 'missing'
    LEFT JOIN duplicates d USING (media_id)
    LEFT JOIN web_places p ON p.url = w.url
    WHERE w.status = 'fetched' AND w.unlisted_at IS NULL
)
SELECT cluster, count(DISTINCT page_url) AS pages, count(DISTINCT media_id) AS media,
       list(DISTINCT t.thumbnail_file ORDER BY t.thumbnail_file)
           FILTER (t.thumbnail_file IS NOT NULL) AS posters
FROM places LEFT JOIN thumbnails t USING (media_id)
GROUP BY cluster HAVING pages > 1
ORDER BY pages DESC, media DESC, cluster LIMIT $limit
"""

_NUMBERS = f"""
SELECT count(*) AS urls,
       count(*) FILTER (status = 'fetched') AS fetched,
       count(*) FILTER (status = 'skipped') AS skipped,
       count(*) FILTER (status = 'failed') AS failed,
       count(*) FILTER (status = 'refused') AS refused,
       count(*) FILTER (status = 'pending') AS pending,
       count(*) FILTER (status = 'fetched' AND file_name IN (
           SELECT file_name FROM media_files JOIN media_failures USING (media_id)
           WHERE media_files.status <> 'missing')) AS failed_analysis,
       count(*) FILTER (error_class = '{UNUSABLE}') AS unusable_addresses
FROM web_media WHERE unlisted_at IS NULL
"""


def colours(con: duckdb.DuckDBPyConnection, limit: int) -> list[Row]:
    """The colours that most of the pictures' area has: `name`, `share` (of one picture), `hex`."""
    return con.sql(_COLOURS, params={"limit": limit}).pl().to_dicts()


def sizes(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int, int]]:
    """Width and height in pixels, and how many media have them."""
    return con.execute(_SIZES).fetchall()


def formats(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """`format`, `kind`, `media`: the most frequent first."""
    return con.sql(_FORMATS).pl().to_dicts()


def failing_hosts(con: duckdb.DuckDBPyConnection, limit: int) -> list[Row]:
    """`host`, `failed`, `urls`, `mostly` (what happens most): the most failures first."""
    return con.sql(_HOSTS, params={"limit": limit}).pl().to_dicts()


def clusters(con: duckdb.DuckDBPyConnection, limit: int) -> list[Row]:
    """Media, alike or the same, that several pages have: `pages`, `media`, `posters` (files)."""
    return con.sql(_CLUSTERS, params={"limit": limit}).pl().to_dicts()


def numbers(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """URLs that are listed, by what became of them; `failed_analysis` are among `fetched`."""
    return {name: int(count) for name, count in con.sql(_NUMBERS).pl().to_dicts()[0].items()}


def newest_on_web(con: duckdb.DuckDBPyConnection, rows: int) -> list[Row]:
    """From the view `land_media`: those that were fetched last first."""
    return (
        con.sql(
            "SELECT url, status, format, concat(width, '×', height) AS size, pages, reason "
            f"FROM land_media ORDER BY fetched_at DESC NULLS LAST, url LIMIT {rows:d}"
        )
        .pl()
        .to_dicts()
    )
