"""Every asset and job, materialized with a real instance over a few real files."""

import shutil
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from small_library import BROKEN, DEFINITIONS, HEX, KETAN, Finished, Workshop, checks, metadata

from media_assets.definitions import defs
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.tables import escaped
from media_assets.stages.catalog import STAGE_NAMES

REPORT = "levelup_migration"
"""Made by a job of its own, when somebody takes over databases."""
ASSETS = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()} - {REPORT}
ROWS = {
    "media_files": 5, "image_metadata": 2, "video_metadata": 1, "audio_metadata": 1,
    "embedded_covers": 1, "thumbnails": 4, "media_vectors": 3, "audio_features": 1, "tracks": 1,
    "track_artists": 2,
    "artists": 2, "albums": 1, "covers": 1, "shared_albums": 1, "shared_artists": 2,
    "capture_times": 4, "media_matches": 3,
    "match_history": 4, "match_registry": 4, "match_participants": 32, "player_match_stats": 4,
    "duplicates": 0, "shared_duplicates": 0, "shared_captures": 4, "match_captures": 4,
    "player_sessions": 3, "teammates_aggregate": 8, "media_library": 5, "match_library": 4,
    "media_embeddings": 4, "media_neighbors": 0, "search_index": 1, "vector_library": 4,
}  # fmt: skip
"""Of Hex: five files, one of them broken; four matches of eight players."""
PICTURES = {
    "media_files": "files by month", "thumbnails": "newest captures",
    "player_match_stats": "form over time", "media_matches": "matches and captures",
    "media_library": "newest captures", "audio_features": "tempos and keys",
    "stats_by_map": "win rate by map",
    "stats_by_hour": "hours of the week", "expectations": "expected and actual",
    "tracks": "tracks by decade", "albums": "covers",
}  # fmt: skip
EMPTY = {"career_ranks", "duplicates", "shared_duplicates", "media_neighbors"}
"""What the sample has no recorded responses of, and what no two of its few files are."""
SHARED_LATE = {"shared_duplicates", "shared_captures", "match_captures", "shared_albums",
               "shared_artists"}  # fmt: skip
"""Made of what players have published."""
OF_LANDS = {"web_sources", "web_places", "web_media", "land_jobs", "land_media"}
"""Hex is no land."""
LIBRARIES = {"media_library", "vector_library", "match_library"}
SHARED_TABLES = ["match_registry", "match_participants", "highlight_events", "medals_earned",
                 "personal_scores", "killer_victim_pairs", "xuid_aliases"]  # fmt: skip
WRITTEN = {"rows written", "rows deleted", "done now", "failed now", "computed now",
           "files replaced", "added", "changed", "moved", "matches loaded now",
           "recorded files read now"}  # fmt: skip


def test_a_run_of_a_player_materializes_every_asset(finished: Finished) -> None:
    assert finished.hex.success
    assert set(metadata(finished.hex)) == ASSETS


def test_all_else_is_published_before_music_is_heard(finished: Finished) -> None:
    order = [
        str(event.asset_key and event.asset_key.to_user_string())
        for event in finished.hex.get_asset_materialization_events()
    ]
    late = order[order.index("media_library") + 1 :]
    assert {"audio_features", "media_embeddings", "media_neighbors"} < set(late)
    assert set(late) - {"match_library", "vector_library", "land_media"} - SHARED_LATE == {
        "audio_features", "media_embeddings", "media_neighbors",
    }  # fmt: skip
    assert late[-1] == "vector_library"


@pytest.mark.parametrize("asset", sorted(ROWS))
def test_the_row_count_is_that_of_the_table(asset: str, finished: Finished) -> None:
    assert metadata(finished.hex)[asset]["dagster/row_count"] == ROWS[asset]


@pytest.mark.parametrize("asset", sorted(ASSETS - LIBRARIES - EMPTY - OF_LANDS))
def test_an_asset_tells_what_it_did_and_shows_some_rows(asset: str, finished: Finished) -> None:
    found = metadata(finished.hex)[asset]
    assert WRITTEN & set(found)
    assert found["preview"].startswith("|"), found["preview"]
    assert 3 <= len(found["preview"].splitlines()) <= 7


def test_whoever_is_no_land_is_told_so(finished: Finished) -> None:
    found = metadata(finished.hex)
    assert all(found[asset]["dagster/row_count"] == 0 for asset in OF_LANDS)
    assert all("no land" in found[asset]["state"] for asset in OF_LANDS)


def test_what_was_done_is_counted(finished: Finished) -> None:
    found = metadata(finished.hex)
    assert (found["media_files"]["files seen"], found["media_files"]["added"]) == (5, 5)
    assert found["media_files"]["files per second"] > 0
    assert [found[stage]["done now"] for stage in STAGE_NAMES] == [2, 1, 1, 1, 4, 3, 1]
    assert [found[stage]["failed now"] for stage in STAGE_NAMES] == [1, 0, 0, 0, 1, 1, 0]
    assert found["match_history"]["recorded files read now"] == 14
    assert found["match_registry"]["matches loaded now"] == 4
    assert found["match_participants"]["rows written"] == 32
    assert found["capture_times"]["with a time"] == 4
    assert found["media_matches"]["captures auto"] == 3
    assert found["media_library"]["files replaced"] == found["media_library"]["files"]


