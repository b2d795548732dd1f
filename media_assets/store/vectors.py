"""Vectors in the store: the one way in, what is refused there, and the nearest of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from media_assets.errors import VectorError
from media_assets.similarity.vectors import DECIMALS, Vectors, unit_vector
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.write import delete_keys, upsert

_DIMS = "SELECT space, model, version, min(dim) FROM media_vectors GROUP BY ALL"
_KEY = ("media_id", "space")


def write_vectors(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> list[dict[str, object]]:
    """Write rows of `media_vectors` inside the caller's transaction; returns what was refused.

    Each vector is stored with length 1. The first one of a model in a space says how many values
    all have. One that has another number, a value that is not finite, or no length is refused: it
    is in the result with `media_id`, `space` and `message`, and no row of it is left, for an older
    vector is not the one that was asked for. All others are written.
    """
    dims = {tuple(row[:3]): row[3] for row in con.execute(_DIMS).fetchall()}
    good: list[list[float] | None] = []
    refused: list[dict[str, object]] = []
    for row in rows.iter_rows(named=True):
        model = (row["space"], row["model"], row["version"])
        try:
            unit = unit_vector(row["vector"] or (), dims.get(model, row["dim"]))
            good.append(unit.tolist())
            dims[model] = unit.size
        except VectorError as error:
            good.append(None)
            message = f"vector of the space {row['space']!r} refused: {error}"
            refused.append({**{name: row[name] for name in _KEY}, "message": message})
    made = rows.with_columns(vector=pl.Series(good, dtype=pl.List(pl.Float32)))
    kept = made.filter(pl.col("vector").is_not_null())
    upsert(con, MEDIA_VECTORS, kept.with_columns(dim=pl.col("vector").list.len().cast(pl.Int32)))
    delete_keys(con, MEDIA_VECTORS, made.filter(pl.col("vector").is_null()).select(_KEY))
    return refused


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a media."""

    kind: str
    artist: str | None
    title: str | None
    album: str | None
    file_name: str


@dataclass(frozen=True, slots=True)
class Model:
    """Vectors that can be compared."""

    space: str
    model: str
    version: int
    dim: int


def load_models(con: duckdb.DuckDBPyConnection) -> list[Model]:
    """Of each space the model that made the newest vectors of present media, by space."""
    rows = con.execute(
        "SELECT v.space, v.model, v.version, min(v.dim) FROM media_vectors v "
        "SEMI JOIN (FROM media_files WHERE status <> 'missing') f ON f.media_id = v.media_id "
        "GROUP BY v.space, v.model, v.version QUALIFY row_number() OVER (PARTITION BY v.space "
        "ORDER BY max(v.created_at) DESC, count(*) DESC, v.model, v.version) = 1 ORDER BY v.space"
    ).fetchall()
    return [Model(*row) for row in rows]


def load_vectors_of(
    con: duckdb.DuckDBPyConnection, media_id: str
) -> list[tuple[Model, list[float]]]:
    """The vectors of one media, by space, with the model of each."""
    rows = con.execute(
        "SELECT space, model, version, dim, vector FROM media_vectors "
        "WHERE media_id = ? ORDER BY space",
        [media_id],
    ).fetchall()
    return [(Model(*row[:4]), row[4]) for row in rows]


def load_tracks(con: duckdb.DuckDBPyConnection, model: Model) -> pl.DataFrame:
    """Present music with vectors of a model: `media_id`, `artist`, `artists`, `vector`, by id."""
    return con.sql(
        "SELECT v.media_id, a.artist, a.artists, v.vector FROM media_vectors v "
        "JOIN media_files f ON f.media_id = v.media_id AND f.status <> 'missing' "
        "JOIN audio_metadata a ON a.media_id = v.media_id "
        "WHERE v.space = $space AND v.model = $model AND v.version = $version ORDER BY v.media_id",
        params={"space": model.space, "model": model.model, "version": model.version},
    ).pl()


def load_labels(con: duckdb.DuckDBPyConnection, media_ids: Sequence[str]) -> dict[str, Label]:
    """What people call media: those of the ids that are this player's."""
    rows = con.execute(
        "SELECT f.media_id, f.kind, a.artist, coalesce(n.title, a.title), a.album, f.file_name "
        "FROM media_files f LEFT JOIN audio_metadata a USING (media_id) "
        "LEFT JOIN media_notes n USING (media_id) WHERE list_contains(?, f.media_id)",
        [list(media_ids)],
    ).fetchall()
    return {row[0]: Label(*row[1:]) for row in rows}


def matrix(frame: pl.DataFrame, dim: int) -> Vectors:
    """The column `vector` as n x `dim`."""
    values = frame["vector"].explode(empty_as_null=False).to_numpy()
    return np.ascontiguousarray(values, np.float32).reshape(-1, dim)


def load_nearest(
    con: duckdb.DuckDBPyConnection, model: Model, vector: Sequence[float], limit: int
) -> pl.DataFrame:
    """The present media whose vectors are nearest to one: `media_id`, `similarity`.

    Exact: every vector of the model is compared, 100,000 of 128 values in some 50 ms. Nearer ones
    first, by the cosine to `DECIMALS` decimals, equal ones by id.
    """
    query = f"""
        SELECT v.media_id, round(array_cosine_similarity(
            v.vector::DOUBLE[{model.dim}], $vector::DOUBLE[{model.dim}]), {DECIMALS}) AS similarity
        FROM media_vectors v
        SEMI JOIN (FROM media_files WHERE status <> 'missing') f ON f.media_id = v.media_id
        WHERE v.space = $space AND v.model = $model AND v.version = $version
        ORDER BY similarity DESC, v.media_id LIMIT $limit
    """
    values = {"vector": list(vector), "space": model.space, "model": model.model,
              "version": model.version, "limit": limit}  # fmt: skip
    return con.sql(query, params=values).pl()


def load_map(con: duckdb.DuckDBPyConnection, model: Model, limit: int) -> pl.DataFrame:
    """Vectors of a model with what they are called by: `genre`, `artist`, `kind`, `vector`.

    At most `limit` of present media, chosen by a digest of their ids: the same every time.
    """
    return con.sql(
        "SELECT a.genres[1] AS genre, a.artist, f.kind, v.vector FROM media_vectors v "
        "JOIN media_files f ON f.media_id = v.media_id AND f.status <> 'missing' "
        "LEFT JOIN audio_metadata a ON a.media_id = v.media_id "
        "WHERE v.space = $space AND v.model = $model AND v.version = $version "
        "ORDER BY md5(v.media_id) LIMIT $limit",
        params={"space": model.space, "model": model.model, "version": model.version,
                "limit": limit},
    ).pl()  # fmt: skip


def load_coverage(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """By space: `media` that could have a vector, and `with_vector`.

    Those are the present media of the kinds that have any in the space, and that could be read.
    """
    return con.sql(
        "WITH readable AS (SELECT f.media_id, f.kind FROM media_files f "
        "WHERE f.status <> 'missing' "
        "AND f.media_id IN (SELECT media_id FROM audio_metadata UNION ALL SELECT media_id FROM "
        "image_metadata UNION ALL SELECT media_id FROM video_metadata)), "
        "there AS (SELECT DISTINCT v.space, r.kind FROM media_vectors v JOIN readable r "
        "ON r.media_id = v.media_id) "
        "SELECT t.space, count(*) AS media, count(v.media_id) AS with_vector FROM there t "
        "JOIN readable r ON r.kind = t.kind LEFT JOIN media_vectors v "
        "ON v.media_id = r.media_id AND v.space = t.space GROUP BY t.space ORDER BY t.space"
    ).pl()
