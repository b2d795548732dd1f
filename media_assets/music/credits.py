"""Who a track and its album are credited to, by what the file says."""

import polars as pl

from media_assets.music.keys import with_normalised

VARIOUS_ARTISTS = "Various Artists"

_EMPTY = pl.lit([], dtype=pl.List(pl.String))


def credited(music: pl.DataFrame) -> pl.DataFrame:
    """One row an artist of a track or of its album: rows of `track_artists`.

    Args:
        music: a row a file with `media_id`, `artist`, `artists`, `mb_artist_ids`, `album_artist`,
            `album_artists`, `mb_album_artist_ids`, `album`, `mb_release_id`, `compilation`.

    Ids and names belong together in their order. Programs that keep a single id keep that of the
    first artist, so where names are more than ids the others have none. Where ids are more
    than names (`A feat. B` with two ids), none of the names is that of one artist, and each id
    goes by the whole credit.

    An album that names no artist is by `Various Artists` when it is tagged as a compilation, else
    by the first artist of each track: a featured one does not make it another album.
    """
    tracks = music.select(
        "media_id",
        role=pl.lit("artist"),
        names=pl.col("artists").fill_null(_EMPTY),
        ids=pl.col("mb_artist_ids").fill_null(_EMPTY),
        credit="artist",
        is_tagged=pl.lit(value=True),
    )
    return _one_each(pl.concat([tracks, _albums(music)]))


def _albums(music: pl.DataFrame) -> pl.DataFrame:
    tagged = pl.col("album_artists").is_not_null() | pl.col("mb_album_artist_ids").is_not_null()
    is_on_album = pl.col("album").is_not_null() | pl.col("mb_release_id").is_not_null()
    various = pl.col("compilation").fill_null(value=False)
    first = pl.col("artists").fill_null(_EMPTY).list.len() >= (
        pl.col("mb_artist_ids").fill_null(_EMPTY).list.len()
    )
    return music.filter(tagged | is_on_album).select(
        "media_id",
        role=pl.lit("album_artist"),
        names=pl.when(tagged)
        .then(pl.col("album_artists"))
        .when(various)
        .then(pl.lit([VARIOUS_ARTISTS], dtype=pl.List(pl.String)))
        .otherwise(pl.when(first).then(pl.col("artists").list.head(1)))
        .fill_null(_EMPTY),
        ids=pl.when(tagged)
        .then(pl.col("mb_album_artist_ids"))
        .when(~various)
        .then(pl.col("mb_artist_ids").list.head(1))
        .fill_null(_EMPTY),
        credit=pl.when(tagged).then("album_artist").when(~various).then("artist"),
        is_tagged=tagged,
    )


def _one_each(credits: pl.DataFrame) -> pl.DataFrame:
    """A row for each place in the lists."""
    names, ids = pl.col("names").list.len(), pl.col("ids").list.len()
    place = pl.col("position") - 1
    placed = (
        credits.filter(pl.max_horizontal(names, ids) > 0)
        .with_columns(
            is_whole_credit=ids > names,
            position=pl.int_ranges(1, pl.max_horizontal(names, ids).cast(pl.Int32) + 1),
        )
        .explode("position")
        .with_columns(
            mb_artist_id=pl.col("ids").list.get(place, null_on_oob=True),
            name=pl.when("is_whole_credit")
            .then("credit")
            .otherwise(pl.col("names").list.get(place, null_on_oob=True)),
        )
    )
    return with_normalised(placed, normalised="name").select(
        "media_id",
        "role",
        pl.col("position").cast(pl.Int32),
        "name",
        "is_whole_credit",
        "is_tagged",
        "mb_artist_id",
        artist_key=pl.coalesce("mb_artist_id", "normalised"),
    )
