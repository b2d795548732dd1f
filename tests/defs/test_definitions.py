"""What Dagster is told: a change of a name here is a decision, not an accident."""

import subprocess
import sys

import dagster as dg
import pytest

from media_assets.definitions import defs
from media_assets.orchestration.tables import column_schema
from media_assets.stages.catalog import STAGES
from media_assets.store.spec import Column
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.land_view import LAND_COLUMNS
from media_assets.store.tables.levelup import LEVELUP_PLAYERS
from media_assets.store.tables.media_view import MEDIA_COLUMNS

GROUPS = {
    "web": {"web_sources", "web_places", "web_media", "land_jobs", "land_media"},
    "library": {"media_files"},
    "analysis": {
        "image_metadata", "video_metadata", "audio_metadata", "embedded_covers", "thumbnails",
        "media_vectors", "audio_features",
    },
    "music": {
        "tracks", "track_artists", "artists", "albums", "covers", "shared_albums",
        "shared_artists",
    },
    "matches": {
        "match_history", "match_registry", "match_participants", "highlight_events",
        "medals_earned", "personal_scores", "killer_victim_pairs", "xuid_aliases",
    },
    "players": {
        "player_match_stats", "player_sessions", "teammates_aggregate", "antagonists",
        "stats_by_map", "stats_by_mode", "stats_by_playlist", "stats_by_hour", "match_streaks",
        "match_impact", "personal_score_awards", "expectations", "career_ranks",
    },
    "captures": {
        "capture_times", "media_matches", "duplicates", "shared_duplicates", "shared_captures",
        "match_captures",
    },
    "vectors": {"media_embeddings", "media_neighbors", "search_index"},
    "published": {"media_library", "vector_library", "match_library"},
    "migration": {"levelup_migration"},
}  # fmt: skip
SHARED = (GROUPS["matches"] - {"match_history"}) | {
    "match_library", "shared_duplicates", "shared_captures", "match_captures", "shared_albums",
    "shared_artists",
}  # fmt: skip
ALL = set().union(*GROUPS.values())

JOBS = {
    "refresh_player": ALL - GROUPS["migration"],
    "rescan_library": GROUPS["web"] | GROUPS["library"] | GROUPS["analysis"] | GROUPS["captures"]
    | GROUPS["music"] | GROUPS["vectors"] | {"media_library", "vector_library"},
    "sync_matches": GROUPS["matches"] | GROUPS["players"]
    | {"media_matches", "shared_captures", "match_captures", "media_library", "match_library"},
    "take_over_levelup": GROUPS["migration"],
    "prune_run_history": set(),
    "verify_originals": set(),
}  # fmt: skip

CHECKS = {
    ("web_sources", "lists_can_be_read"): "reports",
    ("web_media", "media_can_be_had"): "reports",
    ("media_files", "library_is_mounted"): "blocking",
    ("media_files", "library_did_not_shrink"): "reports",
    ("media_files", "originals_intact"): "reports",
    ("image_metadata", "few_failures"): "reports",
    ("thumbnails", "thumbnail_coverage"): "reports",
    ("thumbnails", "thumbnails_open"): "reports",
    ("thumbnails", "derived_size"): "reports",
    ("audio_features", "most_music_is_heard"): "reports",
    ("audio_features", "features_are_there_or_explained"): "reports",
    ("match_history", "matches_are_fetched"): "reports",
    ("match_registry", "no_orphans"): "reports",
    ("match_registry", "no_duplicates"): "reports",
    ("match_registry", "tables_filled"): "reports",
    ("match_participants", "participants_complete"): "reports",
    ("highlight_events", "events_complete"): "reports",
    ("xuid_aliases", "gamertags_known"): "reports",
    ("player_match_stats", "numbers_agree"): "reports",
    ("player_match_stats", "player_tables_filled"): "reports",
    ("media_library", "examples_answer"): "reports",
    ("capture_times", "capture_times_plausible"): "reports",
    ("capture_times", "zone_fits"): "reports",
    ("media_matches", "association_rate"): "reports",
    ("duplicates", "duplicates_verified"): "reports",
    ("shared_duplicates", "shared_duplicates_verified"): "reports",
    ("tracks", "fields_tagged"): "reports",
    ("tracks", "music_holds_together"): "reports",
    ("covers", "covers_open"): "reports",
    ("shared_albums", "shared_music_counted"): "reports",
    ("media_neighbors", "vector_coverage"): "reports",
    ("media_neighbors", "neighbors_hold"): "reports",
    ("search_index", "index_answers"): "reports",
    ("levelup_migration", "coverage_whole"): "reports",
    ("levelup_migration", "no_rows_lost"): "reports",
    ("levelup_migration", "no_duplicates"): "reports",
    ("levelup_migration", "no_orphans"): "reports",
    ("levelup_migration", "sums_equal"): "reports",
}

SENSORS = {"changed_libraries", "failed_runs", "unfinished_syncs"}
SCHEDULES = {"hourly_rescan": "*/5 * * * *", "daily_pruning": "30 3 * * *",
             "hourly_sync": "*/5 * * * *",
             "nightly_verification": "0 2 * * *"}  # fmt: skip

COLUMNS: dict[str, tuple[tuple[Column, ...], tuple[str, ...]]] = {
    **{
        table.name: (table.columns, table.key)
        for table in (*tables_of("player"), *tables_of("shared"))
        if table.name in ALL
    },
    "media_embeddings": (MEDIA_VECTORS.columns, MEDIA_VECTORS.key),
    "media_library": (MEDIA_COLUMNS, ("media_id",)),
    "land_media": (LAND_COLUMNS, ("url",)),
    "vector_library": (MEDIA_VECTORS.columns, MEDIA_VECTORS.key),
    "levelup_migration": (LEVELUP_PLAYERS.columns, LEVELUP_PLAYERS.key),
}


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return defs.get_repository_def()


