"""The nearest of every media in the store: what was compared, what is new, what was found."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from media_assets.store.frames import as_table
from media_assets.store.tables.library import MEDIA_STAGES
from media_assets.store.tables.vectors import MEDIA_NEIGHBORS
from media_assets.store.vectors import Model
from media_assets.store.write import delete_keys, difference, relation, upsert

_STAGE = "media_neighbors:"
"""Before the name of the space: what was compared is recorded for each space."""

_VECTORS = """
SELECT v.media_id, v.vector, f.file_size, f.mtime_ns,
       hash(v.model, v.version, v.vector)::VARCHAR AS inputs
FROM media_vectors v JOIN media_files f ON f.media_id = v.media_id AND f.status <> 'missing'
WHERE v.space = $space AND v.model = $model AND v.version = $version
"""

# `pending`: it was not compared as it is now. `torn`: it has fewer neighbours than there can be,
# or one that was lost or has another vector by now.
_MEDIA = f"""
WITH vectors AS ({_VECTORS}),
fresh AS (
    SELECT v.media_id, s.media_id IS NULL AS pending
    FROM vectors v
    LEFT JOIN media_stages s ON s.media_id = v.media_id AND s.stage = $stage
        AND list_contains($rules, s.version) AND s.settings = v.inputs
),
held AS (
    SELECT n.media_id, count(*) AS count, bool_or(coalesce(f.pending, true)) AS outdated
    FROM media_neighbors n LEFT JOIN fresh f ON f.media_id = n.neighbor_media_id
    WHERE n.space = $space GROUP BY n.media_id
)
SELECT v.* EXCLUDE (vector), f.pending,
       coalesce(h.count, 0) <> least($count, (SELECT count(*) FROM vectors) - 1)
       OR coalesce(h.outdated, false) AS torn
FROM vectors v JOIN fresh f USING (media_id) LEFT JOIN held h USING (media_id)
"""

_NEWS = f"""
WITH media AS ({_MEDIA})
SELECT (SELECT count(*) FROM media WHERE pending OR torn),
       (SELECT count(DISTINCT media_id) FROM media_neighbors n ANTI JOIN media m
            ON m.media_id = n.media_id WHERE n.space = $space)
"""

_KNOWN = """
SELECT media_id, neighbor_media_id, similarity FROM media_neighbors
WHERE space = $space ORDER BY media_id, rank
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, how many neighbours are kept, which versions of the rules count as done."""

    model: Model
    count: int
    rules: tuple[int, ...]

    @property
    def stage(self) -> str:
        """Under this name it is recorded what was compared."""
        return _STAGE + self.model.space

    def values(self) -> dict[str, object]:
        """For the statements."""
        return {
            "space": self.model.space, "model": self.model.model, "version": self.model.version,
            "stage": self.stage, "rules": list(self.rules), "count": self.count,
        }  # fmt: skip


def load_news(con: duckdb.DuckDBPyConnection, wanted: Comparison) -> tuple[int, int]:
    """Media to be compared, and media with neighbours that are gone."""
    row = con.execute(_NEWS, wanted.values()).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def load_media(con: duckdb.DuckDBPyConnection, wanted: Comparison) -> pl.DataFrame:
    """All media with a vector of the model, in order of their ids, with `pending` and `torn`."""
    values = wanted.values()
    media = con.sql(f"FROM ({_MEDIA}) ORDER BY media_id", params=values).pl()
    named = {name: values[name] for name in ("space", "model", "version")}
    # Carried through the joins, the vectors take five times as long as all the rest.
    vectors = con.sql(f"SELECT media_id, vector FROM ({_VECTORS})", params=named).pl()
    return media.join(vectors, on="media_id", how="left", maintain_order="left")


def load_known(con: duckdb.DuckDBPyConnection, space: str) -> pl.DataFrame:
    """The neighbours that were found before."""
    return con.sql(_KNOWN, params={"space": space}).pl()


def load_spaces(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Spaces in which neighbours are recorded."""
    return {row[0] for row in con.execute("SELECT DISTINCT space FROM media_neighbors").fetchall()}


