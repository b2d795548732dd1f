"""The assets of vectors, neighbours and search, their checks and the map, over filled tables."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from record_shelf import RecordShelf

from media_assets.defs.search.assets import search_index
from media_assets.defs.search.checks import search_checks
from media_assets.defs.vectors.assets import media_embeddings, media_neighbors
from media_assets.defs.vectors.checks import vector_checks
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.vector_map import draw_map
from media_assets.search import index
from media_assets.stages.search_index import update_index
from media_assets.stages.search_views import promises as search_promises
from media_assets.stages.vector_views import LibraryMap, library_map, promises

PLAYER = "ana"
Told = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> RecordShelf:
    base = tmp_path_factory.mktemp("home")
    (base / "media_assets.toml").write_text(
        '[embedders.looks]\nkind = "onnx"\nfile = "missing.onnx"\n'
    )
    made = RecordShelf(base)
    rng = np.random.default_rng(1)
    names = [f"m{number:02}" for number in range(24)]
    made.tracks({name: {"title": f"Title {name}", "artist": f"Artist {place % 3}",
                        "genres": [f"Genre {place % 4}"]}
                 for place, name in enumerate(names)})  # fmt: skip
    made.vectors({name: rng.normal(size=8) for name in names[:-1]})
    return made


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        found.add_dynamic_partitions("players", [PLAYER])
        yield found


def run(shelf: RecordShelf, instance: dg.DagsterInstance) -> tuple[Told, Told]:
    """What each asset told, and each check."""
    resource = PlatformResource(config_file=str(shelf.base / "media_assets.toml"))
    result = dg.materialize(
        [media_embeddings, media_neighbors, search_index, vector_checks, search_checks],
        partition_key=PLAYER, resources={"platform": resource}, instance=instance,
    )  # fmt: skip
    told = {
        str(event.asset_key and event.asset_key.to_user_string()): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }
    checks: Told = {
        check.check_name: {"passed": check.passed,
                           **{name: value.value for name, value in check.metadata.items()}}
        for check in result.get_asset_check_evaluations()
    }  # fmt: skip
    return told, checks


def test_what_the_assets_and_checks_tell(shelf: RecordShelf, instance: dg.DagsterInstance) -> None:
    told, checks = run(shelf, instance)
    assert told["media_embeddings"]["embedders"] == 1
    assert "missing.onnx: " in str(told["media_embeddings"]["stopped"])
    neighbors = told["media_neighbors"]
    assert (neighbors["compared with all"], neighbors["dagster/row_count"]) == (23, 230)
    assert str(neighbors["map of the library"]).startswith("![audio.timbre, by genre: ")
    assert (told["search_index"]["rows written"], told["search_index"]["made anew"]) == (24, True)
    assert checks["vector_coverage"]["passed"]
    assert checks["vector_coverage"]["vectors in audio.timbre"] == 23
    assert checks["neighbors_hold"]["passed"]
    assert checks["neighbors_hold"]["media with neighbors"] == 23
    assert checks["index_answers"] == {
        "passed": True, "in table": 24, "indexed": 24, "asked": 20, "not found": 0,
    }  # fmt: skip
    again, _ = run(shelf, instance)
    assert again["media_neighbors"]["rows written"] == 0
    assert again["media_neighbors"]["map of the library"] == neighbors["map of the library"]
    assert again["search_index"]["rows written"] == 0


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE media_neighbors SET similarity = similarity - 0.00001", "wrong_similarities"),
        ("DELETE FROM media_neighbors WHERE rank = 1", "broken_lists"),
        ("UPDATE media_neighbors SET rank = 3 - rank WHERE rank < 3 AND media_id = 'b'",
         "broken_lists"),
        ("DELETE FROM media_vectors WHERE media_id = 'c'", "lost_neighbors"),
    ],
)  # fmt: skip
def test_the_check_of_neighbours_sees_what_is_wrong(
    tmp_path: Path, statement: str, wrong: str
) -> None:
    from media_assets.stages.neighbors import find_neighbors

    broken = RecordShelf(tmp_path)
    broken.tracks({name: {} for name in "abc"})
    broken.vectors({"a": [1.0, 0.0], "b": [0.6, 0.8], "c": [0.0, 1.0]})
    find_neighbors(broken.platform, PLAYER)
    broken.run(statement)
    found = promises(broken.platform, PLAYER)
    assert found.pop("media_with_neighbors") == 3
    assert {name for name, count in found.items() if count} == {wrong}


def test_the_check_of_search_sees_what_is_wrong(tmp_path: Path) -> None:
    shelf = RecordShelf(tmp_path)
    shelf.tracks({"a": {"title": "One"}, "b": {"title": "Two", "artist": 'The "Quotes"'}})
    update_index(shelf.platform, PLAYER)
    assert search_promises(shelf.platform, PLAYER)["not_found"] == 0
    place = shelf.platform.places.search(PLAYER)
    index.write(place / str(index.current(place)), (), ["a"])
    assert search_promises(shelf.platform, PLAYER) == {
        "in_table": 2, "indexed": 1, "asked": 2, "not_found": 1,
    }  # fmt: skip
    next(place.rglob("meta.json")).unlink()
    index._opened.cache_clear()
    assert search_promises(shelf.platform, PLAYER)["not_found"] == 2


def test_a_map_is_small_whatever_the_groups_are_called(shelf: RecordShelf) -> None:
    rng = np.random.default_rng(1)
    groups = [f"$_{number % 9} 音楽" for number in range(3000)]
    found = LibraryMap("audio.timbre", rng.normal(size=(3000, 2)), groups, 0.4, "genre")
    assert len(draw_map(found).md_str) < MAX_BYTES * 4 / 3 + 200
    assert draw_map(None).md_str.startswith("*no two media")
    by_artist = library_map(shelf.platform, PLAYER)
    assert by_artist
    assert (by_artist.by, len(by_artist.groups)) == ("genre", 23)