def test_definitions_load_with_warnings_as_errors() -> None:
    code = (
        "import dagster as dg; from media_assets.definitions import defs; "
        "dg.Definitions.validate_loadable(defs)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_assets_and_their_groups(specs: dict[str, dg.AssetSpec]) -> None:
    groups: dict[str, set[str]] = {}
    for name, spec in specs.items():
        groups.setdefault(str(spec.group_name), set()).add(name)
    assert groups == GROUPS


def test_everything_but_the_shared_tables_is_partitioned_by_player(
    specs: dict[str, dg.AssetSpec],
) -> None:
    assert {name for name, spec in specs.items() if spec.partitions_def is None} == SHARED
    names = {spec.partitions_def.name for spec in specs.values() if spec.partitions_def}
    assert names == {"players"}


def test_jobs_and_their_assets(repository: dg.RepositoryDefinition) -> None:
    jobs = {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}
    found = {
        name: {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
        for name, job in jobs.items()
    }
    assert found == JOBS
    assert all(job.description for job in jobs.values())


def test_checks(repository: dg.RepositoryDefinition) -> None:
    checks = {
        (spec.asset_key.to_user_string(), spec.name): "blocking" if spec.blocking else "reports"
        for spec in repository.asset_graph.asset_check_keys
        for spec in [repository.asset_graph.get_check_spec(spec)]
    }
    assert checks == CHECKS
    for key in repository.asset_graph.asset_check_keys:
        spec = repository.asset_graph.get_check_spec(key)
        assert spec.description, key
        of_a_player = spec.asset_key.to_user_string() not in SHARED
        assert (spec.partitions_def is not None) == of_a_player, key


def test_sensors_and_schedules(repository: dg.RepositoryDefinition) -> None:
    assert {sensor.name for sensor in repository.sensor_defs} == SENSORS
    assert {one.name: one.cron_schedule for one in repository.schedule_defs} == SCHEDULES
    for automation in (*repository.sensor_defs, *repository.schedule_defs):
        assert automation.description
        assert automation.default_status.value == "STOPPED"


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_asset_says_what_it_is(name: str, specs: dict[str, dg.AssetSpec]) -> None:
    spec = specs[name]
    assert spec.description
    assert spec.description.startswith("One row is "), spec.description
    assert spec.owners == ["team:media-assets"]
    assert {"duckdb", "parquet"} & spec.kinds
    assert spec.code_version


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_the_column_schema_is_that_of_the_table(name: str, specs: dict[str, dg.AssetSpec]) -> None:
    columns, key = COLUMNS[name]
    schema = specs[name].metadata["dagster/column_schema"]
    assert schema == column_schema(columns, key)
    assert [(column.name, column.type) for column in schema.columns] == [
        (column.name, column.type) for column in columns
    ]
    assert all(column.description for column in schema.columns)
    for column in columns:
        shown = next(one for one in schema.columns if one.name == column.name)
        assert shown.constraints.nullable is not column.required
        assert column.unit is None or f"({column.unit})" in str(shown.description)


def test_every_table_of_the_graph_has_a_column_schema() -> None:
    assert set(COLUMNS) == ALL - {"match_library"}  # its files are those of the shared tables


def test_the_code_version_of_an_analysis_asset_is_that_of_its_stage(
    specs: dict[str, dg.AssetSpec],
) -> None:
    assert {stage.name: specs[stage.name].code_version for stage in STAGES} == {
        stage.name: str(stage.version) for stage in STAGES
    }


def test_the_graph_has_one_way_in_for_files_one_for_matches_and_one_for_old_databases(
    specs: dict[str, dg.AssetSpec],
) -> None:
    assert {name for name, spec in specs.items() if not list(spec.deps)} == {
        "web_sources", "web_places", "match_history", "levelup_migration",
    }  # fmt: skip


def test_all_that_belongs_to_a_player_is_published(specs: dict[str, dg.AssetSpec]) -> None:
    early, late = (
        {dep.asset_key.to_user_string() for dep in specs[name].deps}
        for name in ("media_library", "vector_library")
    )
    assert early | late == ALL - SHARED - GROUPS["migration"] - GROUPS["web"] - {"vector_library"}
    assert early & late == set()


def test_what_takes_minutes_is_published_before_what_takes_hours_begins(
    repository: dg.RepositoryDefinition,
) -> None:
    """Both in one run: the slow ones come last, and only `vector_library` waits for them."""
    slow = {"audio_features", "media_embeddings"}
    graph = repository.asset_graph
    below = set().union(*(graph.get(dg.AssetKey(name)).child_keys for name in slow))
    assert {key.to_user_string() for key in below} == {"media_neighbors", "vector_library"}
    job = repository.get_job("refresh_player")
    late = {node.name for node in job.nodes if node.tags.get("dagster/priority")}
    assert late == slow


def test_the_configuration_of_a_run_is_described(repository: dg.RepositoryDefinition) -> None:
    node = repository.get_job("refresh_player").get_node_named("media_files")
    field = node.definition.config_schema.config_type.fields["allow_mass_missing"]  # type: ignore[union-attr]
    assert "mount guard" in str(field.description)
    assert field.default_value is False
    sync = repository.get_job("sync_matches").get_node_named("match_history")
    full = sync.definition.config_schema.config_type.fields["full"]  # type: ignore[union-attr]
    assert "refused for good" in str(full.description)
    assert full.default_value is False
