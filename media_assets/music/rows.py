"""Rows of `tracks`, `albums` and `artists`, all at once, from what the files say."""

from dataclasses import dataclass

import polars as pl

from media_assets.music.credits import credited
from media_assets.music.keys import album_key, with_normalised
from media_assets.music.spelling import most_frequent, spellings

_THERE = pl.col("status") != "missing"
_KNOWN = pl.col("duration_seconds").filter(_THERE).drop_nulls()
_DURATION = pl.when(_KNOWN.len() > 0).then(_KNOWN.sum())


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a library of music consists of; covers are added by `covered`.

    `tracks`, `albums` and `artists` have the columns of their tables but `cover_id`;
    `track_artists` has all of its. Each is in the order of its key.
    """

    tracks: pl.DataFrame
    track_artists: pl.DataFrame
    albums: pl.DataFrame
    artists: pl.DataFrame


def catalog(music: pl.DataFrame) -> Catalog:
    """The catalog of all music files of a player, whatever their order.

    Args:
        music: a row a file: its row of `audio_metadata` with `file_path`, `file_name`, `status`.
    """
    music = music.sort("media_id")
    credits = credited(music)
    tracks = _tracks(music, credits)
    return Catalog(
        tracks=tracks,
        track_artists=credits.sort("media_id", "role", "position"),
        albums=_albums(tracks, credits).sort("album_key"),
        artists=_artists(tracks, credits).sort("artist_key"),
    )


def _tracks(music: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    artists = credits.filter(role="artist", position=1).select("media_id", "artist_key")
    keys = credits.group_by("media_id").agg(credited=pl.col("artist_key").unique().sort())
    name = pl.col("file_name").str.replace(r"(.)\.[^.]*$", "${1}")
    return (
        music.join(artists, on="media_id", how="left", maintain_order="left")
        .join(keys, on="media_id", how="left", maintain_order="left")
        .join(_album_keys(music, credits), on="media_id", how="left", maintain_order="left")
        .with_columns(
            display_title=pl.coalesce("title", name),
            title_from_file_name=pl.col("title").is_null(),
        )
    )


def _album_keys(music: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    by = (
        credits.filter(role="album_artist")
        .sort("media_id", "position")
        .group_by("media_id", maintain_order=True)
        .agg("artist_key")
    )
    named = with_normalised(
        music.select("media_id", "album", "date", "mb_release_id"), title="album", edition="date"
    ).join(by, on="media_id", how="left", maintain_order="left")
    key = album_key("artist_key", "title", "edition", "mb_release_id")
    return named.select("media_id", album_key=key)


def _albums(tracks: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    first = credits.filter(role="album_artist", position=1).select(
        "media_id", by_key="artist_key", by_name="name"
    )
    mine = (
        tracks.filter(pl.col("album_key").is_not_null())
        .join(first, on="media_id", how="left", maintain_order="left")
        .with_columns(album_artist=pl.coalesce("album_artist", "by_name"))
    )
    shown = most_frequent(
        mine, "album_key",
        ["album", "album_artist", "by_key", "date", "original_date", "year", "mb_release_id",
         "mb_release_group_id"],
    )  # fmt: skip
    counts = mine.group_by("album_key").agg(
        compilation=pl.col("compilation").fill_null(value=False).any(),
        discs=pl.col("disc_number").fill_null(1).n_unique(),
        tracks=_THERE.sum(),
        tracks_missing=(~_THERE).sum(),
        duration_seconds=_DURATION,
    )
    named = shown.rename({"album": "title", "by_key": "artist_key"})
    return _joined(
        with_normalised(named, normalised_title="title"), "album_key",
        counts, _tagged(mine), most_genre(mine, "album_key"),
    )  # fmt: skip


def _tagged(mine: pl.DataFrame) -> pl.DataFrame:
    """Tracks that an album should have; null where a disc does not say."""
    discs = mine.group_by("album_key", pl.col("disc_number").fill_null(1)).agg(
        pl.col("track_total").max()
    )
    whole = pl.col("track_total").is_not_null().all()
    return discs.group_by("album_key").agg(
        tracks_tagged=pl.when(whole).then(pl.col("track_total").sum())
    )


def most_genre(tracks: pl.DataFrame, key: str) -> pl.DataFrame:
    """The genre that most tracks of each key name, the least of those that equally many do."""
    each = tracks.select(key, genre="genres").explode("genre")
    return most_frequent(each, key, ["genre"])


def _artists(tracks: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    named = _names(credits)
    facts = tracks.select("media_id", "album_key", "status", "duration_seconds", "year", "genres")
    roles = credits.unique(["media_id", "role", "artist_key"]).join(facts, on="media_id")
    own = roles.filter(role="artist")
    counts = own.group_by("artist_key").agg(
        tracks=_THERE.sum(),
        tracks_missing=(~_THERE).sum(),
        duration_seconds=_DURATION,
        first_year=pl.col("year").min(),
        last_year=pl.col("year").max(),
    )
    albums = (
        roles.filter(_THERE, role="album_artist")
        .group_by("artist_key")
        .agg(albums=pl.col("album_key").drop_nulls().n_unique())
    )
    found = _joined(named, "artist_key", counts, albums, most_genre(own, "artist_key"))
    return found.with_columns(pl.col("albums", "tracks", "tracks_missing").fill_null(0))


def _names(credits: pl.DataFrame) -> pl.DataFrame:
    """How each artist is called: by a name of its own, else by a whole credit."""
    own = credits.filter(~pl.col("is_whole_credit"))
    shared = credits.filter("is_whole_credit")
    called = (
        most_frequent(credits, "artist_key", ["mb_artist_id"])
        .join(most_frequent(own, "artist_key", ["name"]), on="artist_key", how="left")
        .join(
            most_frequent(shared, "artist_key", ["name"]).rename({"name": "credit"}),
            on="artist_key",
            how="left",
        )
        .with_columns(
            is_whole_credit=pl.col("name").is_null() & pl.col("credit").is_not_null(),
            name=pl.coalesce("name", "credit"),
        )
        .join(spellings(own, "artist_key", "name").rename({"name": "names"}), on="artist_key",
              how="left")
        .drop("credit")
    )  # fmt: skip
    return _with_namesakes(with_normalised(called, normalised_name="name"))


def _with_namesakes(artists: pl.DataFrame) -> pl.DataFrame:
    mine = artists.filter(~pl.col("is_whole_credit")).select("artist_key", "normalised_name")
    others = (
        mine.join(mine.rename({"artist_key": "other"}), on="normalised_name")
        .filter(pl.col("artist_key") != pl.col("other"))
        .group_by("artist_key")
        .agg(namesakes=pl.col("other").sort())
    )
    return artists.join(others, on="artist_key", how="left")


def _joined(frame: pl.DataFrame, key: str, *others: pl.DataFrame) -> pl.DataFrame:
    for other in others:
        frame = frame.join(other, on=key, how="left")
    return frame