@pytest.mark.parametrize(("asset", "name"), PICTURES.items())
def test_pictures_are_there_and_small(asset: str, name: str, finished: Finished) -> None:
    picture = metadata(finished.hex)[asset][name]
    assert picture.startswith("![")
    assert "](data:image/" in picture
    assert len(picture) < MAX_BYTES * 4 / 3 + 200


def test_associations_are_shown_with_pictures_reasons_and_how_sure_they_are(
    finished: Finished,
) -> None:
    found = metadata(finished.hex)["media_matches"]
    table = found["associations"].splitlines()
    assert len(table) == 2 + found["captures auto"]
    assert all(line.startswith("|![](data:image/webp;base64,") for line in table[2:])
    assert all("Taken while the player was in the match." in line for line in table[2:])
    assert found["calibration"].startswith("![captures by confidence")
    assert len(found["associations"]) < 60_000


def test_the_preview_of_the_media_names_file_and_match(finished: Finished) -> None:
    preview = metadata(finished.hex)["media_library"]["preview"]
    (clip,) = (finished.workshop.library / HEX).rglob("*.mp4")
    assert escaped(clip.name) in preview
    assert "|auto|" in preview


def test_every_check_has_run_and_says_what_it_looked_at(finished: Finished) -> None:
    found = checks(finished.hex)
    assert set(found) == {
        key.name
        for key in defs.get_repository_def().asset_graph.asset_check_keys
        if key.asset_key.to_user_string() != REPORT
    }
    assert {name for name, check in found.items() if not check.passed} == {"few_failures"}
    assert all(check.metadata for check in found.values())


def test_a_check_of_a_players_asset_has_a_result_for_each_player(finished: Finished) -> None:
    assert checks(finished.hex)["few_failures"].partition == HEX
    assert checks(finished.ketan)["few_failures"].partition == KETAN
    assert checks(finished.ketan)["few_failures"].passed
    assert checks(finished.hex)["no_orphans"].partition is None


def test_failures_are_a_warning_that_names_the_command(finished: Finished) -> None:
    check = checks(finished.hex)["few_failures"]
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.description == "1 of 5 files failed; `media-assets failures` says why"
    assert check.metadata["failed"].value == 1


def test_the_checks_of_the_matches_look_at_the_configured_tables(finished: Finished) -> None:
    found = checks(finished.hex)
    assert found["no_orphans"].metadata["matches"].value == 4
    assert found["participants_complete"].metadata["matches"].value == 4
    assert found["events_complete"].metadata["films looked for"].value == 4
    assert found["gamertags_known"].metadata["humans"].value == 21
    assert found["numbers_agree"].metadata["matches"].value == 4
    assert found["tables_filled"].metadata["rows of match_participants"].value == 32
    assert found["no_duplicates"].metadata["highlight events"].value == 0
    for name in ("no_orphans", "no_duplicates", "tables_filled", "participants_complete",
                 "events_complete", "gamertags_known", "numbers_agree",
                 "player_tables_filled"):  # fmt: skip
        assert found[name].passed, name


def test_the_shared_tables_grow_by_nothing_with_the_second_player(finished: Finished) -> None:
    found = metadata(finished.ketan)
    assert found["match_history"]["recorded files read now"] == 0
    assert found["match_registry"]["rows written"] == 0
    assert found["match_registry"]["dagster/row_count"] == 4
    assert found["media_files"]["dagster/row_count"] == 1


def test_what_is_published_is_what_the_metadata_say(finished: Finished) -> None:
    folder = Path(metadata(finished.hex)["media_library"]["folder"])
    media = pl.read_parquet(folder / "media.parquet")
    assert media.height == ROWS["media_library"]
    assert media.filter(pl.col("error").is_not_null())["file_name"].to_list() == [BROKEN]


def test_a_value_that_would_be_pickled_fails_these_tests(workshop: Workshop) -> None:
    @dg.asset
    def careless() -> str:
        return "a value"

    more = dg.Definitions(assets=[careless], jobs=[dg.define_asset_job("one", "careless")])
    result = workshop.run(None, job="one", definitions=dg.Definitions.merge(DEFINITIONS, more))
    assert not result.success


def test_a_second_run_does_nothing_and_shows_the_same_pictures(finished: Finished) -> None:
    first = metadata(finished.hex)
    again = metadata(finished.workshop.run(HEX))
    done = {
        (asset, name): value
        for asset, values in again.items()
        for name, value in values.items()
        if name in WRITTEN and value
    }
    assert not done
    assert {asset: again[asset][name] for asset, name in PICTURES.items()} == {
        asset: first[asset][name] for asset, name in PICTURES.items()
    }


