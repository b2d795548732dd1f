"""Recorded files to shared tables to a player's numbers, through the production schema."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import match_shapes as shapes
import pytest

from media_assets.settings import EngineSettings, MatchSettings, PlayerSettings, Settings
from media_assets.stages.load_matches import LoadReport, load_matches
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import (
    derive_history,
    find_players,
    unusable_folders,
    xuid_of,
)
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.stages.take_in import TakeInReport, take_in
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.tables.statistics import STATS_BY_MAP

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FILM = [
    shapes.event("kill", 1000, 1, "Ana"), shapes.event("death", 1002, 2, "Ben"),
    shapes.event("kill", 5000, 2, "Ben"), shapes.event("death", 5001, 1, "Ana"),
    shapes.event("mode", 6543, 1, "Ana"),
]  # fmt: skip


class Records:
    """A folder of recorded files and the platform over it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "matches"
        self.folder.mkdir()
        players = {
            name: PlayerSettings(xuid=str(shapes.xuid(number)))
            for number, name in enumerate(("ana", "ben"), start=1)
        }
        self.platform = Platform(
            Settings(base=base, players=players, engine=EngineSettings(workers=1)),
            clock=lambda: NOW,
        )

    def write(self, name: str, value: object) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())

    def add_match(self, number: int) -> None:
        people = [shapes.player(1), shapes.player(2, team=1), shapes.player(3)]
        self.write(f"{number}/stats.json", shapes.stats(people, match=number))

    def load(self) -> tuple[TakeInReport, LoadReport]:
        return take_in(self.platform), load_matches(self.platform, "ana")

    def shared(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.platform.places.shared_database), read_only=True) as con:
            return con.execute(query).fetchall()


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path)


def test_a_match_is_stored_once_for_all_players(records: Records) -> None:
    records.add_match(1)
    records.write(f"films/38_{shapes.match_id(1)}.gzip", shapes.film_chunk(FILM))
    taken, loaded = records.load()
    assert (taken.new, taken.failed) == (2, 0)
    assert (loaded.matches, loaded.failed) == (1, 0)
    assert records.shared(
        "SELECT player_count, events_loaded, first_sync_by FROM match_registry"
    ) == [(2, True, "ana")]
    assert records.shared("SELECT count(*) FROM match_participants") == [(3,)]
    assert records.shared("SELECT seq, event_type FROM highlight_events ORDER BY seq") == [
        (0, "kill"), (1, "death"), (2, "kill"), (3, "death"), (4, "mode"),
    ]  # fmt: skip
    assert records.shared("SELECT sum(kill_count) FROM killer_victim_pairs") == [(2,)]
    assert records.shared("SELECT gamertag FROM match_participants ORDER BY xuid") == [
        ("Ana",), ("Ben",), (None,),
    ]  # fmt: skip


def test_nothing_is_read_or_written_twice(records: Records) -> None:
    for number in range(1, 4):
        records.add_match(number)
    records.load()
    file = records.platform.places.shared_database
    before = file.stat().st_mtime_ns
    taken, loaded = records.load()
    assert (taken.seen, taken.new) == (3, 0)
    assert (loaded.matches, loaded.renamed) == (0, 0)
    assert file.stat().st_mtime_ns == before


def test_a_film_and_names_that_come_later_are_added(records: Records) -> None:
    records.add_match(1)
    records.load()
    assert records.shared("SELECT events_loaded, map_name FROM match_registry") == [(False, None)]
    records.write(f"38_{shapes.match_id(1)}.gzip", shapes.film_chunk(FILM))
    records.write(
        "map.json",
        {"AssetId": shapes.match_id(10), "VersionId": shapes.match_id(11), "PublicName": "Bazaar",
         "CustomData": {"NumOfObjectsOnMap": 3}},
    )  # fmt: skip
    records.write("users.json", [{"xuid": str(shapes.xuid(3)), "gamertag": "Cleo"}])
    records.load()
    assert records.shared("SELECT events_loaded, map_name FROM match_registry") == [
        (True, "Bazaar")
    ]
    assert records.shared(
        f"SELECT gamertag FROM match_participants WHERE xuid = '{shapes.xuid(3)}'"
    ) == [("Cleo",)]


