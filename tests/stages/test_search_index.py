"""The index of a player follows the tables, whatever happens to it in between."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from record_shelf import RecordShelf

from media_assets.library.words import Words
from media_assets.search import index
from media_assets.search.query import parse
from media_assets.stages.notes import annotate
from media_assets.stages.purge import PurgeChoice, plan, purge
from media_assets.stages.search import search
from media_assets.stages.search_index import SearchReport, update_index

TAGS = {
    "one": {"title": "Jóga", "artist": "Björk", "album": "Homogenic", "genre": "Electronic"},
    "two": {"title": "Love Me Do", "artist": "The Beatles", "album": "Please Please Me"},
    "three": {},
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RecordShelf(tmp_path_factory.mktemp("empty")).file


@pytest.fixture
def shelf(empty: Path, tmp_path: Path) -> RecordShelf:
    made = RecordShelf(tmp_path).copy_of(empty)
    made.tracks(TAGS)
    return made


def update(shelf: RecordShelf) -> tuple[int, int, bool]:
    report = update_index(shelf.platform, shelf.player)
    return report.written, report.removed, report.made_anew


def found(shelf: RecordShelf, text: str) -> list[object]:
    return [row["media_id"] for row in search(shelf.platform, [shelf.player], text, 10).rows]


def everything(shelf: RecordShelf) -> dict[str, str]:
    """All that the index has, as its documents say it."""
    place = shelf.platform.places.search(shelf.player)
    hits = index.search(place, parse("file:one"), 9) + index.search(place, parse("file:two"), 9)
    return {hit.document.media_id: str(hit.document.title) for hit in hits}


def test_what_is_new_changed_or_gone_alone_is_written(shelf: RecordShelf) -> None:
    assert update(shelf) == (3, 0, True)
    assert (found(shelf, "bjork"), found(shelf, "three")) == (["one"], ["three"])
    assert update(shelf) == (0, 0, False)
    shelf.run("UPDATE audio_metadata SET title = 'Hunter' WHERE media_id = 'one'")
    shelf.run("UPDATE media_files SET status = 'missing' WHERE media_id = 'two'")
    assert update(shelf) == (1, 1, False)
    assert (found(shelf, "joga"), found(shelf, "hunter"), found(shelf, "beatles")) == (
        [], ["one"], [],
    )  # fmt: skip
    assert shelf.rows("SELECT media_id, title FROM search_index ORDER BY 1") == [
        ("one", "Hunter"), ("three", None),
    ]  # fmt: skip


def test_without_news_no_file_is_touched(shelf: RecordShelf) -> None:
    update(shelf)
    place = shelf.platform.places.search(shelf.player)
    before = {file: file.stat().st_mtime_ns for file in [shelf.file, *place.rglob("*")]}
    assert update_index(shelf.platform, shelf.player) == SearchReport()
    assert before == {file: file.stat().st_mtime_ns for file in [shelf.file, *place.rglob("*")]}


def test_words_of_people_are_found_and_stand_above_tags(shelf: RecordShelf) -> None:
    shelf.run("UPDATE media_files SET kind = 'image' WHERE media_id = 'three'")
    shelf.run("DELETE FROM audio_metadata WHERE media_id = 'three'")
    update(shelf)
    assert found(shelf, "three") == []
    annotate(shelf.platform, ["three"], Words(note="from grandmother", add_tags=("winter",)))
    annotate(shelf.platform, ["two"], Words(title="Our song"))
    assert update(shelf) == (2, 0, False)
    assert (found(shelf, "grandm"), found(shelf, "winter")) == (["three"], ["three"])
    assert (found(shelf, "our song"), found(shelf, "love me do")) == (["two"], ["two"])


def test_what_is_purged_is_not_found(shelf: RecordShelf) -> None:
    update(shelf)
    shelf.run("UPDATE media_files SET status = 'missing', deleted_at = '2020-01-01' "
              "WHERE media_id = 'one'")  # fmt: skip
    choice = PurgeChoice(90, with_notes=True)
    purge(shelf.platform, shelf.player, choice, plan(shelf.platform, shelf.player, choice))
    assert update(shelf) == (2, 0, True)
    assert found(shelf, "bjork") == []


def delete_folder(place: Path) -> None:
    shutil.rmtree(place)


def delete_generation(place: Path) -> None:
    shutil.rmtree(next(folder for folder in place.iterdir() if folder.is_dir()))


def delete_pointer(place: Path) -> None:
    (place / "current").unlink()


def damage(place: Path) -> None:
    next(place.rglob("meta.json")).write_text("{}")


def change_behind_the_tables(place: Path) -> None:
    """What a kill leaves between the index and the tables."""
    generation = index.current(place)
    assert generation
    index.write(place / generation, (), ["one"])


def name_an_older_one(place: Path) -> None:
    """What a kill leaves between the tables and the name of the index."""
    (place / "current").write_text("older")


def leave_a_folder(place: Path) -> None:
    """What a kill leaves of an index that was never finished."""
    (place / "unfinished").mkdir()
    delete_generation(place)


@pytest.mark.parametrize(
    "harm",
    [delete_folder, delete_generation, delete_pointer, damage, change_behind_the_tables,
     name_an_older_one, leave_a_folder],
)  # fmt: skip
def test_whatever_happens_to_the_index_the_next_run_heals(
    shelf: RecordShelf, harm: Callable[[Path], None]
) -> None:
    update(shelf)
    wanted = everything(shelf)
    assert wanted == {"one": "Jóga", "two": "Love Me Do"}
    place = shelf.platform.places.search(shelf.player)
    harm(place)
    update(shelf)
    assert everything(shelf) == wanted
    assert len([folder for folder in place.iterdir() if folder.is_dir()]) == 1
    assert update(shelf) == (0, 0, False)


def test_several_players_are_searched_together(shelf: RecordShelf, empty: Path) -> None:
    other = RecordShelf(shelf.base, "ben").copy_of(empty)
    other.tracks({"b one": {"title": "Hunter", "artist": "Björk"}, "b two": {"title": "Bjork"}})
    update(shelf)
    assert search(shelf.platform, ["ana", "ben"], "x", 1).without == {"ben": "not indexed yet"}
    update(other)
    rows = search(shelf.platform, ["ana", "ben"], "björk", 10).rows
    assert {(row["player"], row["media_id"]) for row in rows} == {
        ("ben", "b two"), ("ana", "one"), ("ben", "b one"),
    }  # fmt: skip
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert [row["media_id"] for row in search(shelf.platform, ["ana"], "bjork", 10).rows] == ["one"]
    assert len(search(shelf.platform, ["ana", "ben"], "björk", 1).rows) == 1
