"""Duplicates of a player: classes, groups that stay, and what is compared again."""

import os
import shutil
from pathlib import Path
from random import Random

import pytest
from shelf import PLAYER, START, Shelf

from media_assets.library.content import content_hash, fingerprint
from media_assets.stages.duplicate_decisions import keep, tell_apart, undo
from media_assets.stages.publish import publish_player
from media_assets.store.migrate import migrate

FRAMES = [(3.0, 0x0123456789ABCDEF), (6.0, 0x1122334455667788), (9.0, 0xFFEEDDCCBBAA9988)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database takes 140 ms to make; each test copies it."""
    shelf = Shelf(tmp_path_factory.mktemp("empty"))
    return shelf.file


@pytest.fixture
def shelf(empty: Path, tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path)
    file = made.platform.places.player_database(PLAYER)
    file.parent.mkdir(parents=True)
    shutil.copyfile(empty, file)
    migrate(file, "player")
    return made


def fill(shelf: Shelf) -> None:
    """Two scenes with copies, two menus, two clips."""
    shelf.picture("original", "scene 1", size=900_000, age=9)
    shelf.picture("copy", "scene 1", size=900_000, content="original", age=2)
    shelf.picture("small", "scene 1", "smaller", age=1)
    shelf.picture("edit", "scene 1", "cropped", age=1)
    shelf.picture("other", "scene 2")
    shelf.picture("menu", "board 1")
    shelf.picture("second menu", "board 2")
    shelf.clip("clip", FRAMES)
    shelf.clip("smaller clip", FRAMES, 18.4, size=800_000)
    shelf.clip("another clip", [(moment, value ^ 0xFFF) for moment, value in FRAMES])


def test_copies_are_found_and_lookalikes_are_not(shelf: Shelf) -> None:
    fill(shelf)
    report = shelf.search()
    assert (report.compared, report.gone) == (10, 0)
    assert shelf.found() == {
        "original": ("original", None, None),
        "copy": ("original", "exact", "original"),
        "small": ("original", "same_picture", "original"),
        "edit": ("original", "same_picture", "original"),
        "clip": ("clip", None, None),
        "smaller clip": ("clip", "same_picture", "clip"),
    }
    groups = shelf.rows(
        "SELECT group_id, kind, class, members, copies, bytes, copies_bytes, best_media_id "
        "FROM duplicate_groups ORDER BY ALL"
    )
    assert groups == [
        ("clip", "video", "same_picture", 2, 1, 5_800_000, 800_000, "clip"),
        ("original", "image", "same_picture", 4, 3, 2_000_000, 1_100_000, "original"),
    ]


def test_figures_say_how_far_two_agree(shelf: Shelf) -> None:
    fill(shelf)
    shelf.search()
    rows = shelf.rows("SELECT media_id, phash_bits, dhash_bits, agreement FROM duplicates "
                      "WHERE class IS NOT NULL ORDER BY media_id")  # fmt: skip
    figures = {row[0]: row[1:] for row in rows}
    assert figures["copy"] == (0, 0, 1.0)
    assert figures["smaller clip"] == (None, None, 1.0)
    phash_bits, dhash_bits, share = figures["small"]
    assert phash_bits <= 6
    assert dhash_bits <= 8
    assert 0.9 <= share <= 1


def test_a_second_search_writes_nothing(shelf: Shelf) -> None:
    fill(shelf)
    assert shelf.search().rows_written == 8
    before = shelf.file.read_bytes(), shelf.file.stat().st_mtime_ns
    report = shelf.search()
    assert (report.compared, report.rows_written, report.rows_deleted) == (0, 0, 0)
    assert (shelf.file.read_bytes(), shelf.file.stat().st_mtime_ns) == before


def test_what_comes_keeps_the_group_and_gives_what_all_at_once_gives(shelf: Shelf) -> None:
    fill(shelf)
    shelf.search()
    shelf.picture("late", "scene 1", "compressed", age=0)
    shelf.picture("larger", "scene 2", size=2_000_000, age=20)
    report = shelf.search()
    assert (report.compared, report.rows_deleted) == (2, 0)
    assert report.rows_written == 1 + 2 + 2  # two new groups or changed ones, three new rows
    assert shelf.groups()["original"] == {"original", "copy", "small", "edit", "late"}
    assert shelf.found()["other"] == ("larger", "same_picture", "larger")
    assert shelf.tables() == shelf.from_scratch()


def test_a_member_that_is_gone_leaves_and_comes_back(shelf: Shelf) -> None:
    fill(shelf)
    shelf.search()
    whole = shelf.tables()
    shelf.lose("original")
    report = shelf.search()
    assert (report.compared, report.gone) == (0, 1)
    assert shelf.groups()["copy"] == {"copy", "small", "edit"}
    assert shelf.found()["small"] == ("copy", "same_picture", "copy")
    assert shelf.tables() == shelf.from_scratch()
    shelf.lose("original", back=True)
    shelf.search()
    assert shelf.tables() == whole


def test_who_held_a_group_together_takes_it_apart(shelf: Shelf) -> None:
    """Shots 8 s apart: the first and the third belong together by way of the second alone."""
    for place, name in enumerate(("first", "second", "third")):
        shelf.picture(name, "scene 1", "compressed", taken=8.0 * place, age=3 - place)
    shelf.search()
    assert [row[1] for row in shelf.found().values()].count("burst") == 2
    shelf.lose("second")
    shelf.search()
    assert shelf.found()["third"][1] == "similar"


def test_times_make_bursts_and_a_new_time_is_heeded(shelf: Shelf) -> None:
    shelf.picture("shot", "scene 1", taken=0, age=2)
    shelf.picture("next shot", "scene 1", "compressed", taken=4, age=1)
    shelf.search()
    assert shelf.found()["next shot"] == ("shot", "burst", "shot")
    (apart,) = shelf.rows("SELECT seconds_apart FROM duplicates WHERE class IS NOT NULL")
    assert apart == (4.0,)
    (group,) = shelf.rows("SELECT copies, copies_bytes FROM duplicate_groups")
    assert group == (0, 0)
    shelf.take("next shot", 0)
    shelf.search()
    assert shelf.found()["next shot"][1] == "same_picture"
    shelf.take("next shot", 90_000)
    shelf.search()
    assert shelf.found()["next shot"][1] == "similar"
    shelf.take("next shot", 90_000, source="mtime")
    shelf.search()
    assert shelf.found()["next shot"][1] == "same_picture"


def test_another_shot_is_none_by_way_of_a_copy_without_a_time(shelf: Shelf) -> None:
    shelf.picture("shot", "scene 1", taken=0, age=3)
    shelf.picture("next shot", "scene 1", "marked", taken=4, age=2)
    shelf.picture("shared", "scene 1", "smaller", age=1)
    shelf.search()
    found = shelf.found()
    assert found["next shot"] == ("shot", "burst", "shot")
    assert found["shared"] == ("shot", "same_picture", "shot")
    assert shelf.rows("SELECT class, copies FROM duplicate_groups") == [("burst", 1)]
    shelf.picture("late", "scene 1", "compressed")
    shelf.search()
    assert shelf.tables() == shelf.from_scratch()


class TestDecisions:
    """What people say holds, whatever comes later."""

    def test_one_that_is_no_duplicate_leaves_for_ever(self, shelf: Shelf) -> None:
        fill(shelf)
        shelf.search()
        assert tell_apart(shelf.platform, ["edit"]) == {PLAYER: 3}
        shelf.search()
        assert "edit" not in shelf.found()
        shelf.picture("bridge", "scene 1", "marked")  # is like the original and like the edit
        shelf.picture("edit again", "scene 1", "cropped", content="edit")
        shelf.search()
        shelf.lose("small")
        shelf.search()
        groups = shelf.groups()
        assert not any({"edit", "original"} <= members for members in groups.values())
        assert {"original", "copy", "bridge"} <= groups["original"]
        assert shelf.tables() == shelf.from_scratch()

    def test_a_pair_is_told_apart(self, shelf: Shelf) -> None:
        shelf.picture("one", "scene 1", content="same", age=1)
        shelf.picture("two", "scene 1", content="same")
        shelf.search()
        assert shelf.found()["two"][1] == "exact"
        assert tell_apart(shelf.platform, ["two", "one"]) == {PLAYER: 1}
        shelf.search()
        assert shelf.found() == {}
        assert undo(shelf.platform, ["one"]) == {PLAYER: 1}
        shelf.search()
        assert shelf.found()["two"] == ("one", "exact", "one")

    def test_the_one_to_keep_is_the_best(self, shelf: Shelf) -> None:
        fill(shelf)
        shelf.search()
        assert keep(shelf.platform, ["small"]) == {PLAYER: 1}
        shelf.search()
        found = shelf.found()
        assert found["small"] == ("original", None, None)
        assert found["original"] == ("original", "same_picture", "small")
        assert found["copy"] == ("original", "exact", "original")
        kept = shelf.rows("SELECT media_id FROM duplicates WHERE keep ORDER BY media_id")
        assert kept == [("clip",), ("small",)]
        assert shelf.tables() == shelf.from_scratch()

    def test_two_to_keep_are_no_copies(self, shelf: Shelf) -> None:
        fill(shelf)
        shelf.settle()
        keep(shelf.platform, ["small", "original"])
        shelf.search()
        kept = shelf.rows("SELECT media_id FROM duplicates WHERE keep AND group_id = 'original' "
                          "ORDER BY media_id")  # fmt: skip
        assert kept == [("original",), ("small",)]
        (row,) = shelf.rows("SELECT copies FROM duplicate_groups WHERE kind = 'image'")
        assert row == (2,)


def test_a_large_file_with_the_edges_of_another_players_is_read_whole(
    shelf: Shelf, tmp_path: Path
) -> None:
    content = b"\0" * 999
    other = Shelf(tmp_path, "ben")
    for owner, name in ((other, "theirs"), (shelf, "own")):
        owner.clip(name, [], size=len(content))
        file = tmp_path / name
        file.write_bytes(content)
        mtime = int(START.timestamp() * 1e9)
        os.utime(file, ns=(mtime, mtime))
        owner.run("UPDATE media_files SET file_path = ?, file_hash = NULL, fingerprint = ?",
                  [str(file), fingerprint(content)])  # fmt: skip
    assert shelf.search().hashed == 0
    other.settle()
    publish_player(other.platform, "ben")
    assert shelf.search().hashed == 1
    assert shelf.rows("SELECT file_hash FROM media_files") == [(content_hash(content),)]
    assert shelf.search().hashed == 0


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_groups_are_those_of_a_search_that_knows_nothing(
    shelf: Shelf, seed: int
) -> None:
    chance = Random(seed)
    media: list[str] = []
    for _ in range(4):
        for _ in range(3):
            media.append(f"m{len(media)}")
            shelf.picture(
                media[-1], "scene 1", chance.choice(["plain", "smaller", "cropped", "marked"]),
                age=chance.randint(0, 3), taken=chance.choice([None, 0, 4, 8, 16, 90_000]),
            )  # fmt: skip
        shelf.settle()
        tell_apart(shelf.platform, chance.sample(media, 2))
        shelf.lose(chance.choice(media), back=chance.random() < 0.5)
        shelf.search()
    assert shelf.tables() == shelf.from_scratch()


def test_large_files_with_equal_edges_are_read_whole(shelf: Shelf, tmp_path: Path) -> None:
    contents = {"one": b"\0" * 999, "two": b"\0" * 999, "three": b"\0" * 998 + b"\1"}
    for name, content in contents.items():
        shelf.clip(name, [], size=999, content="edges")
        file = tmp_path / name
        file.write_bytes(content)
        mtime = int(START.timestamp() * 1e9)
        os.utime(file, ns=(mtime, mtime))
        shelf.run(
            "UPDATE media_files SET file_path = ?, file_hash = NULL, fingerprint = ? "
            "WHERE media_id = ?",
            [str(file), fingerprint(content), name],
        )
    shelf.run("UPDATE media_files SET fingerprint = ?", [fingerprint(contents["one"])])
    report = shelf.search()
    assert report.hashed == 2  # the third has other edges than are recorded: it changed
    assert shelf.groups() == {"one": {"one", "two"}}
    hashes = dict(shelf.rows("SELECT media_id, file_hash FROM media_files"))
    assert hashes == {"one": content_hash(contents["one"]), "two": content_hash(contents["two"]),
                      "three": None}  # fmt: skip
