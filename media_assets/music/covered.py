"""The catalog with its covers: the rows of the tables of a player's music."""

from collections.abc import Mapping

import polars as pl

from media_assets.music.cover_choice import choose_covers
from media_assets.music.covers import STEM_LENGTH
from media_assets.music.rows import Catalog


def covered(
    found: Catalog, embedded: pl.DataFrame, files: pl.DataFrame, folder: str
) -> Mapping[str, pl.DataFrame]:
    """By table, its rows.

    Args:
        found: the catalog.
        embedded: rows of `embedded_covers`.
        files: image files as `choose_covers` takes them.
        folder: where thumbnails of covers lie, relative to `data_dir`.
    """
    of_albums, of_artists, candidates = choose_covers(found.tracks, found.albums, embedded, files)
    albums = found.albums.join(of_albums, on="album_key", how="left", maintain_order="left")
    artists = found.artists.join(of_artists, on="artist_key", how="left", maintain_order="left")
    own = embedded.select("media_id", "cover_id")
    tracks = (
        found.tracks.join(own, on="media_id", how="left", maintain_order="left")
        .join(of_albums.rename({"cover_id": "of_album"}), on="album_key", how="left",
              maintain_order="left")
        .with_columns(cover_id=pl.coalesce("cover_id", "of_album"))
    )  # fmt: skip
    stem = pl.concat_str(pl.lit(f"{folder}/"), pl.col("cover_id").str.head(STEM_LENGTH))
    covers = _counted(candidates, tracks=own, albums=of_albums, artists=of_artists)
    return {
        "tracks": tracks,
        "track_artists": found.track_artists,
        "artists": artists,
        "albums": albums,
        "covers": covers.with_columns(thumbnail_stem=stem),
    }


def _counted(candidates: pl.DataFrame, **shown_by: pl.DataFrame) -> pl.DataFrame:
    for name, rows in shown_by.items():
        counts = rows.group_by("cover_id").len(name)
        candidates = candidates.join(counts, on="cover_id", how="left")
    return candidates.with_columns(pl.col(list(shown_by)).fill_null(0)).sort("cover_id")
