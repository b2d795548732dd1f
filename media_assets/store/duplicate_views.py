"""What checks and pictures of duplicates look at."""

import duckdb

_LARGEST = """
WITH chosen AS (
    SELECT group_id, row_number() OVER (
        ORDER BY copies_bytes DESC, members DESC, bytes DESC, group_id) AS turn
    FROM duplicate_groups WHERE kind <> 'audio'
)
SELECT c.turn, d.class, d.agreement, d.seconds_apart, t.thumbnail_file
FROM chosen c
JOIN duplicates d USING (group_id)
JOIN thumbnails t USING (media_id)
WHERE c.turn <= $groups
QUALIFY row_number() OVER (
    PARTITION BY c.turn ORDER BY d.compared_media_id NOT NULL, d.class, d.media_id) <= $members
ORDER BY c.turn, d.compared_media_id NOT NULL, d.class, d.media_id
"""

_COUNTS = """
SELECT (SELECT count(*) FROM duplicate_groups) AS groups,
       count(*) AS members,
       count(*) FILTER (class = 'exact') AS exact,
       count(*) FILTER (class = 'same_picture') AS same_picture,
       count(*) FILTER (class = 'burst') AS burst,
       count(*) FILTER (class = 'similar') AS similar,
       (SELECT coalesce(sum(copies_bytes), 0)::BIGINT FROM duplicate_groups) AS copies_bytes,
       (SELECT coalesce(sum(file_size), 0)::BIGINT FROM media_files WHERE status <> 'missing')
           AS library_bytes
FROM duplicates
"""

# Figures are computed again from what the analysis has stored.
_PROMISES = """
WITH pairs AS (
    SELECT d.class, d.phash_bits, d.dhash_bits, d.agreement,
           f.file_size AS size, g.file_size AS other_size,
           f.file_hash AS hash, g.file_hash AS other_hash,
           bit_count(xor(('0x' || i.phash)::UBIGINT, ('0x' || j.phash)::UBIGINT)) AS p,
           bit_count(xor(('0x' || i.dhash)::UBIGINT, ('0x' || j.dhash)::UBIGINT)) AS d
    FROM duplicates d
    JOIN media_files f ON f.media_id = d.media_id
    JOIN media_files g ON g.media_id = d.compared_media_id
    LEFT JOIN image_metadata i ON i.media_id = d.media_id AND d.phash_bits IS NOT NULL
    LEFT JOIN image_metadata j ON j.media_id = d.compared_media_id
),
groups AS (
    SELECT group_id, count(*) AS members, count(*) FILTER (compared_media_id IS NULL) AS best
    FROM duplicates GROUP BY group_id
)
SELECT (SELECT count(*) FROM pairs WHERE class = 'exact'
        AND (size <> other_size OR hash IS DISTINCT FROM other_hash)) AS unequal_copies,
       (SELECT count(*) FROM pairs WHERE p IS DISTINCT FROM phash_bits
        OR d IS DISTINCT FROM dhash_bits) AS outdated_figures,
       (SELECT count(*) FROM groups FULL JOIN duplicate_groups t USING (group_id)
        WHERE groups.members IS DISTINCT FROM t.members OR t.members < 2 OR best <> 1)
           AS broken_groups,
       (SELECT count(*) FROM duplicates JOIN media_files f USING (media_id)
        WHERE f.status = 'missing') AS missing_members,
       (SELECT count(*) FROM duplicate_decisions x
        JOIN duplicates a ON a.media_id = x.media_id
        JOIN duplicates b ON b.media_id = x.other_media_id
        WHERE x.decision = 'distinct' AND a.group_id = b.group_id) AS decisions_broken,
       (SELECT count(*) FROM pairs) AS links,
       (SELECT count(*) FROM pairs WHERE class IN ('exact', 'same_picture')
        AND agreement < $same_share) AS joined_by_way_of_others
"""


def counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Groups, members by class, and bytes of copies and of the library."""
    return _row(con, _COUNTS, {})


def promises(con: duckdb.DuckDBPyConnection, same_share: float) -> dict[str, int]:
    """What would be wrong with the tables, and how many links there are.

    `same_share`: copies that agree in less are joined by way of others.
    """
    return _row(con, _PROMISES, {"same_share": same_share})


def largest(
    con: duckdb.DuckDBPyConnection, groups: int, members: int
) -> list[tuple[int, str | None, float | None, float | None, str]]:
    """The groups that save the most: turn from 1, class, agreement, seconds apart, poster.

    The best of a group comes first.
    """
    return con.execute(_LARGEST, {"groups": groups, "members": members}).fetchall()


def _row(con: duckdb.DuckDBPyConnection, query: str, values: dict[str, object]) -> dict[str, int]:
    result = con.execute(query, values)
    names = [column[0] for column in result.description or ()]
    found = result.fetchone() or ()
    return {name: int(value) for name, value in zip(names, found, strict=True)}
