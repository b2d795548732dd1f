"""100,000 tracks in a player's tables: deriving artists, albums, tracks and covers, and looking up.

`python -m benchmarks.music_tables` measures and prints one table. No file is read: the rows are
those that the analysis would have written, from a number. Two fifths of the albums have MusicBrainz
ids, a tenth are compilations, a twentieth of the tracks feature a second artist, a hundredth
have no title, and each name is written in one of three ways.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from benchmarks.corpora.cache import PLAYER
from benchmarks.figures import Figure, Sample, Target
from benchmarks.workplace import scratch
from media_assets.music.keys import normalised
from media_assets.settings import Settings
from media_assets.stages.music import derive_music
from media_assets.stages.platform import Platform
from media_assets.stages.shared_music import share_music
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table, polars_schema
from media_assets.store.music_lookups import Found, alone, at_path, of_album, with_id
from media_assets.store.publish import publish
from media_assets.store.spec import Table
from media_assets.store.tables.analysis import AUDIO_METADATA, EMBEDDED_COVERS
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.write import insert
from media_assets.terminal import print_table

SEED, TRACKS, ON_ALBUM, ALBUMS_OF_ARTIST = 7, 100_000, 10, 5
LOOK_UPS, REPEATS = 50, 5


def rows(count: int) -> dict[Table, pl.DataFrame]:
    """Rows of `media_files`, `audio_metadata` and `embedded_covers` of so many tracks."""
    ids = pl.Series([f"{at:032x}" for at in range(count)])
    albums = [at // ON_ALBUM for at in range(count)]
    paths = [f"/music/{at // 5:05d}/{at:06d}/{of % ON_ALBUM + 1:02d} track.flac"
             for of, at in enumerate(albums)]  # fmt: skip
    return {
        MEDIA_FILES: _files(ids, paths),
        AUDIO_METADATA: _metadata(count).select(pl.lit(ids).alias("media_id"), pl.all()),
        EMBEDDED_COVERS: _covers(ids, albums),
    }


def _metadata(count: int) -> pl.DataFrame:
    """Rows of `audio_metadata` without their ids."""
    random = np.random.default_rng(SEED)
    albums = -(-count // ON_ALBUM)
    artists = max(1, albums // ALBUMS_OF_ARTIST)
    has_ids = (random.random(albums) < 0.4).tolist()
    various = (random.random(albums) < 0.1).tolist()
    years = (1960 + random.integers(0, 64, albums)).tolist()
    others = random.integers(0, artists, count).tolist()
    guests = np.where(random.random(count) < 0.05, random.integers(0, artists, count), -1).tolist()
    styles = random.integers(0, 3, count).tolist()
    described = []
    for number, (other, guest, style) in enumerate(zip(others, guests, styles, strict=True)):
        album = number // ON_ALBUM
        artist = other if various[album] else album // ALBUMS_OF_ARTIST
        described.append(
            _described(number, artist, guest, style, ids=has_ids[album], various=various[album],
                       year=years[album])
        )  # fmt: skip
    schema = polars_schema(AUDIO_METADATA)
    given = {name: [row[name] for row in described] for name in described[0]}
    return pl.DataFrame(
        [pl.Series(name, given.get(name, [None] * count), kind)
         for name, kind in schema.items() if name != "media_id"]
    )  # fmt: skip


def _described(
    number: int, artist: int, guest: int, style: int, *, ids: bool, various: bool, year: int
) -> dict[str, Any]:
    """What `audio_metadata` says of one track."""
    album, track = number // ON_ALBUM, number % ON_ALBUM + 1
    people = [artist] if guest < 0 else [artist, guest]
    names = [_written(f"Artist Number {one}", style) for one in people]
    by = "Various Artists" if various else names[0]
    return {
        "title": f"Song {number}" if number % 100 else None,
        "artist": "; ".join(names), "artists": names, "album": f"Album {album}",
        "album_artist": by, "album_artists": [by], "track_number": track, "track_total": ON_ALBUM,
        "date": f"{year}-05-01", "year": year, "genre": f"Genre {album % 30}",
        "genres": [f"Genre {album % 30}"], "has_lyrics": False, "compilation": various or None,
        "mb_recording_id": _uuid("recording", number) if ids else None,
        "mb_release_id": _uuid("release", album) if ids else None,
        "mb_artist_ids": [_uuid("artist", one) for one in people] if ids else None,
        "container": "FLAC", "codec": "flac", "duration_seconds": 180.0 + number % 90,
        "has_cover": True,
    }  # fmt: skip


def _written(name: str, style: int) -> str:
    return (name, name.upper(), f"{name} ")[style]


def _uuid(what: str, number: int) -> str:
    return str(UUID(int=(sum(what.encode()) << 64) + number))


def _files(ids: pl.Series, paths: list[str]) -> pl.DataFrame:
    moment = pl.datetime(2026, 5, 4)
    frame = pl.DataFrame({"media_id": ids, "file_path": paths}).with_columns(
        player=pl.lit(PLAYER), folder=pl.lit("/music"), path_bytes=pl.lit(None, pl.Binary),
        file_name=pl.col("file_path").str.extract(r"([^/]*)$"), file_ext=pl.lit(".flac"),
        kind=pl.lit("audio"), file_size=pl.lit(30_000_000), mtime_ns=pl.lit(1_700_000_000 * 10**9),
        fingerprint=pl.lit(None, pl.String), file_hash=pl.lit(None, pl.String),
        status=pl.lit("present"), first_seen_at=moment, last_scan_at=moment,
        deleted_at=pl.lit(None, pl.Datetime("us")),
    )  # fmt: skip
    return as_table(MEDIA_FILES, frame)


def _covers(ids: pl.Series, albums: list[int]) -> pl.DataFrame:
    names = [f"{at:064x}" for at in albums]
    frame = pl.DataFrame({"media_id": ids, "cover_id": names}).with_columns(
        picture_type=pl.lit(3), width=pl.lit(600), height=pl.lit(600), format=pl.lit("JPEG"),
        bytes=pl.lit(80_000), cover_file=pl.concat_str(pl.lit("derived/bench/covers/"), "cover_id"),
    )  # fmt: skip
    return as_table(EMBEDDED_COVERS, frame)


def fill(platform: Platform, count: int) -> None:
    """Put the rows into the player's database."""
    with connect(platform.player_database(PLAYER)) as con, transaction(con):
        for table, frame in rows(count).items():
            insert(con, table, frame)