def write_found(
    con: duckdb.DuckDBPyConnection,
    wanted: Comparison,
    media: pl.DataFrame,
    rows: pl.DataFrame,
    rules: int,
    now: datetime,
) -> tuple[int, int]:
    """Make the neighbours of a space equal to the rows, inside the caller's transaction.

    `media` are all that were compared; those that are `pending` are recorded as done by this
    version of the rules. Returns rows written and rows deleted.
    """
    found = as_table(MEDIA_NEIGHBORS, rows.with_columns(found_at=pl.lit(now)))
    part = pl.DataFrame({"space": [wanted.model.space]})
    fresh, stale = difference(con, MEDIA_NEIGHBORS, found, ("found_at",), part)
    written, deleted = upsert(con, MEDIA_NEIGHBORS, fresh), delete_keys(con, MEDIA_NEIGHBORS, stale)
    _record(con, wanted, media, rules, now)
    return written, deleted


def forget_space(con: duckdb.DuckDBPyConnection, space: str) -> int:
    """Remove the neighbours of a space that has no vectors any more; returns the rows deleted."""
    con.execute("DELETE FROM media_stages WHERE stage = ?", [_STAGE + space])
    row = con.execute("DELETE FROM media_neighbors WHERE space = ?", [space]).fetchone()
    return int(row[0]) if row else 0


def _record(
    con: duckdb.DuckDBPyConnection,
    wanted: Comparison,
    media: pl.DataFrame,
    rules: int,
    now: datetime,
) -> None:
    with relation(con, "compared", media.drop("vector")):
        con.execute(
            "DELETE FROM media_stages WHERE stage = $stage "
            "AND media_id NOT IN (SELECT media_id FROM compared)",
            {"stage": wanted.stage},
        )
        done = con.sql(
            "SELECT media_id, $stage AS stage, $rules::INTEGER AS version, inputs AS settings, "
            "file_size, mtime_ns, $now::TIMESTAMP AS done_at FROM compared WHERE pending",
            params={"stage": wanted.stage, "rules": rules, "now": now},
        ).pl()
    upsert(con, MEDIA_STAGES, done)


def promises(con: duckdb.DuckDBPyConnection, sample: int) -> dict[str, int]:
    """What would be wrong with the table.

    `wrong_similarities` is of a sample, compared in DuckDB: the rows were made elsewhere.
    """
    row = con.execute(
        f"""
        WITH lists AS (
            SELECT media_id, space, count(*) AS found, max(rank) AS last,
                   count(DISTINCT neighbor_media_id) AS others,
                   list(similarity ORDER BY rank) AS fall,
                   bool_or(media_id = neighbor_media_id) AS itself
            FROM media_neighbors GROUP BY ALL
        ),
        chosen AS (FROM media_neighbors ORDER BY md5(media_id || rank) LIMIT {int(sample)})
        SELECT (SELECT count(*) FROM lists),
               (SELECT count(*) FROM lists WHERE found <> last OR others <> found OR itself
                   OR fall <> list_reverse_sort(fall)),
               (SELECT count(*) FROM media_neighbors n ANTI JOIN media_vectors v
                   ON v.media_id = n.neighbor_media_id AND v.space = n.space),
               (SELECT count(*) FROM chosen c
                   JOIN media_vectors a ON a.media_id = c.media_id AND a.space = c.space
                   JOIN media_vectors b ON b.media_id = c.neighbor_media_id AND b.space = c.space
                WHERE abs(list_cosine_similarity(a.vector::DOUBLE[], b.vector::DOUBLE[])
                          - c.similarity) > 2e-6)
        """
    ).fetchone()
    lists, broken, lost, wrong = row or (0, 0, 0, 0)
    return {"media_with_neighbors": lists, "broken_lists": broken, "lost_neighbors": lost,
            "wrong_similarities": wrong}  # fmt: skip
