"""Neighbours in the tables: what comparing everything anew would give, whatever came when."""

import sys
from pathlib import Path

import numpy as np
import pytest
from record_shelf import SPACE, RecordShelf

from media_assets.errors import ConfigurationError
from media_assets.similarity.layout import SPACE as LAYOUT
from media_assets.stages.neighbors import (
    INDEXED_VERSION,
    NEIGHBORS,
    RULES_VERSION,
    NeighborsReport,
    find_neighbors,
)
from media_assets.stages.purge import PurgeChoice, plan, purge

ROWS = (
    "SELECT media_id, space, rank, neighbor_media_id, similarity FROM media_neighbors ORDER BY ALL"
)
DIM = 6


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RecordShelf(tmp_path_factory.mktemp("empty")).file


@pytest.fixture
def shelf(empty: Path, tmp_path: Path) -> RecordShelf:
    return RecordShelf(tmp_path).copy_of(empty)


def add(shelf: RecordShelf, seed: int, ids: list[str], space: str = SPACE) -> None:
    rng = np.random.default_rng(seed)
    shelf.tracks({media_id: {} for media_id in ids})
    shelf.vectors({media_id: rng.normal(size=DIM) for media_id in ids}, space)


def find(shelf: RecordShelf) -> NeighborsReport:
    return find_neighbors(shelf.platform, shelf.player)


def from_scratch(shelf: RecordShelf) -> list[tuple[object, ...]]:
    shelf.run("DELETE FROM media_neighbors")
    shelf.run("DELETE FROM media_stages")
    find(shelf)
    return shelf.rows(ROWS)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return round(float(one @ other / np.linalg.norm(one) / np.linalg.norm(other)), 6)


def test_rows_are_those_of_brute_force(shelf: RecordShelf) -> None:
    add(shelf, 1, [f"m{number:02}" for number in range(30)])
    report = find(shelf)
    assert (report.compared, report.rows_written, report.spaces) == (30, 300, (SPACE,))
    held = shelf.rows("SELECT media_id, vector FROM media_vectors")
    vectors = {str(media_id): np.array(vector, np.float64) for media_id, vector in held}
    wanted = []
    for media_id, vector in sorted(vectors.items()):
        near = sorted((-cosine(vector, other), name) for name, other in vectors.items()
                      if name != media_id)[:NEIGHBORS]  # fmt: skip
        wanted += [(media_id, SPACE, rank, name, -score)
                   for rank, (score, name) in enumerate(near, 1)]  # fmt: skip
    assert shelf.rows(ROWS) == wanted


def test_whatever_came_when_the_rows_are_those_of_everything_at_once(shelf: RecordShelf) -> None:
    """Vectors that are added, changed, copied and deleted, and media that are missing."""
    add(shelf, 1, [f"m{number:02}" for number in range(13)])
    find(shelf)
    add(shelf, 2, ["m03", "m13", "m14"])
    shelf.vectors({key: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] for key in ("m05", "m06")})
    shelf.run("DELETE FROM media_vectors WHERE media_id = 'm08'")
    shelf.run("UPDATE media_files SET status = 'missing' WHERE media_id IN ('m09', 'm14')")
    find(shelf)
    shelf.run("UPDATE media_files SET status = 'present' WHERE media_id = 'm09'")
    shelf.run("DELETE FROM media_vectors WHERE media_id IN ('m00', 'm01', 'm02', 'm04')")
    find(shelf)
    found = shelf.rows(ROWS)
    assert len(found) == 9 * 8
    assert find(shelf) == NeighborsReport()
    assert found == from_scratch(shelf)


def test_only_what_is_new_and_what_it_touches_is_compared(shelf: RecordShelf) -> None:
    add(shelf, 1, [f"m{number:02}" for number in range(40)])
    find(shelf)
    before = shelf.file.stat().st_mtime_ns
    assert find(shelf) == NeighborsReport()
    assert shelf.file.stat().st_mtime_ns == before
    add(shelf, 2, ["new"])
    report = find(shelf)
    assert (report.compared, report.rows_deleted) == (1, 0)
    assert 10 <= report.rows_written < 200


@pytest.fixture
def indexed(empty: Path, tmp_path: Path) -> RecordShelf:
    """A shelf whose spaces of 20 vectors and more are asked about by an index."""
    chosen = {"index": "usearch", "index_from": 20}
    return RecordShelf(tmp_path, vectors=chosen).copy_of(empty)


VERSIONS = "SELECT version, count(*) FROM media_stages GROUP BY ALL ORDER BY ALL"


def test_an_index_is_asked_where_there_are_many_and_its_recall_is_told(
    indexed: RecordShelf,
) -> None:
    add(indexed, 1, [f"m{number:02}" for number in range(40)])
    add(indexed, 2, ["m00", "m01", "m02"], "text.words")
    report = find(indexed)
    assert report.recall == {SPACE: 1.0}
    assert (report.compared, report.rows_written) == (43, 406)
    assert indexed.rows(VERSIONS) == [(RULES_VERSION, 3), (INDEXED_VERSION, 40)]
    assert find(indexed) == NeighborsReport()
    found = indexed.rows(ROWS)
    indexed.settings = RecordShelf(indexed.base).settings
    report = find(indexed)
    assert (report.compared, report.rows_written, report.recall) == (40, 0, {})
    assert indexed.rows(VERSIONS) == [(RULES_VERSION, 43)]
    assert found == from_scratch(indexed)


