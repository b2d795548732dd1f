"""Which picture is the cover: embedded or in the folder, front first, the largest."""

import re

import polars as pl
import pytest
from music_rows_of import Row, embedded, frame, pictures, song

from media_assets.music.cover_choice import PICTURE_NAME
from media_assets.music.covered import covered
from media_assets.music.rows import catalog

FRONT, BACK = 3, 4
NONE = embedded()


def covers(
    songs: list[Row], inside: pl.DataFrame = NONE, files: pl.DataFrame | None = None
) -> dict[str, pl.DataFrame]:
    beside = pictures() if files is None else files
    return dict(covered(catalog(frame(songs)), inside, beside, "derived/ana/covers"))


def chosen(found: dict[str, pl.DataFrame], table: str = "albums") -> dict[str, str | None]:
    name = {"albums": "title", "artists": "name", "tracks": "media_id"}[table]
    return dict(found[table].select(name, "cover_id").iter_rows())


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("cover.jpg", True), ("FOLDER.PNG", True), ("Front.webp", True), ("AlbumArt.bmp", True),
        ("AlbumArt_{A1}_Large.jpg", True), ("artist.heic", True), ("Fanart.jpg", True),
        ("cover.old.jpg", False), ("my cover.jpg", False), ("back.jpg", False),
        ("covers.jpg", False),
    ],
)  # fmt: skip
def test_names_of_pictures(name: str, is_one: bool) -> None:
    assert bool(re.match(PICTURE_NAME, name.lower())) is is_one


def test_a_front_goes_before_what_is_larger_and_the_largest_front_before_others() -> None:
    songs = [song(str(at), artist="A", album="X") for at in (1, 2, 3)]
    inside = embedded(
        ("1", "back", BACK, 900), ("2", "small", FRONT, 300), ("3", "big", FRONT, 600)
    )
    assert chosen(covers(songs, inside)) == {"X": "big"}
    assert chosen(covers(songs, embedded(("1", "back", BACK, 900)))) == {"X": "back"}
    beside = pictures(("/music/A/B/Folder.JPG", 700), ("/music/A/B/cover.png", 500))
    assert chosen(covers(songs, inside, beside)) == {"X": "/music/A/B/Folder.JPG"}


def test_a_track_shows_its_own_cover_else_that_of_its_album() -> None:
    songs = [song(str(at), artist="A", album="X") for at in (1, 2)] + [
        song("3", "/music/C", artist="A")
    ]
    found = covers(songs, embedded(("1", "own", BACK, 100)), pictures(("/music/A/B/cover.png", 9)))
    assert chosen(found, "tracks") == {"1": "own", "2": "/music/A/B/cover.png", "3": None}


def test_a_folder_with_music_of_several_albums_says_nothing() -> None:
    beside = pictures(("/music/A/B/cover.png", 500))
    two = [song("1", artist="A", album="X"), song("2", artist="A", album="Y")]
    assert set(chosen(covers(two, NONE, beside)).values()) == {None}
    loose = [song("1", artist="A", album="X"), song("2", artist="A")]
    assert set(chosen(covers(loose, NONE, beside)).values()) == {None}
    assert covers(two, NONE, beside)["covers"].is_empty()


@pytest.mark.parametrize("name", ["CD1", "cd 2", "Disc 1", "disk-02", "Disc 1 - Live"])
def test_a_cover_above_the_folders_of_discs_is_that_of_the_album(name: str) -> None:
    songs = [song("1", f"/music/A/B/{name}", artist="A", album="X")]
    above = pictures(("/music/A/B/cover.png", 500))
    assert chosen(covers(songs, NONE, above)) == {"X": "/music/A/B/cover.png"}
    plain = [song("1", "/music/A/B/Discography", artist="A", album="X")]
    assert chosen(covers(plain, NONE, above)) == {"X": None}


def test_an_artist_has_the_picture_of_the_folder_with_music_of_no_other() -> None:
    songs = [
        song("1", "/music/A/X", artist="A", album="X"),
        song("2", "/music/A/Y", artists=["A", "Guest"], album_artist="A", album="Y"),
        song("3", "/music/B/Z", artist="B", album="Z"),
    ]
    beside = pictures(
        ("/music/A/fanart.jpg", 900), ("/music/A/artist.png", 200), ("/music/artist.png", 500),
        ("/music/B/Z/fanart.jpg", 90),
    )  # fmt: skip
    found = covers(songs, NONE, beside)
    assert chosen(found, "artists") == {
        "A": "/music/A/artist.png", "B": "/music/B/Z/fanart.jpg", "Guest": None,
    }  # fmt: skip
    assert set(chosen(found).values()) == {None}
    kinds = dict(found["covers"].select("cover_id", "kind").iter_rows())
    assert set(kinds.values()) == {"artist"}


def test_the_same_picture_is_one_cover_with_counts() -> None:
    songs = [song(str(at), artist="A", album="X") for at in (1, 2)]
    beside = pictures(("/music/A/B/cover.png", 300)).with_columns(cover_id=pl.lit("same"))
    found = covers(songs, embedded(("2", "same", FRONT, 300), ("1", "same", FRONT, 300)), beside)
    (row,) = found["covers"].to_dicts()
    assert (row["source"], row["media_id"], row["tracks"], row["albums"]) == ("embedded", "1", 2, 1)
    assert row["thumbnail_stem"] == "derived/ana/covers/same"
