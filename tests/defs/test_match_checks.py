"""The promises about matches as checks: each passes, fails, and reports its figure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from media_assets.definitions import defs
from media_assets.defs.players.checks import MAX_QUERY_MS
from media_assets.orchestration.checks import LOOKED_AT
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.store.examples import examples

PLAYER, XUID = "Ada", "2533274790000001"
MATCH = "00000000-0000-0000-0000-000000000001"
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


@dataclass
class Place:
    """Tables that a test fills, and an instance without runs."""

    folder: Path
    instance: dg.DagsterInstance

    @property
    def config_file(self) -> Path:
        return self.folder / "media_assets.toml"

    @property
    def platform(self) -> Platform:
        return Platform.load(self.config_file)

    def shared(self, statement: str) -> None:
        with duckdb.connect(str(self.platform.shared_database())) as con:
            con.execute(statement)

    def own(self, statement: str) -> None:
        with duckdb.connect(str(self.platform.player_database(PLAYER))) as con:
            con.execute(statement)

    def add_match(self) -> None:
        """A match of two players with an event, as raw response and as rows."""
        self.shared(f"""
            INSERT INTO match_registry BY NAME SELECT '{MATCH}' AS match_id,
                TIMESTAMP '2026-01-01 20:00' AS start_time, start_time AS end_time,
                2 AS backfill_completed, true AS participants_loaded, true AS events_loaded,
                true AS medals_loaded, 1 AS player_count, start_time AS created_at,
                start_time AS updated_at;
            INSERT INTO match_participants BY NAME SELECT '{MATCH}' AS match_id, xuid,
                false AS is_bot, 'Somebody' AS gamertag, 5 AS kills
                FROM (VALUES ('{XUID}'), ('2')) players(xuid);
            INSERT INTO highlight_events BY NAME SELECT '{MATCH}' AS match_id, 0 AS seq,
                'kill' AS event_type, 1 AS time_ms, '{XUID}' AS xuid;
        """)
        self.own(f"""
            INSERT INTO player_match_stats BY NAME SELECT '{MATCH}' AS match_id, '{XUID}' AS xuid,
                TIMESTAMP '2026-01-01 20:00' AS start_time, start_time AS end_time,
                start_time AS joined_at, start_time AS left_at, '{MATCH}' AS session_id,
                0 AS with_friends, 5 AS kills;
        """)
        for name in ("map", "mode", "playlist"):
            self.own(f"INSERT INTO stats_by_{name} BY NAME SELECT 'x' AS {name}, {_TALLY}")
        self.own(f"INSERT INTO stats_by_hour BY NAME SELECT 1 AS weekday, 20 AS hour, {_TALLY}")
        raw = self.platform.places.raw_matches / MATCH
        raw.mkdir(parents=True)
        players = [{"PlayerId": f"xuid({xuid})"} for xuid in (XUID, "2")]
        (raw / "stats.json").write_text(json.dumps({"MatchId": MATCH, "Players": players}))
        (raw / "film_38.gzip").touch()

    def check(self, name: str, asset: str) -> dg.AssetCheckEvaluation:
        """Evaluate one check, alone."""
        result = job_of(name, asset).execute_in_process(
            instance=self.instance,
            tags={"dagster/partition": PLAYER},
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {"platform": {"config": {"config_file": str(self.config_file)}}},
            },
        )
        (evaluation,) = result.get_asset_check_evaluations()
        return evaluation

    def report(self, asset: str, rows: int, partition: str | None = None) -> None:
        """What an earlier run said of a table."""
        metadata = {"dagster/row_count": rows}
        self.instance.report_runless_asset_event(
            dg.AssetMaterialization(asset, partition=partition, metadata=metadata)
        )


@cache
def job_of(check: str, asset: str) -> dg.JobDefinition:
    """A job of one check without its asset."""
    key = dg.AssetCheckKey(dg.AssetKey(asset), check)
    job = dg.define_asset_job(f"only_{check}", dg.AssetSelection.checks(key))
    return dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def(job.name)


_TALLY = """1 AS matches, 0 AS wins, 0 AS losses, 0 AS ties, 0 AS unfinished, 5 AS kills,
    TIMESTAMP '2026-01-01 20:00' AS first_played, first_played AS last_played"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "media_assets.toml").write_text(f'[players.{PLAYER}]\nxuid = "{XUID}"\n', "utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        found = Place(tmp_path, instance)
        found.add_match()
        yield found


