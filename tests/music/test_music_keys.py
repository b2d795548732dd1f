"""Who is the same artist and what is the same album, by what files say; in any order."""

import random
import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from music_rows_of import ID_A, ID_B, RELEASE, Row, frame, song

from media_assets.music.keys import normalised
from media_assets.music.rows import Catalog, catalog


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Björk", "BJÖRK"),
        ("Björk", "Bjo\u0308rk"),
        ("Straße", "STRASSE"),
        ("ＡＢＢＡ", "abba"),
        ("Sigur\u00a0Rós ", "sigur  rós"),
        ("ﬁnal", "Final"),
        ("\u0130x", "i\u0307x"),
    ],
)
def test_ways_of_writing_are_one_name(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Bjork", "Björk"), ("AC/DC", "ACDC"), ("The Band", "Band"), ("!!!", "???")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


_MARKS = st.sampled_from([*"aAßİıﬁΣςéÅ½Ⅷ\u212b\u0301\u0345\u00a8\u3000\u00a0 \t"])


@given(st.lists(_MARKS, min_size=1, max_size=6).map("".join))
@settings(max_examples=40, deadline=None)
def test_a_normalised_name_has_single_blanks_and_is_never_empty(text: str) -> None:
    found = normalised(text)
    assert found
    if text.split():
        assert found == " ".join(found.split())
        assert unicodedata.is_normalized("NFKC", found)
        assert normalised(found) == found


def albums(*rows: Row) -> dict[str, list[str]]:
    """The files of each album, by key."""
    found = catalog(frame(list(rows))).tracks.drop_nulls("album_key")
    grouped = found.sort("media_id").group_by("album_key").agg("media_id")
    return dict(grouped.iter_rows())


def artists(*rows: Row) -> dict[str, dict[str, Any]]:
    found = catalog(frame(list(rows))).artists
    return {row["artist_key"]: row for row in found.to_dicts()}


def test_an_album_is_a_release_or_else_artist_title_and_date() -> None:
    assert albums(
        song("1", artist="A", album="X", date="2001", mb_release_id=RELEASE),
        song("2", artist="B", album="Other title", mb_release_id=RELEASE),
        song("3", artist="A", album="X", date="2001"),
        song("4", artist="a", album=" x", date="2001"),
        song("5", artist="A", album="X", date="2021"),
        song("6", artist="B", album="X", date="2001"),
        song("7", artist="A"),
    ) == {
        RELEASE: ["1", "2"],
        "a|x|2001": ["3", "4"],
        "a|x|2021": ["5"],
        "b|x|2001": ["6"],
    }


def test_the_album_artist_decides_then_the_compilation_then_the_first_artist() -> None:
    assert albums(
        song("1", artist="A", album_artist="Band", album="X", compilation=True),
        song("2", artist="A", album="X", compilation=True),
        song("3", artist="B", album="X", compilation=True),
        song("4", artists=["A", "B"], album="X"),
        song("5", artist="A", album="X"),
        song("6", artist="A", album="X", album_artists=["Band", "Choir"]),
        song("7", album="X"),
    ) == {
        "band|x|": ["1"],
        "various artists|x|": ["2", "3"],
        "a|x|": ["4", "5"],
        "band|choir|x|": ["6"],
        "|x|": ["7"],
    }


def test_a_sign_between_parts_cannot_be_mistaken_for_one_in_them() -> None:
    found = albums(
        song("1", artist="a|b", album="c"),
        song("2", artist="a", album="b|c"),
        song("3", artist="a\\", album="b|c"),
        song("4", artists=["a", "b"], album_artists=["a", "b"], album="c"),
    )
    assert sorted(found.values()) == [["1"], ["2"], ["3"], ["4"]]


def test_artists_of_one_name_and_two_ids_stay_two_and_know_of_each_other() -> None:
    found = artists(
        song("1", artist="Nirvana", mb_artist_ids=[ID_A]),
        song("2", artist="NIRVANA", mb_artist_ids=[ID_B]),
        song("3", artist="Nirvana"),
        song("4", artist="Other"),
    )
    assert found.keys() == {ID_A, ID_B, "nirvana", "other"}
    assert found["nirvana"]["namesakes"] == [ID_A, ID_B]
    assert found[ID_A]["namesakes"] == [ID_B, "nirvana"]
    assert found[ID_B]["name"] == "NIRVANA"
    assert found["other"]["namesakes"] is None


def test_one_id_is_one_artist_however_it_is_called() -> None:
    found = artists(
        song("1", artist="Prince", mb_artist_ids=[ID_A]),
        song("2", artist="The Artist", mb_artist_ids=[ID_A]),
        song("3", artist="Prince", mb_artist_ids=[ID_A]),
    )
    assert found.keys() == {ID_A}
    assert (found[ID_A]["name"], found[ID_A]["names"]) == ("Prince", ["Prince", "The Artist"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"artists": ["A", "B"], "mb_artist_ids": [ID_A, ID_B]},
         [(ID_A, "A", False), (ID_B, "B", False)]),
        ({"artists": ["A", "B"], "mb_artist_ids": [ID_A]},
         [(ID_A, "A", False), ("b", "B", False)]),
        ({"artist": "A feat. B", "mb_artist_ids": [ID_A, ID_B]},
         [(ID_A, "A feat. B", True), (ID_B, "A feat. B", True)]),
        ({"mb_artist_ids": [ID_A]}, [(ID_A, None, True)]),
        ({"artists": ["A", "B"]}, [("a", "A", False), ("b", "B", False)]),
        ({}, []),
    ],
)  # fmt: skip
def test_names_and_ids_belong_together(said: Row, expected: list[tuple[object, ...]]) -> None:
    found = catalog(frame([song("1", **said)])).track_artists
    rows = found.filter(role="artist").select("artist_key", "name", "is_whole_credit").rows()
    assert rows == expected


