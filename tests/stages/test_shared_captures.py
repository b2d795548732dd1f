"""Captures and matches of several players stand once, with everybody who shares them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from associated_player import new_databases

from media_assets.settings import PlayerSettings, Settings
from media_assets.stages.platform import Platform
from media_assets.stages.shared_captures import SharedCapturesReport, collect_shared_captures
from media_assets.store.connect import connect, transaction
from media_assets.store.publish import publish
from media_assets.store.tables.captures import CAPTURE_TIMES, MEDIA_MATCHES
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.tables.matches import MATCH_PARTICIPANTS, MATCH_REGISTRY
from media_assets.store.write import insert

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None)
SHOWN = {"assigned": 0, "accepted": 1, "auto": 2, "review": 3}
Row = dict[str, object]


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else DAY + timedelta(seconds=seconds)


@dataclass
class File:
    """One media; `content` None: it was not hashed. `matches`: role and decision of each."""

    content: str | None
    taken: float | None = 0.0
    quality: float = 0.9
    matches: dict[str, tuple[str, str]] = field(default_factory=dict)
    kind: str = "image"
    status: str = "present"
    size: int = 100


Players = dict[str, dict[str, File]]


class Shared:
    """Several players' published tables, and the matches that they played."""

    def __init__(self, base: Path, xuids: dict[str, str]) -> None:
        players = {name: PlayerSettings(xuid=xuid) for name, xuid in xuids.items()}
        self.settings = Settings(base=base, players=players)
        self.platform = Platform(self.settings, clock=lambda: NOW)
        self.files = {name: self.platform.places.player_database(name) for name in xuids}
        self.shared = self.platform.places.shared_database
        player, shared = new_databases()
        for file, content in ((self.shared, shared), *((f, player) for f in self.files.values())):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def play(self, matches: dict[str, list[str]]) -> None:
        """Who took part, by xuid; matches start an hour apart."""
        starts = {match: at(3600.0 * place) for place, match in enumerate(matches)}
        with connect(self.shared) as con, transaction(con):
            con.execute("DELETE FROM match_registry; DELETE FROM match_participants")
            insert(con, MATCH_REGISTRY, pl.DataFrame(
                [{"match_id": match, "start_time": start, **REQUIRED[MATCH_REGISTRY.name]}
                 for match, start in starts.items()]))  # fmt: skip
            insert(con, MATCH_PARTICIPANTS, pl.DataFrame(
                [{"match_id": match, "xuid": xuid, **REQUIRED[MATCH_PARTICIPANTS.name]}
                 for match, there in matches.items() for xuid in there]))  # fmt: skip

    def own(self, player: str, files: dict[str, File]) -> None:
        """The player's media, published."""
        rows = {MEDIA_FILES: [], CAPTURE_TIMES: [], MEDIA_MATCHES: []}  # type: ignore[var-annotated]
        for media_id, file in files.items():
            rows[MEDIA_FILES].append({
                "media_id": media_id, "player": player, "path_bytes": b"", "folder": "/",
                "file_path": f"/{media_id}", "file_name": media_id, "file_ext": "",
                "kind": file.kind, "file_size": file.size, "mtime_ns": 0, "status": file.status,
                "file_hash": file.content, "first_seen_at": DAY, "last_scan_at": DAY,
            })  # fmt: skip
            rows[CAPTURE_TIMES].append({
                "media_id": media_id, "capture_start_utc": at(file.taken),
                "capture_end_utc": at(file.taken), "time_quality": file.quality, "inputs": "",
                "computed_at": DAY,
            })  # fmt: skip
            rows[MEDIA_MATCHES] += [
                {"media_id": media_id, "match_id": match, "role": role, "decision": decision,
                 "match_start_time": DAY, "confidence": 0.9, "inside_share": 1.0,
                 "time_quality": 0.9, "title_factor": 1.0, "associated_at": DAY}
                for match, (role, decision) in file.matches.items()
            ]  # fmt: skip
        with connect(self.files[player]) as con, transaction(con):
            for table, found in rows.items():
                con.execute(f"DELETE FROM {table.name}")
                if found:
                    insert(con, table, pl.DataFrame(found, infer_schema_length=None))
        queries = {table.name: f"FROM {table.name}" for table in rows}
        publish(self.files[player], queries, self.platform.places.published(player))

    def collect(self) -> SharedCapturesReport:
        return collect_shared_captures(self.platform)

    def table(self, name: str) -> dict[str, Row]:
        """Published rows by their key, without the time of writing."""
        rows = pl.read_parquet(self.platform.places.published_shared / f"{name}.parquet")
        return {row.pop(rows.columns[0]): row for row in rows.drop("collected_at").to_dicts()}