CHECKS = {
    "no_orphans": ("match_registry", "DELETE FROM match_registry", "orphans", 3),
    "participants_complete": ("match_participants",
                              "DELETE FROM match_participants WHERE xuid = '2'", "wrong", 1),
    "events_complete": ("highlight_events", "DELETE FROM highlight_events", "without rows", 1),
    "no_duplicates": ("match_registry",
                      "CREATE TABLE twice AS FROM highlight_events UNION ALL FROM highlight_events;"
                      "DROP TABLE highlight_events;"
                      "ALTER TABLE twice RENAME TO highlight_events", "highlight events", 1),
    "gamertags_known": ("xuid_aliases",
                        "UPDATE match_participants SET gamertag = NULL WHERE xuid = '2'", "share",
                        0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_of_the_shared_tables_passes_and_fails(place: Place, name: str) -> None:
    asset, damage, figure, value = CHECKS[name]
    before = place.check(name, asset)
    assert before.passed
    assert before.metadata[figure].value == (1.0 if figure == "share" else 0)
    place.shared(damage)
    after = place.check(name, asset)
    assert not after.passed
    assert after.metadata[figure].value == value
    assert after.severity == (WARN if name == "gamertags_known" else ERROR)


@pytest.mark.parametrize(
    ("damage", "figure"),
    [
        ("UPDATE player_match_stats SET kills = 6", "different"),
        ("DELETE FROM player_match_stats", "missing"),
        ("UPDATE stats_by_map SET matches = 2", "miscounted"),
    ],
)
def test_the_players_numbers_are_the_participants(place: Place, damage: str, figure: str) -> None:
    before = place.check("numbers_agree", "player_match_stats")
    assert before.passed
    assert before.partition == PLAYER
    assert before.metadata["matches"].value == 1
    place.own(damage)
    after = place.check("numbers_agree", "player_match_stats")
    assert not after.passed
    assert after.metadata[figure].value == 1


def test_the_example_queries_are_timed(place: Place) -> None:
    check = place.check("examples_answer", "media_library")
    assert (check.passed, check.metadata["queries"].value) == (True, 0)  # nothing is published yet
    publish_shared(place.platform)
    publish_player(place.platform, PLAYER)
    check = place.check("examples_answer", "media_library")
    asked = {name: value.value for name, value in check.metadata.items() if name in examples()}
    assert set(asked) == set(examples())
    assert check.metadata["slowest, ms"].value == max(asked.values()) > 0
    assert check.passed == (max(asked.values()) < MAX_QUERY_MS)
    assert check.severity == WARN


class TestTablesFilled:
    """A table that had rows in an earlier run has rows now."""

    def test_of_the_shared_tables(self, place: Place) -> None:
        place.report("medals_earned", 0)
        place.report("highlight_events", 9)
        assert place.check("tables_filled", "match_registry").passed
        place.shared("DELETE FROM highlight_events")
        place.report("highlight_events", 0)
        check = place.check("tables_filled", "match_registry")
        assert not check.passed
        assert check.description == "empty now, but not before: highlight_events"
        assert check.metadata["rows of highlight_events"].value == 0
        assert check.metadata["emptied"].value == 1

    def test_long_ago_does_not_count(self, place: Place) -> None:
        place.report("medals_earned", 9)
        for _ in range(LOOKED_AT):
            place.report("medals_earned", 0)
        assert place.check("tables_filled", "match_registry").passed

    def test_of_a_players_tables(self, place: Place) -> None:
        place.instance.add_dynamic_partitions("players", [PLAYER, "Ben"])
        place.report("player_sessions", 9, "Ben")
        assert place.check("player_tables_filled", "player_match_stats").passed
        place.report("player_sessions", 9, PLAYER)
        check = place.check("player_tables_filled", "player_match_stats")
        assert not check.passed
        assert check.metadata["emptied"].value == 1