def test_one_stage_alone_leaves_the_others_untouched(workshop: Workshop) -> None:
    workshop.run(HEX, select=["media_files"])
    result = workshop.run(HEX, select=["image_metadata"])
    assert set(metadata(result)) == {"image_metadata"}
    assert metadata(result)["image_metadata"]["done now"] == 2
    database = workshop.platform.player_database(HEX)
    with duckdb.connect(str(database), read_only=True) as con:
        counts = {
            table: con.execute(f"SELECT count(*) FROM {table}").fetchone() for table in STAGE_NAMES
        }
    assert counts == {**dict.fromkeys(STAGE_NAMES, (0,)), "image_metadata": (2,)}
    rest = metadata(workshop.run(HEX, select=["image_metadata", "video_metadata"]))
    assert rest["image_metadata"]["done now"] == 0
    assert rest["video_metadata"]["done now"] == 1


def test_the_shared_tables_can_be_made_without_a_player(workshop: Workshop) -> None:
    workshop.run(HEX, select=["match_history"])
    result = workshop.run(None, job="__ASSET_JOB", select=SHARED_TABLES)
    assert result.success
    assert metadata(result)["match_registry"]["matches loaded now"] == 4


@pytest.mark.parametrize(
    ("job", "missing"),
    [
        ("rescan_library", {"match_registry", "player_match_stats", "match_library"}),
        ("sync_matches", {"media_files", "thumbnails", "capture_times"}),
    ],
)
def test_the_part_jobs_run_alone(job: str, missing: set[str], continued: Workshop) -> None:
    result = continued.run(KETAN, job=job)
    assert result.success
    assert not missing & set(metadata(result))
    assert metadata(result)["media_library"]["files"] > 0


def test_a_player_without_files_and_matches_runs(continued: Workshop) -> None:
    (continued.library / "Nobody").mkdir()
    result = continued.run("Nobody")
    found = metadata(result)
    assert result.success
    assert found["media_files"]["files by month"] == "*no files*"
    assert found["player_match_stats"]["form over time"] == "*no matches*"
    assert found["media_library"]["newest captures"] == "*no thumbnails*"
    assert "xuid" in found["player_match_stats"]["state"]


class TestMountGuard:
    """A scan that is not believed stops what would follow from it."""

    @pytest.fixture
    def unmounted(self, workshop: Workshop) -> Workshop:
        workshop.run(HEX, select=["media_files"])
        shutil.move(workshop.library / HEX, workshop.folder / "elsewhere")
        (workshop.library / HEX).mkdir()
        return workshop

    def test_it_stops_the_run_and_says_how_to_go_on(self, unmounted: Workshop) -> None:
        result = unmounted.run(HEX, select=["media_files", "image_metadata"])
        assert not result.success
        assert set(metadata(result)) == {"media_files"}
        check = checks(result)["library_is_mounted"]
        assert not check.passed
        assert f"media-assets run --player {HEX} --allow-mass-missing" in str(check.description)
        assert "is its disk mounted?" in str(check.metadata["reasons"].value)
        assert check.metadata["suspect folders"].value == 1
        assert metadata(result)["media_files"]["scan verdict"] == "suspect"
        assert metadata(result)["media_files"]["missing now"] == 0

    def test_the_run_goes_on_when_it_is_told_that_the_files_are_gone(
        self, unmounted: Workshop
    ) -> None:
        result = unmounted.run(
            HEX,
            select=["media_files", "image_metadata"],
            ops={"media_files": {"config": {"allow_mass_missing": True}}},
        )
        assert result.success
        assert set(metadata(result)) == {"media_files", "image_metadata"}
        assert metadata(result)["media_files"]["missing now"] == 5
        assert checks(result)["library_is_mounted"].passed

    def test_another_player_is_not_stopped(self, unmounted: Workshop) -> None:
        unmounted.run(HEX, select=["media_files"])
        assert unmounted.run(KETAN, select=["media_files"]).success
        key = dg.AssetCheckKey(dg.AssetKey("media_files"), "library_is_mounted")
        history = unmounted.instance.event_log_storage.get_asset_check_execution_history(
            key, limit=10
        )
        latest = {one.partition: one.status.value for one in reversed(history)}
        assert latest == {HEX: "FAILED", KETAN: "SUCCEEDED"}

    def test_the_files_come_back_with_the_disk(self, unmounted: Workshop) -> None:
        unmounted.run(HEX, select=["media_files"])
        (unmounted.library / HEX).rmdir()
        shutil.move(unmounted.folder / "elsewhere", unmounted.library / HEX)
        result = unmounted.run(HEX, select=["media_files"])
        assert result.success
        assert checks(result)["library_is_mounted"].passed
        assert metadata(result)["media_files"]["rows written"] == 1  # the verdict alone


def test_a_wrong_configuration_fails_the_step_with_file_and_key(workshop: Workshop) -> None:
    workshop.config_file.write_text("[library]\nrot = 'x'\n", "utf-8")
    result = workshop.run(HEX, select=["media_files"])
    failed = [event for event in result.all_node_events if event.is_step_failure]
    assert not result.success
    assert failed[0].step_failure_data.error is not None
    cause = failed[0].step_failure_data.error.cause
    assert cause is not None
    assert "media_assets.toml: key 'library.rot' is not known" in cause.message