REQUIRED: dict[str, Row] = {
    MATCH_REGISTRY.name: {},
    MATCH_PARTICIPANTS.name: {},
}
for table in (MATCH_REGISTRY, MATCH_PARTICIPANTS):
    defaults = {"BOOLEAN": False, "TIMESTAMP": DAY, "VARCHAR": ""}
    REQUIRED[table.name] = {
        column.name: defaults.get(column.type, 0)
        for column in table.columns
        if column.required and column.name not in {"match_id", "xuid", "start_time"}
    }


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    made = Shared(tmp_path, {"ana": "1", "ben": "2", "cy": "3"})
    made.play({"first": ["1", "2", "9"], "second": ["2", "3"], "others": ["9"], "third": ["1"]})
    return made


def fill(shared: Shared) -> None:
    """A screenshot that all have, one of them twice, and others of one player."""
    auto = {"first": ("main", "auto")}
    shared.own("ana", {
        "a1": File("goal", 20.0, 0.5, auto),
        "a2": File("goal", None, 0.0),
        "a3": File("own", 10.0, matches={"first": ("secondary", "review"),
                                         "third": ("main", "accepted")}, kind="video"),
        "a4": File("menu", 30.0, matches={"third": ("main", "candidate"),
                                          "first": ("runner_up", "candidate")}),
    })  # fmt: skip
    shared.own("ben", {
        "b1": File("goal", 5.0, 0.9, {"first": ("main", "assigned")}),
        "b2": File("gone", 40.0, matches=auto, status="missing"),
        "b3": File("empty", 40.0, matches=auto, size=0),
        "b4": File("song", None, kind="audio"),
        "b5": File(None, 7.0, matches=auto),
        "b6": File("a timeless one", None, 0.0, {"first": ("main", "assigned")}),
    })  # fmt: skip
    shared.own("cy", {"c1": File("goal", 20.0, 0.2, {"second": ("main", "rejected")})})


def test_a_file_of_several_players_stands_once_with_all_of_them(shared: Shared) -> None:
    fill(shared)
    assert shared.collect().captures_of_several == 1
    found = shared.table("shared_captures")
    assert set(found) == {"goal", "own", "menu", "b5", "a timeless one"}
    assert found["goal"] == {
        "kind": "image",
        "file_size": 100,
        "capture_start_utc": at(5.0),  # ben's time is trusted most
        "capture_end_utc": at(5.0),
        "players": ["ana", "ben", "cy"],
        "media_ids": ["a1", "a2", "b1", "c1"],
        "owners": ["ana", "ana", "ben", "cy"],
        "file_paths": ["/a1", "/a2", "/b1", "/c1"],
        "match_ids": ["first", None, "first", None],
        "decisions": ["auto", None, "assigned", None],
    }
    assert found["own"]["match_ids"] == ["third"]
    assert found["menu"]["match_ids"] == [None]


def test_a_match_of_several_players_stands_once_with_all_captures_of_it(shared: Shared) -> None:
    fill(shared)
    assert shared.collect().matches_of_several == 2
    assert shared.table("match_captures") == {
        "first": {
            "match_start_time": at(0),
            "players": ["ana", "ben"],
            "captured_by": ["ana", "ben"],
            "captures": 4,
            "content_ids": ["goal", "b5", "own", "a timeless one"],
            "media_ids": ["a1", "b5", "a3", "b6"],
            "decisions": ["assigned", "auto", "review", "assigned"],
        },
        "second": {
            "match_start_time": at(3600.0), "players": ["ben", "cy"], "captured_by": [],
            "captures": 0, "content_ids": [], "media_ids": [], "decisions": [],
        },
        "third": {
            "match_start_time": at(3 * 3600.0), "players": ["ana"], "captured_by": ["ana"],
            "captures": 1, "content_ids": ["own"], "media_ids": ["a3"], "decisions": ["accepted"],
        },
    }  # fmt: skip


