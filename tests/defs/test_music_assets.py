"""The assets of music, their checks and pictures, over a few real files."""

import base64
import io
from collections.abc import Iterator

import dagster as dg
import pytest
from analysed_home import PLAYER
from music_home import MusicHome, picture
from PIL import Image

from media_assets.definitions import defs
from media_assets.defs.music.assets import music_catalog, shared_music
from media_assets.defs.music.checks import (
    music_checks,
    shared_music_checks,
)
from media_assets.orchestration.music_pictures import tracks_by_decade
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.music_views import promises

CHECKS = [music_checks]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> MusicHome:
    made = MusicHome(tmp_path_factory.mktemp("music"), sizes_at_once=(150,))
    for number in range(3):
        made.song(f"{number}.wav", title=f"*{number}*", artist="Ana", album="Sea", date="1994",
                  cover=picture("red"), seed=number)  # fmt: skip
    made.song("x/hum.wav")
    made.run_all()
    (made.base / "media_assets.toml").write_text("[covers]\nsizes_at_once = [150]\n")
    return made


@pytest.fixture
def resources(home: MusicHome) -> dict[str, PlatformResource]:
    return {"platform": PlatformResource(config_file=str(home.base / "media_assets.toml"))}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        found.add_dynamic_partitions("players", [PLAYER])
        yield found


def told(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    return {
        str(event.asset_key and event.asset_key.to_user_string()): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }


def test_a_players_music(home, resources, instance) -> None:
    home.run("DELETE FROM tracks")
    result = dg.materialize([music_catalog, *CHECKS], partition_key=PLAYER, resources=resources,
                            instance=instance)  # fmt: skip
    found = told(result)
    assert {name: (about["rows written"], about["dagster/row_count"])
            for name, about in found.items()} == {
        "tracks": (4, 4), "track_artists": (0, 6), "artists": (0, 1), "albums": (0, 1),
        "covers": (0, 1),
    }  # fmt: skip
    assert "\\*0\\*" in str(found["tracks"]["preview"])
    assert str(found["tracks"]["tracks by decade"]).startswith("![tracks by decade and genre](data")
    sheet = str(found["albums"]["covers"])
    assert sheet.startswith("![covers of albums](data:image/webp;base64,")
    assert len(sheet) < MAX_BYTES * 4 / 3 + 200
    content = base64.b64decode(sheet.partition(";base64,")[2].removesuffix(")"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (120, 120)
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert {name for name, check in checks.items() if check.passed} == {
        "music_holds_together", "covers_open",
    }  # fmt: skip
    shares = {name: value.value for name, value in checks["fields_tagged"].metadata.items()}
    assert (shares["tracks"], shares["title"], shares["genre"], shares["cover"]) == (
        4,
        0.75,
        0,
        0.75,
    )
    assert checks["fields_tagged"].description == "1 of 4 tracks lack a title or an artist"
    assert checks["fields_tagged"].severity == dg.AssetCheckSeverity.WARN


def test_a_cover_that_is_damaged_is_seen(home, resources, instance) -> None:
    (cover,) = [name for name in home.cover_files() if name.endswith(".png")]
    file = home.platform.places.covers(PLAYER) / cover
    content = file.read_bytes()
    file.write_bytes(content[:60] + bytes(len(content) - 60))
    result = dg.materialize(
        [music_catalog, music_checks], partition_key=PLAYER, resources=resources, instance=instance
    )
    file.write_bytes(content)
    checks = {one.check_name: one for one in result.get_asset_check_evaluations()}
    check = checks["covers_open"]
    assert not check.passed
    assert "--stage embedded_covers --force" in str(check.description)
    assert check.metadata["broken or of another size"].value == 1
    assert check.metadata["absent or incomplete"].value == 0


@pytest.mark.parametrize(
    ("statement", "undo", "wrong"),
    [
        ("UPDATE albums SET tracks = 9", "UPDATE albums SET tracks = 3", "wrong_albums"),
        ("UPDATE artists SET tracks = 9", "UPDATE artists SET tracks = 3", "wrong_artists"),
        ("UPDATE tracks SET status = 'missing' WHERE title IS NULL",
         "UPDATE tracks SET status = 'present'", "outdated_tracks"),
        ("UPDATE albums SET cover_id = 'x'",
         "UPDATE albums SET cover_id = (SELECT any_value(cover_id) FROM covers)",
         "unknown_covers"),
        ("UPDATE albums SET artist_key = 'x'", "UPDATE albums SET artist_key = 'ana'",
         "unknown_artists"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_seen(statement, undo, wrong, home) -> None:
    home.run(statement)
    found = promises(home.platform, PLAYER)
    home.run(undo)
    assert {name for name, count in found.items() if count} == {wrong}
    assert not any(promises(home.platform, PLAYER).values())


def test_what_all_players_have(home, instance) -> None:
    config = {"config_file": str(home.base / "media_assets.toml")}
    result = dg.materialize(
        [shared_music, shared_music_checks], resources=defs.resources, instance=instance,
        run_config={"resources": {"platform": {"config": config}}},
    )  # fmt: skip
    found = told(result)
    assert {name: about["dagster/row_count"] for name, about in found.items()} == {
        "shared_albums": 1, "shared_artists": 1,
    }  # fmt: skip
    (check,) = result.get_asset_check_evaluations()
    assert check.passed
    assert check.metadata["albums"].value == 1


def test_a_plot_of_many_genres_is_small_and_one_of_nothing_says_so() -> None:
    rows = [(decade, f"$genre {genre}$" if genre else None, genre + 1)
            for decade in range(1900, 2030, 10) for genre in range(40)]  # fmt: skip
    assert len(tracks_by_decade(rows).md_str) < MAX_BYTES * 4 / 3 + 200
    assert tracks_by_decade([]).md_str == "*no track has a year*"
