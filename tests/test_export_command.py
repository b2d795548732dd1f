"""`media-assets export`: files that analysts open, read back by what they open them with."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from click.testing import CliRunner, Result
from reviewed_home import (
    AFTER,
    ANA,
    BO,
    FAR,
    FIRST,
    INSIDE,
    LATER,
    MIDDLE,
    SECOND,
    ReviewedHome,
    copied,
)

from media_assets.cli import main
from media_assets.errors import ConfigurationError
from media_assets.gexf import Edge, Graph, Node, write_gexf
from media_assets.library.words import Words
from media_assets.stages.export import ExportChoice
from media_assets.stages.export import export as export_tables
from media_assets.stages.notes import annotate
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.store.connect import connect
from media_assets.store.frames import frame_of
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.matches import MATCH_REGISTRY
from media_assets.store.tables.web import WEB_TABLES
from media_assets.store.write import upsert
from media_assets.web_settings import LandSettings

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1")
START = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(reviewed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> ReviewedHome:
    """Two players with decisions and words, all published; tests read it."""
    home = copied(reviewed_home, tmp_path_factory.mktemp("export") / "home")
    home.run("reject", home.media_id(AFTER))
    home.run("assign", home.media_id(INSIDE), FAR)
    tags = Words(add_tags=FORMULAS, title="=HYPERLINK(1)", note='a "b"\n;c')
    annotate(home.platform, [home.media_id(LATER)], tags)
    registry = [
        {
            "match_id": match_id, "start_time": START, "end_time": START, "player_count": 2,
            "backfill_completed": 0, "participants_loaded": True, "events_loaded": True,
            "medals_loaded": True, "created_at": START, "updated_at": START, "map_name": "Bazaar",
        }
        for match_id in (FIRST, SECOND, FAR)
    ]  # fmt: skip
    with connect(home.platform.shared_database()) as con:
        upsert(con, MATCH_REGISTRY, frame_of(MATCH_REGISTRY, registry))
    for player in (ANA, BO):
        publish_player(home.platform, player)
    publish_shared(home.platform)
    (home.base / "library" / "cy").mkdir()
    return home


def export(home: ReviewedHome, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["export", "--config", str(home.config), *arguments])
    assert done.exit_code == code, done.output
    return done


def test_every_table_of_all_players_is_one_file(home: ReviewedHome, tmp_path: Path) -> None:
    done = export(home, "--format", "parquet", "--output", str(tmp_path), "--json")
    rows = {Path(row["file"]).stem: row["rows"] for row in json.loads(done.stdout)}
    tables = (*tables_of("player"), *tables_of("shared"))
    known = {table.name for table in tables if table not in WEB_TABLES}  # nobody here is a land
    assert set(rows) == known | {"media"} == {file.stem for file in tmp_path.iterdir()}
    assert (rows["media"], rows["association_decisions"], rows["match_registry"]) == (10, 2, 3)
    media = pl.read_parquet(tmp_path / "media.parquet")
    assert media.columns[0] == "player"
    assert media.columns.count("player") == 1
    assert media["player"].value_counts(sort=True).rows() == [(ANA, 5), (BO, 5)]
    for player in (ANA, BO):
        told = media.filter(player=player).select(
            pl.DataFrame(home.published(player=player)).columns
        )
        assert told.to_dicts() == home.published(player=player)
    decisions = pl.read_parquet(tmp_path / "association_decisions.parquet")
    assert decisions.filter(player=ANA)["decision"].sort().to_list() == ["assigned", "rejected"]


def test_csv_says_what_was_published_and_runs_nothing(home: ReviewedHome, tmp_path: Path) -> None:
    done = export(home, "--output", str(tmp_path), "--table", "media", "--table", "media_matches")
    assert "media_matches.csv" in done.stdout
    assert "cy: nothing is published yet" in done.stderr
    with (tmp_path / "media.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = [row for row in csv.DictReader(stream)
                  if (row["player"], row["file_name"]) == (ANA, LATER)]  # fmt: skip
    assert row["title"] == "'=HYPERLINK(1)"
    assert row["note"] == 'a "b"\n;c'
    assert json.loads(row["tags"]) == list(FORMULAS)
    assert row["capture_start_utc"] == "2026-05-04 12:22:20"
    read = pl.read_csv(tmp_path / "media_matches.csv")
    assert read.height == sum(len(home.published("media_matches", player)) for player in (ANA, BO))


def test_no_cell_begins_as_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "data" / "published" / ANA / "media.parquet"
    file.parent.mkdir(parents=True)
    sizes = [-1] * len(FORMULAS)
    pl.DataFrame({"text": [*FORMULAS, "plain"], "size": [*sizes, 1]}).write_parquet(file)
    place = ReviewedHome(tmp_path)
    place.library().mkdir(parents=True)
    export(place, "--table", "media")
    with (tmp_path / "data" / "export" / "media.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1:] == [
            *([ANA, f"'{text}", "-1"] for text in FORMULAS),
            [ANA, "plain", "1"],
        ]


def test_one_player_alone(home: ReviewedHome, tmp_path: Path) -> None:
    export(home, "--player", BO, "--output", str(tmp_path), "--table", "media")
    assert set(pl.read_csv(tmp_path / "media.csv")["player"]) == {BO}


def test_a_graph_joins_captures_and_matches(home: ReviewedHome, tmp_path: Path) -> None:
    export(home, "--format", "gexf", "--output", str(tmp_path))
    graph = nx.read_gexf(tmp_path / "captures.gexf")
    assert not graph.is_directed()
    captures = {home.media_id(name, player): name for player in (ANA, BO)
                for name in (INSIDE, AFTER, MIDDLE, LATER)}  # fmt: skip
    assert set(graph) == {*captures, FIRST, SECOND, FAR}
    shown = {
        (graph.nodes[capture]["player"], captures[capture], match)
        for capture in captures
        for match in graph[capture]
    }
    assert shown == {
        (ANA, INSIDE, FAR), (ANA, LATER, SECOND),
        (BO, INSIDE, FIRST), (BO, AFTER, FIRST), (BO, LATER, SECOND),
    }  # fmt: skip
    edge = graph.edges[home.media_id(INSIDE), FAR]
    assert (edge["decision"], edge["weight"], edge["role"]) == ("assigned", 1.0, "main")
    node = graph.nodes[home.media_id(LATER)]
    assert (node["type"], node["label"], node["kind"]) == ("capture", LATER, "image")
    assert json.loads(node["tags"]) == list(FORMULAS)
    assert isinstance(node["file_size"], int)
    assert graph.nodes[FIRST]["label"] == "Bazaar 2026-05-04 12:00"
    assert graph.nodes[FIRST]["participants_loaded"] is True


def test_a_graph_holds_any_text(tmp_path: Path) -> None:
    odd = "a\x00b\x1b <&\"'>\ud800\n\t é 日本 🗺"
    nodes = [Node("a", odd, {"text": odd, "none": None}), Node("b<", "b", {"number": 0.1})]
    graph = Graph({"text": "string", "none": "long", "number": "double"}, nodes,
                  {"yes": "boolean"}, [Edge("a", "b<", 0.5, {"yes": False})])  # fmt: skip
    file = tmp_path / "odd.gexf"
    with file.open("w", encoding="utf-8") as stream:
        write_gexf(stream, graph)
    read = nx.read_gexf(file)
    kept = odd.replace("\x00", "\\x00").replace("\x1b", "\\x1b").replace("\ud800", "\\xd800")
    assert read.nodes["a"] == {"label": kept, "text": kept}
    assert read.nodes["b<"]["number"] == 0.1
    assert read.edges["a", "b<"]["yes"] is False


def test_an_older_file_stays_until_the_new_one_is_whole(home: ReviewedHome, tmp_path: Path) -> None:
    place = ReviewedHome(tmp_path / "home")
    place.library().mkdir(parents=True)
    published = tmp_path / "home" / "data" / "published" / ANA / "media.parquet"
    published.parent.mkdir(parents=True)
    published.write_bytes(b"broken")
    target = tmp_path / "out" / "media.csv"
    target.parent.mkdir()
    target.write_text("as before")
    done = export(place, "--table", "media", "--output", str(target.parent), code=1)
    assert "cannot be exported" in done.stderr
    assert [path.name for path in target.parent.iterdir()] == ["media.csv"]
    assert target.read_text() == "as before"


def test_the_lists_of_a_land_are_no_place_for_exports(home: ReviewedHome, tmp_path: Path) -> None:
    """What is written there would be read as one of them."""
    land = LandSettings(folder=str(tmp_path / "lists"))
    settings = home.platform.settings.model_copy(update={"lands": {"press": land}})
    platform = replace(home.platform, settings=settings)
    with pytest.raises(ConfigurationError, match="which is read"):
        next(export_tables(platform, ExportChoice(), "csv", tmp_path / "lists" / "out"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "xml"), "--format"),
        (("--table", "nothing"), "no table is called nothing; known are: media, "),
        (("--format", "gexf", "--table", "media"), "leave out --table"),
        (("--player", "cy"), "nothing of cy is published yet; run: media-assets run"),
        (("--player", "nobody"), "no player is called nobody"),
        (("--output", "library/ana/out"), "which is read"),
        (("--output", "data/published"), "lies in data_dir"),
    ],
)
def test_wrong_usage_is_refused(
    arguments: tuple[str, ...], words: str, home: ReviewedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.base)
    assert words in export(home, *arguments, code=2).stderr
