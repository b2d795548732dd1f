"""The index on disk: what is found first, what is changed, and what is not there any more."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_assets.errors import SearchError
from media_assets.search import index
from media_assets.search.index import Document
from media_assets.search.query import parse


def track(media_id: str, title: str, artist: str = "", album: str = "", genre: str = "",
          note: str = "") -> Document:  # fmt: skip
    return Document(media_id, "audio", title, artist, album, genre, note or None, f"{media_id}.mp3")


SHELF = [
    track("love", "Love", "Sons of Adam"),
    track("love me", "Love Me Do", "The Beatles", "Please Please Me", "Rock"),
    track("lovely", "Lovely Day", "Bill Withers", "Menagerie", "Soul"),
    track("live", "Live and Let Die", "Wings"),
    track("lova", "Lova", "Nobody"),
    track("album", "Track 1", "Someone", "Love"),
    track("genre", "Something", "Anyone", "", "Love songs"),
    track("bjork", "Jóga", "Björk", "Homogenic", "Electronic"),
    track("punk", "One More Time", "Daft Punk", "Discovery", "House"),
    track("about", "Daft Punk Is Playing at My House", "LCD Soundsystem"),
    track("noted", "Untitled", note="from grandmother"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("place")
    index.write(made / "one", SHELF, ())
    index.make_current(made, "one")
    return made


def found(place: Path, text: str, limit: int = 20) -> list[str]:
    return [hit.document.media_id for hit in index.search(place, parse(text), limit)]


def test_exact_comes_before_beginnings_and_these_before_typos(place: Path) -> None:
    assert found(place, "love") == ["love", "album", "love me", "genre", "lovely", "live", "lova"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("björk", "bjork"), ("BJORK", "bjork"), ("joga", "bjork"),
        ("daft punk", "punk"), ("punk daft", "punk"), ("dafd punk", "punk"),
        ("beatels", "love me"), ("homog", "bjork"), ("discovrey", "punk"),
        ("title:daft", "about"), ("artist:daft", "punk"), ("genre:hous", "punk"),
        ('artist:"lcd sound"', "about"), ("grandm", "noted"), ("noted", "noted"),
        ("beatles please", "love me"),
    ],
)  # fmt: skip
def test_what_is_meant_comes_first(place: Path, text: str, first: str) -> None:
    assert found(place, text)[0] == first


@pytest.mark.parametrize("text", ["", "  ", "()", "zzzzzz", "love zzzzzz", "artist:", "x" * 5000])
def test_what_is_not_there_is_not_found(place: Path, text: str) -> None:
    assert found(place, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('love"', "love"), ("\x00love", "love"), ("love\\", "love"), ("lo*e^2", "lo e 2"),
        ("+love -me", "love me"), ("(love) OR [me TO", "love or me to"),
        ("love~9 AND (", "love 9 and"), ("a:b:c", "a b c"),
    ],
)  # fmt: skip
def test_marks_of_query_languages_are_nothing_special(place: Path, text: str, words: str) -> None:
    assert found(place, text) == found(place, words)


@given(st.text(max_size=40))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_raises(place: Path, text: str) -> None:
    assert len(found(place, text, 3)) <= 3


def test_a_limit_cuts_off_the_end(place: Path) -> None:
    assert found(place, "love", 2) == ["love", "album"]


def test_documents_come_back_as_they_were_written(place: Path) -> None:
    (hit,) = index.search(place, parse("joga"), 5)
    assert hit.document == next(one for one in SHELF if one.media_id == "bjork")


def test_changes_take_the_place_of_what_was_there(tmp_path: Path) -> None:
    first = index.write(tmp_path / "g", SHELF, ())
    index.make_current(tmp_path, "g")
    assert found(tmp_path, "wings") == ["live"]
    second = index.write(tmp_path / "g", [track("live", "Live", "Pearl Jam")], ["lova"])
    assert second > first
    assert (found(tmp_path, "wings"), found(tmp_path, "pearl"), found(tmp_path, "nobody")) == (
        [], ["live"], [],
    )  # fmt: skip
    assert index.stamp_of(tmp_path / "g") == second


def test_a_new_generation_is_read_by_whoever_read_the_old_one(tmp_path: Path) -> None:
    index.write(tmp_path / "old", SHELF, ())
    index.make_current(tmp_path, "old")
    assert found(tmp_path, "wings") == ["live"]
    index.write(tmp_path / "new", SHELF[:1], ())
    assert found(tmp_path, "wings") == ["live"]
    index.make_current(tmp_path, "new")
    assert (found(tmp_path, "wings"), found(tmp_path, "love")) == ([], ["love"])
    assert [folder.name for folder in tmp_path.iterdir() if folder.is_dir()] == ["new"]


def test_an_index_that_is_gone_has_no_stamp_and_says_so(tmp_path: Path) -> None:
    index.write(tmp_path / "g", SHELF, ())
    index.make_current(tmp_path, "g")
    next((tmp_path / "g").glob("*.store")).unlink()
    assert index.stamp_of(tmp_path / "g") is None
    (tmp_path / "g" / "meta.json").write_text("{")
    assert index.stamp_of(tmp_path / "g") is None
    with pytest.raises(SearchError, match="cannot be used"):
        found(tmp_path, "love")
    shutil.rmtree(tmp_path / "g")
    assert index.stamp_of(tmp_path / "g") is None
    with pytest.raises(SearchError, match="cannot be used"):
        found(tmp_path, "love")


def test_a_place_without_an_index_has_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "never", "love") == []
