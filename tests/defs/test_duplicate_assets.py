"""The assets of duplicates, their checks and the picture, over tables that a test has filled."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from PIL import Image
from shelf import PLAYER, Shelf

from media_assets.definitions import defs
from media_assets.defs.duplicates.assets import duplicates, shared_duplicates
from media_assets.defs.duplicates.checks import duplicate_checks, shared_duplicate_checks
from media_assets.orchestration.duplicate_pictures import caption, duplicate_sheet
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.duplicate_views import Shown, promises
from media_assets.stages.publish import publish_player

OTHER = "ben"


def add_poster(shelf: Shelf, media_id: str) -> None:
    file = shelf.settings.data / f"{media_id}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((320, 180), 90).convert("RGB").save(file)
    shelf.run(
        "INSERT INTO thumbnails BY NAME SELECT ? AS media_id, ? AS thumbnail_file, "
        "320 AS thumbnail_width, 180 AS thumbnail_height, 1 AS thumbnail_bytes, "
        "'2026-05-04'::TIMESTAMP AS generated_at",
        [media_id, file.name],
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Two players of whom each has a scene, and one of them copies of it."""
    made = Shelf(tmp_path_factory.mktemp("home"))
    made.picture("ana 1", "scene 1", size=300, content="shared")
    made.picture("ana 2", "scene 1", "smaller", size=200)
    made.picture("ana 3", "scene 2")
    made.picture("ana 4", "board 1")
    for media_id in ("ana 1", "ana 2"):
        add_poster(made, media_id)
    made.settle()
    other = Shelf(made.base, OTHER)
    other.picture("ben 1", "scene 1", size=300, content="shared")
    other.picture("ben 2", "scene 2", "compressed")
    other.picture("ben 3", "board 2")
    other.settle()
    for player in (PLAYER, OTHER):
        publish_player(made.platform, player)
    (made.base / "media_assets.toml").write_text("")
    return made


@pytest.fixture
def resources(shelf: Shelf) -> dict[str, PlatformResource]:
    return {"platform": PlatformResource(config_file=str(shelf.base / "media_assets.toml"))}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        found.add_dynamic_partitions("players", [PLAYER])
        yield found


def only(result: dg.ExecuteInProcessResult) -> tuple[dict[str, object], dg.AssetCheckEvaluation]:
    """What the asset told, and its check."""
    (event,) = result.get_asset_materialization_events()
    (check,) = result.get_asset_check_evaluations()
    return {name: value.value for name, value in event.materialization.metadata.items()}, check


def test_a_players_duplicates(shelf, resources, instance) -> None:
    result = dg.materialize(
        [duplicates, duplicate_checks], partition_key=PLAYER, resources=resources,
        instance=instance,
    )  # fmt: skip
    told, check = only(result)
    assert (told["compared now"], told["rows written"], told["dagster/row_count"]) == (4, 3, 2)
    assert (told["groups"], told["same picture"], told["copies bytes"]) == (1, 1, 200)
    assert str(told["largest groups"]).startswith("![groups of duplicates](data:image/webp;base64,")
    assert len(str(told["largest groups"])) < MAX_BYTES * 4 / 3 + 200
    assert "|ana 2|same\\_picture|ana 1|" in str(told["preview"])
    assert check.passed
    figures = {name: value.value for name, value in check.metadata.items()}
    assert (figures["links"], figures["bytes that could be saved"]) == (1, 200)
    assert figures["share that could be saved"] == round(200 / 200_500, 4)


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE duplicates SET phash_bits = phash_bits + 1 WHERE class IS NOT NULL",
         "outdated figures"),
        ("UPDATE duplicates SET class = 'exact' WHERE class IS NOT NULL", "unequal copies"),
        ("DELETE FROM duplicates WHERE class IS NOT NULL", "broken groups"),
        ("UPDATE media_files SET status = 'missing' WHERE media_id = 'ana 2'", "missing members"),
        ("INSERT INTO duplicate_decisions VALUES ('ana 1', 'ana 2', 'distinct', '2026-05-04')",
         "decisions broken"),
    ],
)  # fmt: skip
def test_the_check_sees_what_is_wrong(statement, wrong, shelf, tmp_path) -> None:
    broken = Shelf(tmp_path)
    broken.picture("ana 1", "scene 1", size=300)
    broken.picture("ana 2", "scene 1", "smaller", size=200)
    broken.search()
    broken.run(statement)
    broken.settle()
    found = promises(broken.platform, PLAYER)
    assert {name for name, count in found.items() if count} - {"links"} == {wrong.replace(" ", "_")}


def test_what_several_players_have(shelf, resources, instance) -> None:
    config = {"config_file": str(shelf.base / "media_assets.toml")}
    result = dg.materialize(
        [shared_duplicates, shared_duplicate_checks], resources=defs.resources, instance=instance,
        run_config={"resources": {"platform": {"config": config}}},
    )  # fmt: skip
    told, check = only(result)
    assert (told["players compared"], told["media compared"], told["groups"]) == (2, 7, 2)
    assert check.passed
    published = pl.read_parquet(
        shelf.platform.places.published_shared / "shared_duplicates.parquet"
    )
    rows = published.select("media_id", "player", "group_id", "class", "players").rows()
    assert rows == [
        ("ana 1", "ana", "ana 1", "exact", 2),
        ("ana 2", "ana", "ana 1", "similar", 2),
        ("ana 3", "ana", "ana 3", "similar", 2),
        ("ben 1", "ben", "ana 1", "exact", 2),
        ("ben 2", "ben", "ana 3", "similar", 2),
    ]
    assert not {"file_path", "file_name", "folder"} & set(published.columns)
    again = dg.materialize([shared_duplicates], resources=resources, instance=instance)
    assert only_metadata(again)["rows written"] == 0


def only_metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


@pytest.mark.parametrize(
    ("member", "text"),
    [
        (Shown(Path("x"), None, None, None), "best"),
        (Shown(Path("x"), "exact", 1.0, 0.0), "exact copy"),
        (Shown(Path("x"), "same_picture", 0.976, None), "same picture, 98%"),
        (Shown(Path("x"), "burst", 0.6, 3.0), "burst, 60%, 3 s apart"),
        (Shown(Path("x"), "similar", None, 86_400.0), "similar, 86,400 s apart"),
    ],
)
def test_captions(member: Shown, text: str) -> None:
    assert caption(member) == text


def test_a_sheet_of_noise_is_small_and_one_of_nothing_says_so(tmp_path: Path) -> None:
    posters = []
    for number in range(20):
        posters.append(tmp_path / f"{number}.jpg")
        Image.effect_noise((320, 180), 120).convert("RGB").save(posters[-1])
    gone = Shown(tmp_path / "gone.jpg", "similar", 0.9, None)
    groups = [[Shown(one, "burst", 0.5, 2.0) for one in posters[row * 4 :][:3]] + [gone]
              for row in range(5)]  # fmt: skip
    text = duplicate_sheet(groups).md_str
    assert len(text) < 60_200
    content = base64.b64decode(text.partition(";base64,")[2].removesuffix(")"))
    with Image.open(io.BytesIO(content)) as sheet:
        assert sheet.width in {4 * 174 - 6, 2 * 174 - 3}
    assert duplicate_sheet([]).md_str == "*no duplicates of pictures or clips*"
