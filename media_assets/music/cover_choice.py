"""Which picture is the cover of an album, and which shows an artist.

Candidates are what is embedded in the tracks and image files in their folders. A folder speaks
for an album when all music in it is of that album, and for an artist when all music in it and in
the folders directly below is of that album artist: `folder.jpg` among unsorted music says nothing.
"""

import os
import re

import polars as pl

from media_assets.music.covers import FRONT_COVER

ALBUM_NAMES = ("front", "cover", "folder", "albumart")
ARTIST_NAMES = ("artist", "fanart")
PICTURE_NAME = rf"^({'|'.join((*ALBUM_NAMES, *ARTIST_NAMES))}|albumart.*)\.[^.]+$"
"""What lower-case file names of such pictures match; Windows Media Player has `AlbumArt_{...}`."""

_DISC_FOLDER = r"(?i)^(cd|dis[ck]|vinyl|side)[ _.-]*[0-9a-f]{1,2}\b"
_SEPARATOR = re.escape(os.sep)
_PARENT = rf"{_SEPARATOR}[^{_SEPARATOR}]*$"


def choose_covers(
    tracks: pl.DataFrame, albums: pl.DataFrame, embedded: pl.DataFrame, files: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Covers of albums, pictures of artists, and all candidates.

    Args:
        tracks: `media_id`, `file_path`, `album_key`, `artist_key`.
        albums: `album_key`, `artist_key`.
        embedded: rows of `embedded_covers`.
        files: image files whose names match `PICTURE_NAME` and that could be decoded: `media_id`,
            `file_path`, `file_name`, `cover_id`, `width`, `height`, `format`, `bytes`.

    Returns:
        `album_key, cover_id`; `artist_key, cover_id`; rows of `covers` without what is counted.
        A front goes before other pictures, `artist` before `fanart`; then the one with the
        most pixels, then bytes, then the least id.
    """
    owners = albums.select("album_key", album_artist_key="artist_key")
    placed = (
        tracks.select("media_id", "file_path", "album_key", "artist_key")
        .join(owners, on="album_key", how="left")
        .with_columns(artist_key=pl.coalesce("album_artist_key", "artist_key"))
    )
    inside = _within(embedded, placed)
    album_files, artist_files = _of_folders(files, placed)
    covers = _best(pl.concat([inside, album_files]), "album_key")
    pictures = _best(artist_files, "artist_key")
    found = [part.select(_COVER) for part in (embedded_covers(embedded), album_files, artist_files)]
    rank = pl.col("source").replace_strict({"embedded": 0, "folder": 1}, return_dtype=pl.Int8)
    candidates = (
        pl.concat(found)
        .sort("cover_id", rank, "kind_rank", "media_id")
        .unique("cover_id", keep="first", maintain_order=True)
    )
    return covers, pictures, candidates.drop("kind_rank")


_COVER = ["cover_id", "source", "kind", "kind_rank", "media_id", "width", "height", "format",
          "bytes", "cover_file"]  # fmt: skip


def embedded_covers(embedded: pl.DataFrame) -> pl.DataFrame:
    """What is embedded, as candidates."""
    front = pl.col("picture_type") == FRONT_COVER
    return embedded.with_columns(
        source=pl.lit("embedded"),
        kind=pl.when(front).then(pl.lit("front")).otherwise(pl.lit("other")),
        kind_rank=pl.when(front).then(0).otherwise(1).cast(pl.Int32),
    )


def _within(embedded: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    mine = embedded_covers(embedded).join(placed.select("media_id", "album_key"), on="media_id")
    return mine.drop_nulls("album_key").select("album_key", *_COVER)


def _of_folders(files: pl.DataFrame, placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    name = pl.col("file_name").str.to_lowercase().str.replace(r"\.[^.]*$", "")
    of_artist = name.is_in(ARTIST_NAMES)
    pictures = files.with_columns(
        folder=_above("file_path"),
        source=pl.lit("folder"),
        kind=pl.when(of_artist).then(pl.lit("artist")).otherwise(pl.lit("front")),
        kind_rank=(name == ARTIST_NAMES[1]).cast(pl.Int32),
        cover_file=pl.lit(None, pl.String),
    )
    album_folders = _sole(_album_folders(placed), "album_key")
    artist_folders = _sole(_artist_folders(placed), "artist_key")
    albums = pictures.filter(kind="front").join(album_folders, on="folder")
    artists = pictures.filter(kind="artist").join(artist_folders, on="folder")
    return albums.select("album_key", *_COVER), artists.select("artist_key", *_COVER)


def _album_folders(placed: pl.DataFrame) -> pl.DataFrame:
    """The folder of each track, and the one above where that is the folder of a disc."""
    near = placed.select("album_key", folder=_above("file_path"))
    disc = pl.col("folder").str.replace(rf"^.*{_SEPARATOR}", "").str.contains(_DISC_FOLDER)
    above = near.filter(disc).with_columns(folder=_above("folder"))
    return pl.concat([near, above])


def _artist_folders(placed: pl.DataFrame) -> pl.DataFrame:
    """The folders of each album, and those above them."""
    near = _album_folders(placed.with_columns(album_key="artist_key")).rename(
        {"album_key": "artist_key"}
    )
    return pl.concat([near, near.with_columns(folder=_above("folder"))])


def _sole(owners: pl.DataFrame, key: str) -> pl.DataFrame:
    """Folders with music of one owner alone."""
    return (
        owners.group_by("folder")
        .agg(pl.col(key).unique())
        .filter(pl.col(key).list.len() == 1)
        .explode(key)
        .drop_nulls(key)
    )


def _above(column: str) -> pl.Expr:
    return pl.col(column).str.replace(_PARENT, "")


def _best(candidates: pl.DataFrame, key: str) -> pl.DataFrame:
    pixels = pl.col("width").cast(pl.Int64) * pl.col("height")
    return (
        candidates.sort(key, "kind_rank", -pixels, -pl.col("bytes"), "cover_id")
        .unique(key, keep="first", maintain_order=True)
        .select(key, "cover_id")
    )
