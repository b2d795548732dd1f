"""Purging: what goes, what stays, and that nothing goes that nobody asked for."""

import copy
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from analysed_home import PLAYER, Home, png

from media_assets.library.words import Words
from media_assets.stages.notes import annotate
from media_assets.stages.publish import publish_player
from media_assets.stages.purge import KEEP_DAYS, PurgeChoice, PurgeReport, plan, purge
from media_assets.store.purge import _GONE, media_columns
from media_assets.store.tables.catalog import tables_of

ALL = PurgeChoice(older_than_days=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two pictures of which one is missing for a year, all published."""
    home = Home(tmp_path_factory.mktemp("purge") / "home")
    home.write("stays.png", png(1))
    home.write("gone.png", png(2))
    home.work()
    (home.library / "gone.png").unlink()
    home.work()
    home.now += timedelta(days=365)
    publish_player(home.platform, PLAYER)
    shutil.copytree(home.base, home.base.with_name("as made"))
    return home


@pytest.fixture
def home(made: Home) -> Home:
    """The same at the same place, as it was made."""
    shutil.rmtree(made.base)
    shutil.copytree(made.base.with_name("as made"), made.base)
    return copy.copy(made)


def media_id(home: Home, name: str) -> str:
    return str(home.rows(f"SELECT media_id FROM media_files WHERE file_name = '{name}'")[0][0])


def known_of(home: Home, wanted: str) -> dict[str, int]:
    """How many rows of each table of the player have an id in any of their texts."""
    found = {}
    for table in tables_of("player"):
        texts = [column.name for column in table.columns if column.type == "VARCHAR"]
        condition = " OR ".join(f"{name} = '{wanted}'" for name in texts) or "false"
        ((rows,),) = home.rows(f"SELECT count(*) FROM {table.name} WHERE {condition}")
        found[table.name] = int(str(rows))
    return {table: rows for table, rows in found.items() if rows}


def remove(home: Home, choice: PurgeChoice = ALL) -> PurgeReport:
    return purge(home.platform, PLAYER, choice, plan(home.platform, PLAYER, choice))


def reject(home: Home, media: str) -> None:
    home.run(
        f"INSERT INTO association_decisions BY NAME SELECT '{media}' AS media_id, 'm' AS match_id, "
        "'rejected' AS decision, now()::TIMESTAMP AS decided_at"
    )


def names(frame: pl.DataFrame) -> list[str]:
    return [Path(path).name for path in frame["file_path"]]


def test_a_plan_names_what_is_gone_and_writes_nothing(home: Home) -> None:
    database = home.platform.player_database(PLAYER)
    before = database.read_bytes()
    shown = plan(home.platform, PLAYER, PurgeChoice())
    assert names(shown) == ["gone.png"]
    assert shown["remove"].to_list() == [True]
    assert database.read_bytes() == before


def test_what_is_purged_is_nowhere_any_more_and_the_rest_is_as_it_was(home: Home) -> None:
    gone, stays = media_id(home, "gone.png"), media_id(home, "stays.png")
    known = known_of(home, stays)
    assert {"media_files", "media_stages", "image_metadata", "thumbnails"} <= known.keys()
    posters = home.posters()
    report = remove(home)
    assert report.media == 1
    assert report.rows["media_files"] == 1
    assert sum(report.rows.values()) >= 6
    assert known_of(home, gone) == {}
    assert known_of(home, stays) == known
    assert len(home.posters()) == len(posters) - 1
    published = home.platform.places.published(PLAYER)
    for file in published.glob("*.parquet"):
        assert gone not in str(pl.read_parquet(file).to_dicts()), file.name
    assert pl.read_parquet(published / "media.parquet")["media_id"].to_list() == [stays]
    assert (home.library / "stays.png").read_bytes() == png(1)
    assert home.work().media == 0


def test_a_copy_keeps_the_poster_that_it_shares(home: Home) -> None:
    home.write("copy.png", png(2))
    home.now += timedelta(hours=1)
    home.work()  # the content is back: the missing one is this file now
    home.write("other.png", png(2))
    home.work()
    (home.library / "copy.png").unlink()
    home.work()
    remove(home)
    assert len(home.posters()) == 2
    assert home.rows("SELECT count(*) FROM thumbnails") == [(2,)]


@pytest.mark.parametrize(("days", "found"), [(366, []), (365, ["gone.png"]), (0, ["gone.png"])])
def test_days_are_counted_from_the_scan_that_missed_it(
    home: Home, days: int, found: list[str]
) -> None:
    assert names(plan(home.platform, PLAYER, PurgeChoice(days))) == found
    assert PurgeChoice().older_than_days == KEEP_DAYS


@pytest.mark.parametrize(
    "words", [Words(add_tags=("ace",)), Words(note="x"), Words(title="x"), Words(rating=0)]
)
def test_words_of_people_keep_a_media(home: Home, words: Words) -> None:
    annotate(home.platform, [media_id(home, "gone.png")], words)
    shown = plan(home.platform, PLAYER, ALL)
    assert (shown["remove"].to_list(), shown["spoken_for"].to_list()) == ([False], ["words"])
    assert remove(home).media == 0


def test_words_go_where_that_is_asked_for(home: Home) -> None:
    gone = media_id(home, "gone.png")
    annotate(home.platform, [gone], Words(note="x"))
    reject(home, gone)
    assert remove(home, PurgeChoice(0, with_notes=True)).media == 1
    assert known_of(home, gone) == {}


def test_words_that_were_taken_back_keep_nothing(home: Home) -> None:
    gone = media_id(home, "gone.png")
    annotate(home.platform, [gone], Words(note="x", add_tags=("ace",)))
    annotate(home.platform, [gone], Words(note="", remove_tags=("ace",)))
    assert remove(home).media == 1


def test_a_decision_keeps_a_media(home: Home) -> None:
    gone = media_id(home, "gone.png")
    reject(home, gone)
    assert plan(home.platform, PLAYER, ALL)["spoken_for"].to_list() == ["decisions"]
    assert remove(home).media == 0


def test_what_is_back_since_it_was_shown_stays(home: Home) -> None:
    shown = plan(home.platform, PLAYER, ALL)
    home.write("gone.png", png(2))
    home.work()
    assert purge(home.platform, PLAYER, ALL, shown).media == 0
    assert home.rows("SELECT count(*) FROM media_files WHERE status = 'present'") == [(2,)]


def test_what_was_written_on_since_it_was_shown_stays(home: Home) -> None:
    shown = plan(home.platform, PLAYER, ALL)
    annotate(home.platform, [media_id(home, "gone.png")], Words(note="keep this"))
    assert purge(home.platform, PLAYER, ALL, shown).media == 0


def test_what_was_not_shown_stays(home: Home) -> None:
    shown = plan(home.platform, PLAYER, ALL).clear()
    assert purge(home.platform, PLAYER, ALL, shown).media == 0


def test_a_purged_file_that_comes_back_is_a_new_media(home: Home) -> None:
    remove(home)
    home.write("gone.png", png(2))
    assert home.work().media == 1
    assert home.rows("SELECT DISTINCT status, deleted_at FROM media_files") == [("present", None)]
    assert home.rows("SELECT count(*) FROM image_metadata") == [(2,)]


def test_every_table_of_the_player_that_knows_media_is_purged() -> None:
    """A column of media ids under another name would be left behind."""
    purged = {(table.name, column) for table, column in media_columns()}
    for table in tables_of("player"):
        for column in table.columns:
            if "id of the media" in column.meaning.lower() or "media_id" in column.name:
                assert (table.name, column.name) in purged


def test_every_table_that_people_write_protects_its_media() -> None:
    """What no stage writes cannot be made again."""
    for table in tables_of("player"):
        if "nothing else writes" in table.row or "no stage writes" in table.row:
            assert table.name in _GONE, f"{table.name}: purge would throw away people's words"
