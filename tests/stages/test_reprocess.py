"""What is done again when a person asks, or when the code of a stage is new; and what is not."""

import hashlib
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from analysed_home import PLAYER, Home, clip, png, tune
from click.testing import CliRunner

from media_assets.cli import main
from media_assets.library.words import Words
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import STAGE_NAMES, STAGES, Stage, StageName
from media_assets.stages.discover import discover
from media_assets.stages.notes import annotate
from media_assets.stages.reprocess import Choice, forget, plan

Pairs = set[tuple[str, str]]
"""Pairs of file name and stage."""

OF_KIND: dict[str, tuple[StageName, ...]] = {
    "image": ("image_metadata", "thumbnails", "media_vectors"),
    "video": ("video_metadata", "thumbnails", "media_vectors"),
    "audio": ("audio_metadata", "embedded_covers", "thumbnails", "audio_features"),
}
KINDS = {
    "good.png": "image", "twin.png": "image", "bad.png": "image", "late.png": "image",
    "good.mp4": "video", "bad.mp4": "video", "good.wav": "audio",
}  # fmt: skip


def stages_of(*names: str) -> Pairs:
    return {(name, stage) for name in names for stage in OF_KIND[KINDS[name]]}


PENDING = stages_of("late.png")
FAILED = stages_of("bad.png", "bad.mp4")
ALL = stages_of(*KINDS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Pictures, clips and a tune that are done, two files that failed, one that is pending."""
    home = Home(tmp_path_factory.mktemp("home"))
    (home.base / "media_assets.toml").write_text("[engine]\nworkers = 1\n", "utf-8")
    for name, content in (
        ("good.png", png(1)), ("twin.png", png(1)), ("bad.png", b"no picture"),
        ("good.mp4", clip(1)), ("bad.mp4", b"no clip"), ("good.wav", tune(1)),
    ):  # fmt: skip
        home.write(name, content)
    home.work()
    home.publish()
    home.write("late.png", png(2))
    discover(home.platform, PLAYER)
    return home


def digest(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file with its mtime and the hash of its bytes; folders with their mtime."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
        )
        for path in sorted(folder.rglob("*"))
    }


def wanted(stages: tuple[StageName, ...], kind: str | None, *, failed: bool, force: bool) -> Pairs:
    chosen = PENDING | (FAILED if failed else set()) | (ALL if force else set())
    return {
        (name, stage) for name, stage in chosen if stage in stages and kind in (None, KINDS[name])
    }


def pairs(rows: list[dict[str, str]]) -> Pairs:
    found = {(Path(row["file_path"]).name, row["stage"]) for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("stages", [STAGE_NAMES, *((name,) for name in STAGE_NAMES)])
def test_every_combination_of_the_options_is_planned_and_nothing_is_written(
    home: Home, stages: tuple[StageName, ...]
) -> None:
    data = home.base / "data"
    before = digest(data)
    for kind, failed, force in product((None, "image", "video", "audio"), *[(False, True)] * 2):
        choice = Choice(stages, kind, failed=failed, force=force)
        found = plan(home.platform, PLAYER, choice)
        assert pairs(found.to_dicts()) == wanted(stages, kind, failed=failed, force=force), choice
    assert digest(data) == before


def test_the_dry_run_of_the_command_lists_that_and_writes_nothing(home: Home) -> None:
    before = digest(home.base)
    command = ["reprocess", "--config", str(home.base / "media_assets.toml"), "--player", PLAYER]
    options = ["--stage", "thumbnails", "--stage", "image_metadata", "--kind", "image", "--force"]
    done = CliRunner().invoke(main, [*command, *options, "--dry-run", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.output)
    assert pairs(rows) == wanted(("thumbnails", "image_metadata"), "image", failed=True, force=True)
    assert {row["reason"] for row in rows} == {"done", "failed", "pending"}
    assert digest(home.base) == before


def test_what_is_chosen_becomes_pending_and_nothing_else(home: Home) -> None:
    """Only records of work are touched: results, people's words and files stay as they are."""
    ids = dict(home.rows("SELECT file_name, media_id FROM media_files"))  # type: ignore[arg-type]
    annotate(home.platform, [ids["good.png"]], Words(add_tags=("mine",), rating=5))
    posters = digest(home.base / "data" / "derived")
    tables = contents(home)
    chosen = plan(home.platform, PLAYER, Choice(("thumbnails",), "image", failed=True, force=True))
    forget(home.platform, PLAYER, chosen)
    after = contents(home)
    assert {name for name in tables if tables[name] != after[name]} == {
        "media_stages", "media_failures",
    }  # fmt: skip
    assert set(tables["media_stages"]) - set(after["media_stages"]) == {
        row for row in tables["media_stages"]
        if row[1] == "thumbnails" and row[0] in (ids["good.png"], ids["twin.png"])
    }  # fmt: skip
    expected = PENDING | {(name, "thumbnails") for name in ("good.png", "twin.png", "bad.png")}
    assert pairs(plan(home.platform, PLAYER, Choice()).to_dicts()) == expected
    assert digest(home.base / "data" / "derived") == posters
    report = analyse(home.platform, PLAYER)
    assert report.done["thumbnails"] == 3
    assert report.failed["thumbnails"] == 1
    assert home.rows("SELECT DISTINCT attempts FROM media_failures WHERE stage = 'thumbnails' "
                     "AND media_id = '" + str(ids["bad.png"]) + "'") == [(2,)]  # fmt: skip
    assert home.rows("SELECT tags, rating FROM media_notes") == [(["mine"], 5)]


def contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the figures, with the times at which it was written."""
    tables = home.rows("SELECT table_name FROM duckdb_tables() WHERE table_name NOT IN "
                       "('scan_figures', 'analysis_totals') ORDER BY 1")  # fmt: skip
    return {str(name): home.rows(f"FROM {name} ORDER BY ALL") for (name,) in tables}


def raised(catalog: tuple[Stage, ...], name: StageName) -> tuple[Stage, ...]:
    return tuple(
        replace(stage, version=stage.version + 1) if stage.name == name else stage
        for stage in catalog
    )


def test_new_code_of_a_stage_computes_that_stage_again_and_no_other(home: Home) -> None:
    analyse(home.platform, PLAYER)
    catalog, data = STAGES, home.base / "data"
    for name in STAGE_NAMES:
        tables, posters = contents(home), digest(data / "derived")
        catalog = raised(catalog, name)
        mine = {pair for pair in ALL if pair[1] == name}
        assert pairs(plan(home.platform, PLAYER, Choice(), catalog).to_dicts()) == mine
        report = analyse(home.platform, PLAYER, catalog=catalog)
        after = contents(home)
        assert report.media == len(mine)
        assert {stage for stage, count in report.done.items() if count} == {name}
        for table in ("media_stages", "media_failures"):
            assert others(tables[table], name) == others(after[table], name), table
        changed = {table for table in tables if tables[table] != after[table]}
        assert changed <= {"media_stages", "media_failures", name}
        if name != "thumbnails":
            assert digest(data / "derived") == posters
        assert plan(home.platform, PLAYER, Choice(), catalog).is_empty()


def others(rows: list[tuple[object, ...]], stage: str) -> list[tuple[object, ...]]:
    return [row for row in rows if row[1] != stage]