def test_a_broken_file_is_named_and_stops_nothing(records: Records) -> None:
    records.add_match(1)
    records.write("broken.json", b'{"MatchId": ')
    records.write(f"38_{shapes.match_id(2)}.gzip", b"no film")
    taken, loaded = records.load()
    assert (taken.failed, loaded.matches) == (2, 1)
    rows = records.shared(
        "SELECT file_path, message FROM source_files WHERE error_class IS NOT NULL ORDER BY 1"
    )
    assert [Path(str(path)).name for path, _ in rows] == [
        f"38_{shapes.match_id(2)}.gzip", "broken.json",
    ]  # fmt: skip
    assert all(message for _, message in rows)
    assert take_in(records.platform).new == 0


def test_a_repaired_file_is_read_again(records: Records) -> None:
    records.write("1/stats.json", b"{")
    records.load()
    records.add_match(1)
    taken, loaded = records.load()
    assert (taken.new, taken.failed, loaded.matches) == (1, 0, 1)
    assert records.shared("SELECT count(*) FROM source_files WHERE error_class IS NOT NULL") == [
        (0,)
    ]


def test_the_tables_are_built_again_from_what_was_kept(records: Records) -> None:
    records.add_match(1)
    records.write(f"38_{shapes.match_id(1)}.gzip", shapes.film_chunk(FILM))
    records.load()
    tables = ("match_participants", "highlight_events", "killer_victim_pairs", "xuid_aliases")
    before = [records.shared(f"FROM {table} ORDER BY ALL") for table in tables]
    records.platform.places.shared_database.unlink()
    for path in sorted(records.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    records.load()
    assert [records.shared(f"FROM {table} ORDER BY ALL") for table in tables] == before


def test_a_players_tables_follow_from_the_shared_ones(records: Records) -> None:
    for number in range(1, 3):
        records.add_match(number)
        records.write(f"38_{shapes.match_id(number)}.gzip", shapes.film_chunk(FILM))
    records.load()
    rows = {"player_match_stats": 2, "player_sessions": 1, "teammates_aggregate": 1,
            "antagonists": 1}  # fmt: skip
    assert derive_history(records.platform, "ana").rows == 2
    derived = derive_tables(records.platform, "ana")
    assert {name: derived[name].rows for name in rows} == rows
    again = [derive_history(records.platform, "ana"),
             *derive_tables(records.platform, "ana").values()]  # fmt: skip
    assert {(report.written, report.deleted) for report in again} == {(0, 0)}


def test_a_table_alone_follows_from_the_stored_numbers(records: Records) -> None:
    records.add_match(1)
    records.load()
    chosen = derive_tables(records.platform, "ana", [STATS_BY_MAP])
    assert {name: report.rows for name, report in chosen.items()} == {"stats_by_map": 0}
    derive_tables(records.platform, "ana", [PLAYER_MATCH_STATS])
    assert derive_tables(records.platform, "ana", [STATS_BY_MAP])["stats_by_map"].written == 1


def test_medals_of_a_player_are_a_view_over_the_shared_table(records: Records) -> None:
    medals = shapes.core(Medals=[shapes.medal(3_233_952_928, 2)])
    records.write("s.json", shapes.stats([shapes.player(1, stats=[medals]), shapes.player(2)]))
    records.load()
    derive_tables(records.platform, "ana")
    with duckdb.connect(str(records.platform.places.player_database("ana"))) as con:
        con.execute(f"ATTACH '{records.platform.places.shared_database}' AS shared (READ_ONLY)")
        assert con.execute("FROM medals_earned").fetchall() == [
            (shapes.match_id(1), 3_233_952_928, 2)
        ]


def test_publishing_replaces_only_what_changed(records: Records) -> None:
    records.add_match(1)
    records.load()
    derive_tables(records.platform, "ana")
    first = publish_player(records.platform, "ana"), publish_shared(records.platform)
    assert all(file.written for report in first for file in report.files)
    second = publish_player(records.platform, "ana"), publish_shared(records.platform)
    assert [report.written for report in second] == [0, 0]
    records.add_match(2)
    records.load()
    changed = {file.file.stem for file in publish_shared(records.platform).files if file.written}
    assert changed == {"match_registry", "match_participants", "source_files"}


def test_a_player_without_xuid_is_known_by_the_gamertag(records: Records) -> None:
    (records.base / "library" / "CLEO").mkdir(parents=True)
    records.write("users.json", [{"xuid": str(shapes.xuid(3)), "gamertag": "Cleo"}])
    records.add_match(1)
    records.load()
    assert find_players(records.platform) == ["CLEO", "ana", "ben"]
    assert xuid_of(records.platform, "CLEO") == str(shapes.xuid(3))
    assert derive_tables(records.platform, "CLEO")["player_match_stats"].rows == 1
    nobody = derive_tables(records.platform, "nobody")
    assert all(report.reason for report in nobody.values())


def test_no_folder_of_matches_is_no_error(records: Records) -> None:
    records.folder.rmdir()
    taken, loaded = records.load()
    assert taken.absent is not None
    assert str(records.folder) in taken.absent
    assert loaded.matches == 0


def test_with_the_live_source_recorded_files_are_left_alone(records: Records) -> None:
    records.add_match(1)
    settings = records.platform.settings.model_copy(update={"matches": MatchSettings(source="api")})
    assert take_in(Platform(settings)).seen == 0


@pytest.mark.parametrize("name", ["shared", "Shared", "a...b", "tab\there"])
def test_a_folder_that_cannot_be_a_player_is_left_out_and_named(
    records: Records, name: str
) -> None:
    (records.base / "library" / name).mkdir(parents=True)
    assert find_players(records.platform) == ["ana", "ben"]
    assert list(unusable_folders(records.platform)) == [name]


def test_a_player_who_was_known_stays_known_without_a_folder(records: Records) -> None:
    (records.base / "library" / "cleo").mkdir(parents=True)
    records.platform.player_database("cleo")
    (records.base / "library" / "cleo").rmdir()
    assert find_players(records.platform) == ["ana", "ben", "cleo"]


def test_statistics_that_cannot_be_used_make_room_for_better_ones(records: Records) -> None:
    people = [shapes.player(1, stats=[shapes.core(Kills="many")])]
    records.write("1/stats.json", shapes.stats(people, match=1))
    assert records.load()[1].failed == 1
    assert records.load()[1].failed == 0
    records.add_match(1)
    assert records.load()[1].matches == 1
    assert records.shared("SELECT count(*) FROM source_files WHERE error_class IS NOT NULL") == [
        (0,)
    ]


def test_raw_files_in_the_wrong_place_stop_no_other_match(records: Records) -> None:
    """Copied by hand: statistics in another match's folder, and a folder in capital letters."""
    records.add_match(1)
    records.load()
    raw = records.platform.places.raw_matches
    stats = (raw / shapes.match_id(1) / "stats.json").read_bytes()
    for name in (shapes.match_id(2), shapes.match_id(1).upper()):
        (raw / name).mkdir(exist_ok=True)
        (raw / name / "stats.json").write_bytes(stats)
    records.add_match(3)
    loaded = records.load()[1]
    assert (loaded.matches, loaded.failed) == (1, 1)
    assert records.shared("SELECT count(*) FROM match_registry") == [(2,)]
    assert records.shared(
        "SELECT match_id, message FROM source_files WHERE error_class IS NOT NULL"
    ) == [(shapes.match_id(2), f"stats.json is that of another match: {shapes.match_id(1)}")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_could_not_be_read_is_tried_again(records: Records) -> None:
    records.add_match(1)
    file = records.folder / "1" / "stats.json"
    file.chmod(0)
    assert records.load()[0].failed == 1
    file.chmod(0o600)
    taken, loaded = records.load()
    assert (taken.failed, loaded.matches) == (0, 1)


def test_a_file_of_a_far_future_stops_nothing(records: Records) -> None:
    records.add_match(1)
    os.utime(records.folder / "1" / "stats.json", ns=(0, 2**63 + 5))
    taken, loaded = records.load()
    assert (taken.failed, loaded.matches) == (0, 1)
    assert take_in(records.platform).new == 0
