"""What is counted and shown of tracks, albums and artists."""

from typing import Any

import pytest
from music_rows_of import Row, frame, song

from media_assets.music.rows import catalog


def one_album(*rows: Row) -> dict[str, Any]:
    (found,) = catalog(frame(list(rows))).albums.to_dicts()
    return found


@pytest.mark.parametrize(
    ("name", "title", "shown", "is_file_name"),
    [
        ("01 - Song.flac", "Real", "Real", False),
        ("01 - Song.live.flac", None, "01 - Song.live", True),
        (".flac", None, ".flac", True),
        ("no extension", None, "no extension", True),
    ],
)
def test_a_title_falls_back_to_the_file_name_and_says_so(
    name: str, title: str | None, shown: str, is_file_name: bool
) -> None:
    (row,) = catalog(frame([song("1", title=title) | {"file_name": name}])).tracks.to_dicts()
    assert row["title"] == title
    assert (row["display_title"], row["title_from_file_name"]) == (shown, is_file_name)


def test_the_spelling_that_most_files_have_is_shown_then_the_least() -> None:
    rows = [song(str(at), artist="A", album=title, date="2001")
            for at, title in enumerate(["x", "X", "X", "x", "Ｘ"])]  # fmt: skip
    assert one_album(*rows)["title"] == "X"
    assert one_album(*rows, song("9", artist="A", album="x", date="2001"))["title"] == "x"


def test_missing_files_count_as_missing() -> None:
    found = catalog(frame([
        song("1", artist="A", album="X", genre="Pop"),
        song("2", artist="A", album="X", genre="Pop", status="missing"),
        song("3", artist="A", album="X", status="unknown"),
        song("4", artist="B", album="Y", status="missing"),
    ]))  # fmt: skip
    albums = {row["title"]: row for row in found.albums.to_dicts()}
    artists = {row["name"]: row for row in found.artists.to_dicts()}
    assert [albums["X"][name] for name in ("tracks", "tracks_missing", "duration_seconds")] == [
        2, 1, 120.0,
    ]  # fmt: skip
    assert [albums["Y"][name] for name in ("tracks", "tracks_missing", "duration_seconds")] == [
        0, 1, None,
    ]  # fmt: skip
    assert [artists["A"][name] for name in ("albums", "tracks", "tracks_missing")] == [1, 2, 1]
    assert [artists["B"][name] for name in ("albums", "tracks", "tracks_missing")] == [0, 0, 1]


def test_how_many_tracks_an_album_should_have_is_known_when_each_disc_says_it() -> None:
    first = song("1", artist="A", album="X", disc_number=1, track_total=10)
    second = song("2", artist="A", album="X", disc_number=2, track_total=7)
    silent = song("3", artist="A", album="X", disc_number=3)
    assert (one_album(first, second)["tracks_tagged"], one_album(first, second)["discs"]) == (17, 2)
    assert one_album(first, second, silent)["tracks_tagged"] is None
    assert one_album(song("4", artist="A", album="X", track_total=9))["tracks_tagged"] == 9


def test_genre_and_years_are_those_of_the_tracks() -> None:
    (artist,) = catalog(frame([
        song("1", artist="A", genres=["Rock", "Pop"], year=1999),
        song("2", artist="A", genres=["Pop"], year=2004),
        song("3", artist="A", genres=["Rock"]),
    ])).artists.to_dicts()  # fmt: skip
    assert (artist["genre"], artist["first_year"], artist["last_year"]) == ("Pop", 1999, 2004)


def test_who_stands_in_for_an_album_artist_is_marked() -> None:
    found = catalog(frame([
        song("1", artist="A", album="X", compilation=True),
        song("2", artist="A", album="Y"),
        song("3", artist="A", album="Z", album_artist="A"),
    ])).track_artists.filter(role="album_artist")  # fmt: skip
    assert found.select("name", "is_tagged").rows() == [
        ("Various Artists", False), ("A", False), ("A", True),
    ]  # fmt: skip


def test_a_library_without_music_is_empty() -> None:
    found = catalog(frame([]))
    assert found.tracks.height == found.albums.height == found.artists.height == 0