def figures(data: Path) -> Iterator[Figure]:
    """Everything once, again with nothing new, with 100 new tracks; then the look-ups."""
    platform = Platform(Settings(base=data))
    fill(platform, TRACKS)
    first, written = _timed(lambda: derive_music(platform, PLAYER))
    what = f"{TRACKS:,} tracks"
    yield Figure(f"{what}: artists, albums, tracks, covers", Sample(TRACKS, first), Target(15, "s"),
                 note=f"{_rows(written):,} rows written")  # fmt: skip
    again, written = _timed(lambda: derive_music(platform, PLAYER))
    yield Figure(f"{what}: again, nothing new", Sample(TRACKS, again),
                 note=f"{_rows(written):,} rows written")  # fmt: skip
    with connect(platform.player_database(PLAYER)) as con:
        con.execute("UPDATE audio_metadata SET title = 'New' WHERE track_number = 1 "
                    "AND media_id < (SELECT max(media_id) FROM (SELECT media_id FROM "
                    "audio_metadata ORDER BY media_id LIMIT 1000))")  # fmt: skip
    changed, written = _timed(lambda: derive_music(platform, PLAYER))
    yield Figure(f"{what}: 100 retagged", Sample(TRACKS, changed),
                 note=f"{_rows(written):,} rows written")  # fmt: skip
    queries = {name: f"SELECT * FROM {name}" for name in ("albums", "artists")}
    publish(platform.player_database(PLAYER), queries, platform.places.published(PLAYER))
    shared, _ = _timed(lambda: share_music(platform))
    yield Figure(f"{what}: shared albums and artists", Sample(TRACKS, shared))
    yield from _look_ups(platform)


def _rows(report: Any) -> int:  # noqa: ANN401 a report
    return sum(written + deleted for written, deleted in report.changes.values())


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _look_ups(platform: Platform) -> Iterator[Figure]:
    """Many different ones on one open connection, each asked again; the median of the best."""
    random = np.random.default_rng(SEED)
    numbers = [int(at) for at in random.integers(0, TRACKS, LOOK_UPS)]
    with connect(platform.places.player_database(PLAYER), read_only=True) as con:
        known = con.sql("SELECT file_path, artist, album, mb_recording_id, t.album_key, "
                        "k.artist_key FROM tracks t JOIN track_artists k USING (media_id) "
                        "WHERE k.role = 'artist' ORDER BY media_id").pl().to_dicts()  # fmt: skip
        chosen = [known[at] for at in numbers]
        tagged = [row for row in known if row["mb_recording_id"]][:LOOK_UPS]

        def first(row: dict[str, Any]) -> str:
            return normalised(row["artist"].split("; ")[0])

        alone(con)
        asked: dict[str, list[Callable[[], Found]]] = {
            "a track by its path": [partial(at_path, con, row["file_path"]) for row in chosen],
            "an album by artist and title": [
                partial(of_album, con, first(row), normalised(row["album"])) for row in chosen
            ],
            "a track by recording id": [
                partial(with_id, con, row["mb_recording_id"]) for row in tagged
            ],
            "an album by release id": [partial(with_id, con, row["album_key"]) for row in tagged],
            "an artist by id": [partial(with_id, con, row["artist_key"]) for row in tagged],
        }
        for what, works in asked.items():
            works[0]()
            seconds = []
            for work in works:
                asked_again = [_timed(work) for _ in range(REPEATS)]
                if not all(found for _, found in asked_again):
                    raise AssertionError(f"{what}: {work} was not found")
                seconds.append(min(taken for taken, _ in asked_again))
            median, slowest = statistics.median(seconds), f"slowest {1000 * max(seconds):.1f} ms"
            yield Figure(f"look-up: {what}", Sample(1, median), Target(0.005, "s"), note=slowest)


if __name__ == "__main__":
    with scratch() as folder:
        table = [row for figure in figures(folder) for row in figure.rows()]
    print_table("music", table, "nothing measured")
    sys.exit(0)
