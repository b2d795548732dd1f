"""`media-assets duplicates`: what it lists, what it decides, what it refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from shelf import PLAYER, Shelf

from media_assets.cli import main

OTHER = "ben"


class Place:
    """Two players on one shelf, and the commands."""

    def __init__(self, base: Path) -> None:
        self.shelf = Shelf(base)
        self.config = base / "media_assets.toml"

    def run(self, *arguments: str, code: int = 0, answer: str = "") -> Result:
        command, *rest = arguments
        done = CliRunner().invoke(
            main, ["duplicates", command, "--config", str(self.config), *rest], input=answer
        )
        assert done.exit_code == code, done.output
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def listed(self, *arguments: str) -> list[tuple[str, str | None]]:
        return [(row["media_id"], row["class"]) for row in self.json("list", *arguments)["media"]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("made")
    shelf = Shelf(base)
    shelf.picture("one", "scene 1", size=900, age=3)
    shelf.picture("two", "scene 1", size=900, content="one", age=2)
    shelf.picture("three", "scene 1", "smaller", size=100, age=1)
    shelf.picture("shot", "scene 2", taken=0)
    shelf.picture("next shot", "scene 2", "compressed", taken=4, size=90)
    shelf.picture("menu", "board 1")
    shelf.search()
    other = Shelf(base, OTHER)
    other.picture("ben's", "scene 1")
    other.search()
    (base / "media_assets.toml").write_text("")
    return base


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    shutil.copytree(made, tmp_path / "home")
    return Place(tmp_path / "home")


@pytest.fixture(scope="module")
def read(made: Path) -> Place:
    """To look at alone."""
    return Place(made)


def test_groups_are_listed_with_the_best_on_top(read: Place) -> None:
    assert read.listed() == [
        ("one", None), ("two", "exact"), ("three", "same_picture"),
        ("shot", None), ("next shot", "burst"),
    ]  # fmt: skip
    text = read.run("list").stdout
    assert "same_picture" in text
    assert "480 x 270" in text
    assert "/x/three" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--class", "burst"), {"shot", "next shot"}),
        (("--kind", "video"), set()),
        (("three",), {"one", "two", "three"}),
        (("--player", OTHER), set()),
        (("--limit", "1"), {"one", "two", "three"}),
    ],
)
def test_a_list_can_be_narrowed(arguments: tuple[str, ...], expected: set[str], read: Place):
    assert {media_id for media_id, _ in read.listed(*arguments)} == expected


def test_more_groups_are_mentioned(read: Place) -> None:
    assert "1 more groups; --limit shows more" in read.run("list", "--limit", "1").stdout
    assert "no duplicates" in read.run("list", "--kind", "audio").stdout


def test_a_duplicate_that_is_none_is_no_longer_listed(place: Place) -> None:
    said = place.run("distinct", "three").stdout
    assert f"{PLAYER}: 2 decisions written; the next run regroups" in said
    assert "three" not in dict(place.listed())
    place.shelf.search()
    assert set(place.shelf.found()) == {"one", "two", "shot", "next shot"}
    (first, second) = place.json("decisions")
    assert {first["media_id"], first["other_media_id"]} == {"one", "three"}
    assert second["decision"] == "distinct"
    assert place.json("undo", "three") == {"decisions": {PLAYER: 2}}
    place.shelf.search()
    assert "three" in place.shelf.found()


def test_one_is_kept(place: Place) -> None:
    assert place.json("keep", "three") == {"decisions": {PLAYER: 1}}
    place.shelf.search()
    assert place.listed()[0] == ("three", None)
    assert "keep" in place.run("decisions").stdout


def test_whole_groups_are_told_apart_after_a_question(place: Place) -> None:
    place.run("distinct", "--groups", "--class", "burst", answer="n\n", code=1)
    assert place.json("decisions") == []
    done = place.run("distinct", "--groups", "--class", "burst", answer="y\n")
    assert "Say of 1 groups" in done.stderr
    place.shelf.search()  # the table has the group until then
    assert place.json("distinct", "--groups", "--player", PLAYER, "--yes") == {
        "decisions": {PLAYER: 3}
    }
    place.shelf.search()
    assert place.shelf.found() == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keep", "nobody's"), "no media has the id nobody's"),
        (("distinct", "menu"), "menu has no duplicates; name the media to tell it from"),
        (("distinct", "one", "ben's"), "media of several players"),
        (("distinct", "--groups", "--kind", "audio", "--yes"), "no group is like that"),
        (("distinct",), "name media"),
        (("distinct", "one", "--class", "burst"), "go with --groups"),
        (("distinct", "--groups"), "--groups: name media"),
        (("distinct", "--groups", "one", "--json"), "add --yes"),
        (("keep",), "Missing argument"),
        (("list", "--class", "odd"), "odd"),
        (("list", "--player", "nobody"), "no player is called nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], words: str, read: Place):
    assert words in read.run(*arguments, code=2).stderr