def test_what_is_not_new_is_not_written(shared: Shared) -> None:
    fill(shared)
    report = shared.collect()
    assert report.written == {"shared_captures": 5, "match_captures": 3}
    published = shared.platform.places.published_shared / "match_captures.parquet"
    before = shared.shared.read_bytes(), shared.shared.stat().st_mtime_ns, published.stat()
    report = shared.collect()
    assert report.written == report.deleted == {"shared_captures": 0, "match_captures": 0}
    assert (report.captures_of_several, report.matches_of_several) == (1, 2)
    assert before == (shared.shared.read_bytes(), shared.shared.stat().st_mtime_ns,
                      published.stat())  # fmt: skip


def test_only_what_changed_is_written(shared: Shared) -> None:
    fill(shared)
    shared.collect()
    shared.own("cy", {"c1": File("goal", 20.0, 0.2, {"second": ("main", "accepted")})})
    report = shared.collect()
    assert report.written == {"shared_captures": 1, "match_captures": 1}
    assert shared.table("match_captures")["second"]["content_ids"] == ["goal"]
    shared.own("ana", {})
    report = shared.collect()
    assert report.deleted == {"shared_captures": 2, "match_captures": 0}
    assert shared.table("shared_captures")["goal"]["players"] == ["ben", "cy"]
    assert shared.table("match_captures")["third"]["captures"] == 0


def test_without_players_or_matches_there_is_nothing(tmp_path: Path) -> None:
    report = Shared(tmp_path, {}).collect()
    assert report.written == report.deleted == {"shared_captures": 0, "match_captures": 0}


@pytest.mark.parametrize("seed", range(2))
def test_the_tables_are_what_a_loop_over_everything_gives(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    xuids = {"ana": "1", "ben": "2", "cy": "3", "twin": "1"}
    matches = {f"m{n}": [x for x in "12349" if chance.random() < 0.4] for n in range(8)}
    players = {name: _library(name, chance, list(matches)) for name in xuids}
    shared = Shared(tmp_path, xuids)
    shared.play(matches)
    for name, files in players.items():
        shared.own(name, files)
    shared.collect()
    contents = ("media_ids", "match_ids", "decisions", "players")
    found = shared.table("shared_captures").items()
    assert {key: tuple(row[name] for name in contents) for key, row in found} == _contents(players)
    rows = {
        key: (row["players"], row["captured_by"], set(zip(
            row["content_ids"], row["media_ids"], row["decisions"], strict=True)))  # type: ignore[call-overload]
        for key, row in shared.table("match_captures").items()
    }  # fmt: skip
    assert rows == _matches(players, xuids, matches)


def _library(name: str, chance: Random, matches: list[str]) -> dict[str, File]:
    return {
        f"{name}{number}": File(
            chance.choice(["x", "y", "z", f"{name} {number}", None]),
            chance.choice([None, 1.0, 2.0]),
            chance.random(),
            {
                match: (role, chance.choice([*SHOWN, "candidate", "rejected"]))
                for role, match in zip(("main", "secondary"), chance.sample(matches, 2),
                                       strict=True)
            },
            status=chance.choice(["present", "present", "missing"]),
        )
        for number in range(6)
    }  # fmt: skip


def _counted(players: Players) -> list[tuple[str, str, str, File]]:
    """Content, player and id of what counts, by player and id."""
    return [(file.content or media_id, name, media_id, file)
            for name, files in sorted(players.items()) for media_id, file in sorted(files.items())
            if file.status == "present"]  # fmt: skip


def _contents(players: Players) -> dict[str, tuple[object, ...]]:
    found: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
    for content, name, media_id, file in _counted(players):
        main = [(match, said) for match, (role, said) in file.matches.items()
                if role == "main" and said in SHOWN]  # fmt: skip
        shown, said = main[0] if main else (None, None)
        found.setdefault(content, []).append((name, media_id, shown, said))
    return {content: ([row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows],
                      sorted({row[0] for row in rows}))
            for content, rows in found.items()}  # fmt: skip


def _matches(
    players: Players, xuids: dict[str, str], matches: dict[str, list[str]]
) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for match, there in matches.items():
        shown = [(content, name, media_id, file.matches[match][1])
                 for content, name, media_id, file in _counted(players)
                 if file.matches.get(match, ("", ""))[1] in SHOWN]  # fmt: skip
        by = {name for _, name, _, _ in shown}
        took_part = by | {name for name, xuid in xuids.items() if xuid in there}
        rows = set()
        for wanted in {content for content, *_ in shown}:
            mine = [row for row in shown if row[0] == wanted]
            rows.add((wanted, mine[0][2], min((row[3] for row in mine), key=SHOWN.__getitem__)))
        if took_part:
            found[match] = (sorted(took_part), sorted(by), rows)
    return found
