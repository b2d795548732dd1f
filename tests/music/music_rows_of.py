"""Rows of music files that were never files: what the tables of music follow from."""

import polars as pl

from media_assets.store.frames import polars_schema
from media_assets.store.tables.analysis import AUDIO_METADATA, EMBEDDED_COVERS

ID_A, ID_B = (f"00000000-aaaa-4bbb-8ccc-00000000000{end}" for end in "ab")
RELEASE = "00000000-aaaa-4bbb-8ccc-0000000000ff"
PLACE = {"file_path": pl.String(), "file_name": pl.String(), "status": pl.String()}
PICTURES = {
    "media_id": pl.String, "file_path": pl.String, "file_name": pl.String, "cover_id": pl.String,
    "width": pl.Int32, "height": pl.Int32, "format": pl.String, "bytes": pl.Int64,
}  # fmt: skip
Row = dict[str, object]


def song(media_id: str, folder: str = "/music/A/B", **said: object) -> Row:
    """One file; `artist` alone stands for a list of one, and so does `album_artist`."""
    name = f"{media_id}.flac"
    row: Row = dict.fromkeys([*polars_schema(AUDIO_METADATA), *PLACE])
    row |= {"media_id": media_id, "file_name": name, "file_path": f"{folder}/{name}",
            "status": "present", "container": "FLAC", "duration_seconds": 60.0}  # fmt: skip
    for one, several in (("artist", "artists"), ("album_artist", "album_artists"),
                         ("genre", "genres")):  # fmt: skip
        if one in said:
            said.setdefault(several, [said[one]])
        elif several in said:
            said[one] = "; ".join(said[several])  # type: ignore[arg-type]  # texts
    assert said.keys() <= row.keys()
    return row | said


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**polars_schema(AUDIO_METADATA), **PLACE})


def embedded(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """Covers in music: media, id, type of the picture, side in pixels."""
    made = [
        {"media_id": media, "cover_id": cover, "picture_type": kind, "width": side, "height": side,
         "format": "JPEG", "bytes": side * 10, "cover_file": f"derived/ana/covers/{cover}.jpg"}
        for media, cover, kind, side in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=polars_schema(EMBEDDED_COVERS))


def pictures(*rows: tuple[str, int]) -> pl.DataFrame:
    """Image files: path, side in pixels; the path names them, and what is in them too."""
    made = [
        {"media_id": path, "file_path": path, "file_name": path.rpartition("/")[2],
         "cover_id": path, "width": side, "height": side, "format": "PNG", "bytes": side * 10}
        for path, side in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=PICTURES)
