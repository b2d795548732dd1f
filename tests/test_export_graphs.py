"""Lands and music as exported files, read back by what analysts open them with."""

import csv
import json
from pathlib import Path
from typing import Any

import networkx as nx
import polars as pl
import pytest
from analysed_home import PLAYER
from click.testing import CliRunner, Result
from land_home import (
    ABSENT,
    BROKEN,
    COPY,
    DEEP,
    FILM,
    LAND,
    ODD,
    PAGE,
    PICTURE,
    SMALL,
    TUNE,
    UNUSABLE,
    LandHome,
    made_land,
    publish_all,
)
from music_home import MusicHome

from media_assets.cli import main
from media_assets.store.connect import connect
from media_assets.store.frames import frame_of
from media_assets.store.tables.duplicates import DUPLICATES
from media_assets.store.tables.vectors import MEDIA_NEIGHBORS
from media_assets.store.tables.web import WEB_TABLES
from media_assets.store.write import upsert

SHOWN = ODD.replace("\x00", "\\x00").replace("\x1b", "\\x1b")
"""As XML can hold it."""


def export(base: Path, form: str, target: Path, *more: str, code: int = 0) -> Result:
    config = base / "media_assets.toml"
    config.write_text(f"[engine]\nworkers = 1\n[lands.{LAND}]\n")
    command = ["export", "--config", str(config), "--format", form, "--output", str(target)]
    done = CliRunner().invoke(main, [*command, *more])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LandHome:
    """A land with a clip that is said to be like a picture, and one that no URL brings any more."""
    home = made_land(tmp_path_factory.mktemp("land"))
    with connect(home.database) as con:
        (picture,), (film,) = con.execute(
            "SELECT media_id FROM media_files JOIN web_media w USING (file_name) "
            "WHERE w.url IN (?, ?) ORDER BY w.url", [PICTURE, FILM]
        ).fetchall()  # fmt: skip
        now = home.platform.now()
        pair = {"group_id": picture, "keep": False, "found_at": now, "compared_media_id": picture}
        looks = {"class": "similar", "agreement": 0.75, "phash_bits": 3}
        rows = [
            {**pair, "media_id": picture, "compared_media_id": None, "keep": True},
            {**pair, **looks, "media_id": film},
            {**pair, **looks, "media_id": "of no url"},
        ]
        upsert(con, DUPLICATES, frame_of(DUPLICATES, rows))
    publish_all(home.platform)
    return home


@pytest.fixture(scope="module")
def graph(home: LandHome, tmp_path_factory: pytest.TempPathFactory) -> nx.Graph:
    target = tmp_path_factory.mktemp("out")
    done = export(home.base, "gexf", target, "--json")
    (row,) = [row for row in json.loads(done.stdout) if row["file"].endswith("lands.gexf")]
    graph = nx.read_gexf(target / "lands.gexf")
    assert not graph.is_multigraph()
    assert row["rows"] == len(graph) + graph.size()
    assert not (target / "captures.gexf").exists()
    return graph


def media(url: str) -> str:
    return f"media/{LAND}/{url}"


def page(url: str) -> str:
    return f"page/{LAND}/{url}"


def test_pages_and_media_are_nodes(graph: nx.Graph) -> None:
    urls = (PICTURE, COPY, FILM, TUNE, BROKEN, SMALL, ABSENT, UNUSABLE)
    assert set(graph) == {page(PAGE), page(DEEP), *map(media, urls)}
    node = graph.nodes[media(PICTURE)]
    assert (node["type"], node["label"], node["player"]) == ("media", PICTURE, LAND)
    assert (node["width"], node["height"], node["kind"]) == (64, 48, "image")
    assert (node["status"], node["relevance"], node["depth"]) == ("fetched", 3.5, 0)
    assert (node["alt"], node["content_type"]) == (SHOWN, SHOWN)
    assert node["has_alpha"] is False
    assert len(node["phash"]) == 16
    assert json.loads(node["color_names"]) == [
        colour["name"] for colour in json.loads(node["dominant_colors"])
    ]
    assert graph.nodes[media(ABSENT)]["reason"] == "HTTP 404"
    deep = graph.nodes[page(DEEP)]
    assert (deep["type"], deep["url"], deep["depth"]) == ("page", DEEP, 2)
    assert (deep["relevance"], deep["media_listed"]) == (0.5, 4)


def edges(graph: nx.Graph, kind: str) -> dict[frozenset[str], dict[str, Any]]:
    return {
        frozenset(ends): values
        for *ends, values in graph.edges(data=True)
        if values["type"] == kind
    }


def test_pages_contain_media(graph: nx.Graph) -> None:
    contained = edges(graph, "contains")
    on_page = {frozenset((page(PAGE), media(url)))
               for url in (PICTURE, COPY, FILM, UNUSABLE, SMALL)}  # fmt: skip
    assert set(contained) == on_page | {
        frozenset((page(DEEP), media(url))) for url in (PICTURE, TUNE, BROKEN, ABSENT)
    }
    values = contained[frozenset((page(PAGE), media(PICTURE)))]
    assert (values["alt"], values["claimed_type"], values["weight"]) == (SHOWN, "img", 1.0)


def test_what_is_much_the_same_is_joined_and_one_url_stands_for_a_content(graph: nx.Graph) -> None:
    near = edges(graph, "near_duplicate")
    assert {pair: (values["class"], values["weight"]) for pair, values in near.items()} == {
        frozenset((media(PICTURE), media(COPY))): ("exact", 1.0),
        frozenset((media(FILM), media(PICTURE))): ("similar", 0.75),
    }
    assert near[frozenset((media(FILM), media(PICTURE)))]["phash_bits"] == 3


