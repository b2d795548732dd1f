"""Files of one size with equal edges and different middles: only their full hash tells them apart.

Bitmaps with black borders are such files.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scanned_library import ScannedLibrary

from media_assets.library.content import EDGE
from media_assets.library.walk import SeenFiles, WalkReport, walk
from media_assets.store.connect import connect


@pytest.fixture
def home(tmp_path: Path) -> ScannedLibrary:
    return ScannedLibrary(tmp_path)


def bitmap(middle: str) -> bytes:
    return bytes(EDGE) + middle.encode() + bytes(EDGE)


def test_another_picture_is_not_the_one_that_is_gone(home: ScannedLibrary) -> None:
    home.write("a.bmp", bitmap("one"))
    home.scan_and_read()
    before = home.ids()
    home.path("a.bmp").unlink()
    home.write("b.bmp", bitmap("two"))
    report = home.scan()
    assert (report.moved, report.added, report.missing) == (0, 1, 1)
    assert home.ids("missing") == before


def test_one_that_was_copied_and_deleted_is_the_same(home: ScannedLibrary) -> None:
    home.write("a.bmp", bitmap("one"))
    home.scan_and_read()
    before = home.ids()
    home.path("a.bmp").unlink()
    home.write("b.bmp", bitmap("one"))
    assert home.scan().moved == 1
    assert list(home.ids().items()) == [("b.bmp", before["a.bmp"])]


def test_names_that_are_swapped_are_told_by_time(home: ScannedLibrary) -> None:
    home.write("a.bmp", bitmap("one"))
    home.write("b.bmp", bitmap("two"))
    home.scan_and_read()
    before = home.ids()
    home.move("a.bmp", "x.bmp")
    home.move("b.bmp", "a.bmp")
    home.move("x.bmp", "b.bmp")
    report = home.scan()
    assert (report.moved, report.changed) == (2, 0)
    assert home.ids() == {"a.bmp": before["b.bmp"], "b.bmp": before["a.bmp"]}


def test_names_that_are_swapped_are_told_by_hash_where_the_times_say_nothing(
    home: ScannedLibrary,
) -> None:
    home.write("a.bmp", bitmap("one"))
    home.write("b.bmp", bitmap("two"))
    home.scan_and_read()
    before = home.ids()
    home.write("a.bmp", bitmap("two"))
    home.write("b.bmp", bitmap("one"))
    home.scan()
    assert home.ids() == {"a.bmp": before["b.bmp"], "b.bmp": before["a.bmp"]}


def test_one_moves_and_another_takes_its_place(home: ScannedLibrary) -> None:
    home.write("a.bmp", bitmap("one"))
    home.scan_and_read()
    before = home.ids()
    home.move("a.bmp", "b.bmp")
    home.write("a.bmp", bitmap("two"))
    report = home.scan()
    assert (report.moved, report.added, report.changed) == (1, 1, 0)
    assert home.ids()["b.bmp"] == before["a.bmp"] != home.ids()["a.bmp"]


def test_one_that_is_touched_or_edited_in_the_middle_stays_the_same_row(
    home: ScannedLibrary,
) -> None:
    home.write("a.bmp", bitmap("one"))
    home.scan_and_read()
    before = home.ids()
    home.touch("a.bmp")
    assert home.scan().changed == 1
    home.write("a.bmp", bitmap("two"))
    assert home.scan().changed == 1
    assert home.ids() == before


def test_edges_suffice_where_the_full_hash_is_not_known(home: ScannedLibrary) -> None:
    """As for clips over 64 MiB that were not verified yet."""
    home.write("a.mp4", bitmap("one"))
    home.scan_and_read()
    before = home.ids()
    with connect(home.database) as con:
        con.execute("UPDATE media_files SET file_hash = NULL")
    home.path("a.mp4").unlink()
    home.write("b.mp4", bitmap("one"))
    assert home.scan().moved == 1
    assert list(home.ids().values()) == list(before.values())


def test_a_file_that_moves_while_the_walk_is_on_is_seen_once(home: ScannedLibrary) -> None:
    home.write("a/shot.png", "content")
    home.write("b/other.png", "another")
    home.scan_and_read()
    before = home.ids()

    def moved_meanwhile(
        root: Path, ignore: frozenset[str], report: WalkReport
    ) -> Iterator[SeenFiles]:
        for number, part in enumerate(walk(root, ignore, report)):
            yield part
            if number == 0:  # from the folder that was listed into the one that was not yet
                first = Path(part.folder).name
                home.move(f"{first}/{part.names[0]}", f"{'ab'.replace(first, '')}/moved.png")

    report = home.scan(file_walk=moved_meanwhile)
    assert (report.moved, report.added, report.missing) == (1, 0, 0)
    assert sorted(home.ids().values()) == sorted(before.values())
    assert home.scan().rows_written == 0


def test_a_copy_that_keeps_its_time_is_not_taken_for_one_that_moved(home: ScannedLibrary) -> None:
    home.write("a.png", "content")
    home.scan_and_read()
    before = home.ids()
    home.copy("a.png", "b.png")
    report = home.scan()
    assert (report.added, report.unchanged, report.moved) == (1, 1, 0)
    assert home.ids()["a.png"] == before["a.png"]