def test_few_that_are_new_are_compared_with_all_and_no_index_is_made(indexed: RecordShelf) -> None:
    add(indexed, 1, [f"m{number:02}" for number in range(40)])
    find(indexed)
    add(indexed, 2, ["new"])
    report = find(indexed)
    assert (report.compared, report.recall) == (1, {})
    assert indexed.rows(VERSIONS) == [(RULES_VERSION, 1), (INDEXED_VERSION, 40)]
    assert indexed.rows(ROWS) == from_scratch(indexed)


def test_what_was_exact_and_was_found_by_an_index_since_is_recorded_so(
    indexed: RecordShelf,
) -> None:
    by_index = indexed.settings
    indexed.settings = RecordShelf(indexed.base).settings
    add(indexed, 1, [f"m{number:02}" for number in range(30)])
    find(indexed)
    indexed.settings = by_index
    indexed.run("DELETE FROM media_vectors WHERE media_id < 'm05'")
    report = find(indexed)
    torn = report.compared
    assert report.recall == {SPACE: 1.0}
    assert indexed.rows(VERSIONS) == [(RULES_VERSION, 25 - torn), (INDEXED_VERSION, torn)]


def test_an_index_that_is_not_installed_is_named_with_what_to_install(
    indexed: RecordShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usearch", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'media_assets\[usearch\]'"):
        find(indexed)


def test_a_purge_leaves_no_gap(shelf: RecordShelf) -> None:
    add(shelf, 1, [f"m{number:02}" for number in range(20)])
    find(shelf)
    shelf.run("UPDATE media_files SET status = 'missing', deleted_at = '2020-01-01' "
              "WHERE media_id = 'm03'")  # fmt: skip
    choice = PurgeChoice(90, with_notes=True)
    purge(shelf.platform, shelf.player, choice, plan(shelf.platform, shelf.player, choice))
    assert shelf.rows("SELECT count(*) FROM media_neighbors "
                      "WHERE 'm03' IN (media_id, neighbor_media_id)") == [(0,)]  # fmt: skip
    find(shelf)
    assert shelf.rows("SELECT count(*) FROM media_neighbors") == [(190,)]


def test_spaces_are_apart_and_one_that_is_gone_leaves_nothing(shelf: RecordShelf) -> None:
    add(shelf, 1, ["a", "b", "c"])
    add(shelf, 2, ["b", "c"], "text.words")
    add(shelf, 3, ["a", "b"], LAYOUT)
    assert find(shelf).spaces == (SPACE, "text.words")
    counted = "SELECT space, count(*) FROM media_neighbors GROUP BY ALL ORDER BY ALL"
    assert shelf.rows(counted) == [(SPACE, 6), ("text.words", 2)]
    shelf.run("DELETE FROM media_vectors WHERE space = 'text.words'")
    assert find(shelf).rows_deleted == 2
    assert shelf.rows(counted) == [(SPACE, 6)]
    assert find(shelf) == NeighborsReport()


def test_only_vectors_of_the_newest_model_are_compared(shelf: RecordShelf) -> None:
    add(shelf, 1, ["a", "b", "c"])
    find(shelf)
    shelf.now = shelf.now.replace(year=2027)
    shelf.vectors({"b": [1.0, 2.0], "c": [2.0, 1.0]}, version=2)
    find(shelf)
    assert shelf.rows(ROWS) == [("b", SPACE, 1, "c", 0.8), ("c", SPACE, 1, "b", 0.8)]


def test_a_vector_that_is_none_is_refused_and_nothing_else_is_lost(shelf: RecordShelf) -> None:
    shelf.tracks({name: {} for name in "abcdef"})
    refused = shelf.vectors({
        "a": [3.0, 4.0], "b": [1.0, 2.0, 3.0], "c": [0.0, 0.0], "d": [float("nan"), 1.0],
        "e": [float("inf"), 1.0], "f": [0.0, -2.0],
    })  # fmt: skip
    assert dict(refused) == {
        "b": "vector of the space 'audio.timbre' refused: 3 values came where the space has 2",
        "c": "vector of the space 'audio.timbre' refused: "
        "all values are 0: such a vector has no direction",
        "d": "vector of the space 'audio.timbre' refused: a value is not a finite number",
        "e": "vector of the space 'audio.timbre' refused: a value is not a finite number",
    }
    found = shelf.rows("SELECT media_id, vector, dim FROM media_vectors ORDER BY 1")
    assert [(row[0], row[2]) for row in found] == [("a", 2), ("f", 2)]
    assert found[0][1] == pytest.approx([0.6, 0.8])
    assert dict(shelf.vectors({"a": [1.0]})) == {
        "a": "vector of the space 'audio.timbre' refused: 1 values came where the space has 2"
    }
    assert shelf.rows("SELECT media_id FROM media_vectors ORDER BY 1") == [("f",)]