def test_tables_of_lands_are_in_csv_and_parquet(home: LandHome, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        export(home.base, form, tmp_path)
        names = {file.stem for file in tmp_path.glob(f"*.{form}")}
        assert names >= {"land_media", *(table.name for table in WEB_TABLES)}
    told = pl.read_parquet(tmp_path / "land_media.parquet")
    assert told.columns[:2] == ["player", "url"]
    assert told.filter(url=PICTURE)["alt"].item() == ODD
    read = pl.read_csv(tmp_path / "land_media.csv")
    assert read.columns == told.columns
    assert read.height == told.height == 8


def test_no_cell_of_a_land_begins_as_a_formula(home: LandHome, tmp_path: Path) -> None:
    export(home.base, "csv", tmp_path)
    with (tmp_path / "land_media.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["url"]: row for row in csv.DictReader(stream)}
    assert f"'{UNUSABLE}" in rows
    row = rows[PICTURE]
    assert (row["alt"], row["content_type"]) == (f"'{ODD}", f"'{ODD}")
    assert json.loads(row["dominant_colors"])[0]["hex"].startswith("#")
    assert json.loads(row["color_names"])
    for file in tmp_path.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell.lstrip("\x00 ")[:1] in tuple("=@\t\r\n＝＠")]


@pytest.mark.parametrize("before", ["", " ", "\x00", "\x1b", "\ufeff", "\u200b", "\xa0\x01 "])
def test_what_stands_before_a_formula_does_not_hide_it(before: str, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "published" / LAND
    folder.mkdir(parents=True)
    texts = [f"{before}=1+1", f"{before}plain"]
    pl.DataFrame({"text": texts}).write_parquet(folder / "media.parquet")
    (tmp_path / "data" / "players" / LAND).mkdir(parents=True)
    (tmp_path / "data" / "players" / LAND / "stats.duckdb").touch()
    (tmp_path / "library").mkdir()
    export(tmp_path, "csv", tmp_path / "out", "--table", "media")
    with (tmp_path / "out" / "media.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1:] == [[LAND, f"'{texts[0]}"], [LAND, texts[1]]]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> MusicHome:
    """Three songs of two artists, two of them alike; a fourth is missing."""
    home = MusicHome(tmp_path_factory.mktemp("music"))
    home.song("1.wav", title='=A "<&"', artist="Ána", album="Sea", album_artist="Bo", genre="Folk")
    home.song("22.wav", title="Storm", artist="Ána", album="Sea", album_artist="Bo")
    home.song("333.wav", artist="Bo")
    gone = home.song("4444.wav", title="Gone", artist="Cy", album="Away")
    home.run_all()
    gone.unlink()
    ids = dict(home.rows("SELECT file_name, media_id FROM media_files"))  # type: ignore[arg-type]
    first, second, fourth = (ids[name] for name in ("1.wav", "22.wav", "4444.wav"))
    pairs = [(first, second, 0.5, "a"), (second, first, 0.5, "a"), (first, second, 0.875, "b"),
             (first, fourth, 0.5, "a"), (second, second, -0.5, "c")]  # fmt: skip
    rows = [
        {"media_id": one, "space": space, "rank": rank, "neighbor_media_id": other,
         "similarity": similarity, "found_at": home.platform.now()}
        for rank, (one, other, similarity, space) in enumerate(pairs, 1)
    ]  # fmt: skip
    with connect(home.platform.player_database(PLAYER)) as con:
        upsert(con, MEDIA_NEIGHBORS, frame_of(MEDIA_NEIGHBORS, rows))
    home.run_all()
    return home


def test_music_is_a_graph_of_artists_albums_and_tracks(music: MusicHome, tmp_path: Path) -> None:
    export(music.base, "gexf", tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"music.gexf"}
    graph = nx.read_gexf(tmp_path / "music.gexf")
    assert not graph.is_multigraph()
    labels = {node: values["label"] for node, values in graph.nodes(data=True)}
    found = {(labels[one], labels[other], values["type"], values["weight"])
             for one, other, values in graph.edges(data=True)}  # fmt: skip
    assert {tuple(sorted(edge[:2])) + edge[2:] for edge in found} == {
        ('=A "<&"', "Ána", "by", 1.0), ("Storm", "Ána", "by", 1.0), ("333", "Bo", "by", 1.0),
        ("Bo", "Sea", "by", 1.0), ('=A "<&"', "Sea", "on", 1.0), ("Sea", "Storm", "on", 1.0),
        ('=A "<&"', "Storm", "near", 0.875),
    }  # fmt: skip
    (track,) = [values for _, values in graph.nodes(data=True) if values["label"] == '=A "<&"']
    assert (track["type"], track["artist"], track["genre"]) == ("track", "Ána", "Folk")
    assert track["analysed_part"] == "whole"
    artist = graph.nodes["artist/ána"]
    assert (artist["type"], artist["tracks"], artist["players"]) == ("artist", 2, 1)


def test_without_anything_for_a_graph_it_is_an_error(tmp_path: Path) -> None:
    home = LandHome(tmp_path)
    publish_all(home.platform)
    done = export(tmp_path, "gexf", tmp_path / "out", code=2)
    assert "nor media of lands, nor music are published yet" in done.stderr
    assert not (tmp_path / "out").exists()