def test_an_artist_goes_by_a_name_of_its_own_where_one_is_known() -> None:
    found = artists(
        song("1", artist="A feat. B", mb_artist_ids=[ID_A, ID_B]),
        song("2", artist="A feat. B", mb_artist_ids=[ID_A, ID_B]),
        song("3", artist="A", mb_artist_ids=[ID_A]),
    )
    assert (found[ID_A]["name"], found[ID_A]["is_whole_credit"]) == ("A", False)
    assert (found[ID_B]["name"], found[ID_B]["is_whole_credit"]) == ("A feat. B", True)
    assert found[ID_A]["tracks"] == 3


_NAMES = st.sampled_from(["Ana", "ANA", "Bo", "bo ", None])
_SONGS = st.lists(
    st.fixed_dictionaries(
        {
            "artist": _NAMES,
            "album": st.sampled_from(["X", "x", "Y", None]),
            "album_artist": _NAMES,
            "date": st.sampled_from(["2001", "2002", None]),
            "compilation": st.sampled_from([True, None]),
            "mb_artist_ids": st.sampled_from([[ID_A], [ID_A, ID_B], None]),
            "mb_release_id": st.sampled_from([RELEASE, None]),
            "status": st.sampled_from(["present", "missing"]),
            "genres": st.sampled_from([["Pop", "Rock"], ["Rock"], None]),
            "disc_number": st.sampled_from([1, 2, None]),
            "track_total": st.sampled_from([9, 10, None]),
        }
    ),
    min_size=1,
    max_size=8,
)


def _as_rows(found: Catalog) -> list[list[dict[str, Any]]]:
    parts: list[pl.DataFrame] = [found.tracks, found.track_artists, found.albums, found.artists]
    return [part.to_dicts() for part in parts]


@given(_SONGS, st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_the_order_of_arrival_changes_nothing(
    said: list[dict[str, Any]], chance: random.Random
) -> None:
    rows = []
    for number, one in enumerate(said):
        given_ = {name: value for name, value in one.items() if value is not None}
        rows.append(song(str(number), **given_))
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    found = catalog(frame(rows))
    assert _as_rows(found) == _as_rows(catalog(frame(shuffled)))
    assert found.tracks.height == len(rows)
    assert found.albums["tracks"].sum() + found.albums["tracks_missing"].sum() == (
        found.tracks["album_key"].count()
    )
    assert set(found.track_artists["artist_key"]) == set(found.artists["artist_key"])
