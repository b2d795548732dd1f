"""`media-assets search` and `similar`: what they find, print and refuse."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from record_shelf import SPACE, RecordShelf

from media_assets.cli import main
from media_assets.search import index
from media_assets.similarity.layout import SPACE as LAYOUT
from media_assets.stages.search_index import update_index


class Place:
    """Two players, and the commands."""

    def __init__(self, base: Path) -> None:
        self.config = base / "media_assets.toml"

    def run(self, *arguments: str, code: int = 0) -> Result:
        command, *rest = arguments
        done = CliRunner().invoke(main, [command, "--config", str(self.config), *rest])
        assert done.exit_code == code, done.output
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def found(self, *arguments: str) -> list[dict[str, Any]]:
        return self.json("search", *arguments)["media"]

    def near(self, *arguments: str) -> list[tuple[str, float]]:
        found = self.json("similar", *arguments)
        return [(row["media_id"], row["similarity"]) for row in found["media"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    base = tmp_path_factory.mktemp("home")
    ana = RecordShelf(base)
    ana.tracks({
        "one": {"title": "Jóga", "artist": "Björk", "artists": ["Björk"], "album": "Homogenic"},
        "two": {"title": "Hunter", "artist": "Björk; Mark Bell", "artists": ["Björk", "Mark Bell"]},
        "three": {"title": "Teardrop", "artist": "Massive Attack", "artists": ["Massive Attack"]},
        "four": {"title": "Angel", "artist": "Massive Attack", "artists": ["Massive Attack"]},
        "mute": {"title": "No vector"},
    })  # fmt: skip
    ana.vectors({"one": [1.0, 0.0], "two": [0.8, 0.6], "three": [0.6, 0.8], "four": [0.0, 1.0]})
    ana.vectors({"one": [1.0, 1.0, 0.0], "four": [1.0, 0.0, 0.0]}, "text.words")
    ana.vectors({"two": [1.0, 1.0], "four": [1.0, 0.0]}, LAYOUT)
    update_index(ana.platform, "ana")
    ben = RecordShelf(base, "ben")
    ben.tracks({
        "b one": {"title": "Army of Me", "artist": "BJORK"},
        "b two": {"title": "Roads", "artist": "Portishead"},
        "b gone": {"title": "Glory Box", "artist": "Portishead"},
    })  # fmt: skip
    ben.vectors({"b one": [0.8, 0.6], "b two": [0.6, 0.8], "b gone": [1.0, 0.0]})
    ben.run("UPDATE media_files SET status = 'missing' WHERE media_id = 'b gone'")
    (base / "library").mkdir()
    (base / "media_assets.toml").write_text("")
    return Place(base)


def test_search_finds_and_says_who_is_not_indexed(place: Place) -> None:
    done = place.run("search", "bjork", "hunter")
    assert "Hunter" in done.stdout
    assert "Jóga" not in done.stdout
    assert done.stderr == "ben: not indexed yet; run: media-assets run\n"
    (row,) = place.found("artist:massive angel", "--player", "ana")
    assert (row["media_id"], row["player"], row["title"]) == ("four", "ana", "Angel")
    assert len(place.found("bjork", "--limit", "1")) == 1
    assert place.json("search", "bjork")["without"] == {"ben": "not indexed yet"}
    assert place.json("search", "bjork", "--player", "ana")["without"] == {}


@pytest.mark.parametrize("part", ["store", "idx", "term", "pos", "fast"])
def test_an_index_that_is_broken_hinders_no_other_player(place: Place, part: str) -> None:
    ben = RecordShelf(place.config.parent, "ben")
    folder = ben.platform.places.search("ben")
    update_index(ben.platform, "ben")
    assert len(place.found("bjork")) == 3
    next(folder.rglob(f"*.{part}")).unlink()
    index._opened.cache_clear()  # as in a new process: this one has the file still
    done = place.run("search", "bjork")
    assert done.stderr == "ben: the index cannot be read; run: media-assets run\n"
    assert "Jóga" in done.stdout
    assert "Army of Me" not in done.stdout
    assert place.json("search", "bjork")["without"] == {"ben": "the index cannot be read"}
    alone = place.run("search", "bjork", "--player", "ben", "--json", code=1)
    assert alone.stdout == ""
    assert alone.stderr == "error: ben: the index cannot be read; run: media-assets run\n"
    update_index(ben.platform, "ben")
    assert "Army of Me" in place.run("search", "bjork").stdout
    shutil.rmtree(folder)


@pytest.mark.parametrize("query", ["zzz", "(((", '"', "artist:", "*", "AND OR NOT"])
def test_search_of_what_is_not_there_finds_nothing(place: Place, query: str) -> None:
    assert place.found(query, "--player", "ana") == []
    assert "nothing found" in place.run("search", query, "--player", "ana").stdout


def test_who_was_never_indexed_is_no_empty_answer(place: Place) -> None:
    done = place.run("search", "roads", "--player", "ben", code=1)
    assert done.stderr == "error: ben: not indexed yet; run: media-assets run\n"


@pytest.fixture
def torn(place: Place) -> Iterator[Path]:
    """The tables of ben are no database, for as long as a test takes."""
    file = RecordShelf(place.config.parent, "ben").platform.places.player_database("ben")
    content = file.read_bytes()
    file.write_bytes(b"no database" * 1000)
    yield file
    file.write_bytes(content)


def test_tables_that_are_broken_hinder_no_other_player(place: Place, torn: Path) -> None:
    for what in (["one"], ["--artist", "BJÖRK"]):
        found = place.json("similar", *what)
        assert {row["player"] for row in found["media"]} == {"ana"}
        assert list(found["without"]) == ["ben"]
        assert str(torn) in found["without"]["ben"]
        done = place.run("similar", *what)
        assert done.stderr.startswith(f"ben: not compared: {torn}")
        assert "Teardrop" in done.stdout
        assert place.json("similar", *what, "--player", "ana")["without"] == {}


@pytest.mark.parametrize(
    "arguments",
    [["one", "--player", "ben"], ["b one"], ["b one", "--player", "ana"],
     ["--artist", "Portishead", "--player", "ben"]],
)  # fmt: skip
def test_nobody_who_can_be_read_is_no_empty_answer(
    place: Place, torn: Path, arguments: list[str]
) -> None:
    done = place.run("similar", *arguments, "--json", code=1)
    assert done.stdout == ""
    assert f"ben: {torn}" in done.stderr


def test_similar_media_of_one_player_or_all(place: Place) -> None:
    assert place.near("one", "--player", "ana") == [("two", 0.8), ("three", 0.6), ("four", 0.0)]
    assert place.near("one") == [
        ("two", 0.8), ("b one", 0.8), ("three", 0.6), ("b two", 0.6), ("four", 0.0),
    ]  # fmt: skip
    assert place.near("one", "--player", "ben", "--limit", "1") == [("b one", 0.8)]
    assert place.near("b gone", "--player", "ana")[0] == ("one", 1.0)


def test_similar_in_another_space(place: Place) -> None:
    assert place.json("similar", "one")["space"] == SPACE
    assert place.near("one", "--space", "text.words") == [("four", 0.707107)]
    assert place.near("two", "--space", LAYOUT) == [("four", 0.707107)]
    assert "near in the space text.words" in place.run(
        "similar", "one", "--space", "text.words"
    ).stdout  # fmt: skip


def test_what_is_near_to_an_artist_is_the_mean_of_what_is_near_to_its_tracks(place: Place) -> None:
    rows = place.json("similar", "--artist", "BJÖRK")["media"]
    found = {row["media_id"]: (row["similarity"], row["tracks"]) for row in rows}
    assert found == {
        "three": (pytest.approx((0.6 + 0.96 + 0.96) / 3, abs=1e-6), 3),
        "b two": (pytest.approx((0.6 + 0.96 + 0.96) / 3, abs=1e-6), 3),
        "four": (pytest.approx((0.0 + 0.6 + 0.6) / 3, abs=1e-6), 3),
    }
    assert [row["media_id"] for row in rows] == ["three", "b two", "four"]
    text = place.run("similar", "--artist", "mark bell", "--player", "ana").stdout
    assert "Jóga" in text
    assert "Hunter" not in text


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["similar"], 2, "one of both"),
        (["similar", "one", "--artist", "x"], 2, "one of both"),
        (["similar", "nobody"], 2, "no media has the id nobody"),
        (["similar", "mute"], 2, "media mute: no vector; after a run"),
        (["similar", "one", "--space", "x"], 2, f"spaces with one: {SPACE}, text.words"),
        (["similar", "--artist", "Nobody"], 2, "no track of 'Nobody' has a vector"),
        (["similar", "one", "--player", "eve"], 2, "no player is called eve"),
        (["search"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    place: Place, arguments: list[str], code: int, why: str
) -> None:
    assert why in place.run(*arguments, code=code).stderr
