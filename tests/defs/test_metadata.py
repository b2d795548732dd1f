"""What stands in metadata: escaped text, small pictures, rows that people can read."""

import base64
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import numpy as np
import polars as pl
import pytest
from PIL import Image

from media_assets.definitions import defs
from media_assets.music.rows import catalog
from media_assets.orchestration.pictures import contact_sheet, files_by_month, inline_pictures
from media_assets.orchestration.player_pictures import (
    expected_and_actual,
    form_over_time,
    hours_of_the_week,
    win_rate_by_map,
)
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.tables import (
    PREVIEW_ROWS,
    column_lineage,
    column_schema,
    escaped,
    markdown_table,
)
from media_assets.settings import Settings
from media_assets.stages.platform import Platform
from media_assets.stages.views import numbers, rows_of, table_look
from media_assets.store.frames import polars_schema
from media_assets.store.spec import Column
from media_assets.store.tables.analysis import AUDIO_METADATA
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.lineage import LINEAGE, upstream
from media_assets.store.tables.match_lineage import MATCH_LINEAGE
from media_assets.store.tables.music import MUSIC_TABLES, SHARED_MUSIC_TABLES
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.tables.statistics import CAREER_RANKS, DERIVED_TABLES, STATS_BY_MAP
from media_assets.store.views import NUMBERS, PREVIEWS, ROWS

SHARED_QUERIES = {"orphans", "gamertags"}


def utc(*parts: int) -> datetime:
    """A moment as the tables have it: UTC, naive."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


DAY = utc(2026, 10, 31, 12, 0)


def picture(value: dg.MarkdownMetadataValue) -> Image.Image:
    head, _, data = value.md_str.removesuffix(")").partition(";base64,")
    assert head.startswith("![")
    content = base64.b64decode(data)
    assert len(content) <= MAX_BYTES
    return Image.open(io.BytesIO(content))


class TestText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
            ("a_b|c*d", r"a\_b\|c\*d"),
            ("![x](y)", r"\!\[x\]\(y\)"),
            ("`code` \\", r"\`code\` \\"),
            ("# title\n\n- item", r"\# title - item"),
            (None, ""),
            (True, "yes"),
            (0.123456, "0.123"),
            (12345, "12345"),
            (utc(2026, 10, 31, 1, 2, 3, 999), "2026-10-31 01:02:03"),
        ],
    )
    def test_a_value_is_plain_text(self, value: object, text: str) -> None:
        assert escaped(value) == text

    def test_long_text_is_cut_before_it_is_escaped(self) -> None:
        assert escaped("_" * 100).count("\\_") == 59
        assert escaped("_" * 100).endswith("…")

    def test_a_line_break_ends_no_row(self) -> None:
        table = markdown_table([{"title": "one\ntwo|three", "n": 1}]).md_str
        assert table.splitlines() == ["|title|n|", "|---|---|", r"|one two\|three|1|"]

    def test_a_table_has_few_rows(self) -> None:
        rows = [{"n": number} for number in range(50)]
        assert len(markdown_table(rows).md_str.splitlines()) == 2 + PREVIEW_ROWS
        assert markdown_table([]).md_str == "*no rows*"

    def test_rows_that_would_hide_the_table_behind_a_click_are_left_out(self) -> None:
        rows = [dict.fromkeys("abcd", "x" * 60) for _ in range(5)]
        table = markdown_table(rows).md_str
        assert len(table) < 1000
        assert len(table.splitlines()) == 2 + 3

    def test_a_unit_stands_in_the_description(self) -> None:
        column = Column("size", "BIGINT", "Size of the file.", "bytes", required=True)
        (shown,) = column_schema([column], ("size",)).columns
        assert shown.description == "Size of the file (bytes)."
        assert shown.constraints == dg.TableColumnConstraints(nullable=False, unique=True)
        (other,) = column_schema([Column("a", "VARCHAR", "A. B.")], ("size",)).columns
        assert other.description == "A. B."


NAMED = {"album_artists": ["P", "Q"], "album_artist": "P; Q"}


def tables_of_music(**tags: object) -> dict[str, pl.DataFrame]:
    """What follows from one file with these tags."""
    usual: dict[str, object] = {
        "media_id": "m", "title": "t", "artist": "A; B", "artists": ["A", "B"], "album": "X",
        "disc_number": 1, "track_total": 5, "disc_total": 2, "genres": ["g"], "year": 2000,
    }  # fmt: skip
    row = pl.DataFrame([usual | tags], polars_schema(AUDIO_METADATA))
    found = catalog(row.with_columns(file_path=pl.lit("/f.mp3"), file_name=pl.lit("f.mp3"),
                                     status=pl.lit("present")))  # fmt: skip
    return {"tracks": found.tracks, "track_artists": found.track_artists,
            "albums": found.albums, "artists": found.artists}  # fmt: skip


class TestLineage:
    """Where the columns of a player's tables come from."""

    def test_every_column_of_a_derived_table_has_its_sources(self) -> None:
        known = {
            f"{table.name}.{column}"
            for table in (*tables_of("player"), *tables_of("shared"))
            for column in table.column_names
        }
        derived = (*DERIVED_TABLES, *MUSIC_TABLES, *SHARED_MUSIC_TABLES)
        # Ranks are from recorded responses about the career, which are no asset.
        assert {table.name for table in derived} - {CAREER_RANKS.name} == set(LINEAGE)
        for table in derived:
            if table is CAREER_RANKS:
                continue
            lineage = LINEAGE[table.name]
            assert set(lineage.columns) <= set(table.column_names), table.name
            for column in table.column_names:
                assert lineage.sources(column), (table.name, column)
                assert set(lineage.sources(column)) <= known, (table.name, column)

    @pytest.mark.parametrize("album", [NAMED, {}], ids=["of artists", "of nobody"])
    def test_columns_of_music_name_what_they_change_with(self, album: dict[str, object]) -> None:
        """Each tag of one file is changed alone: what changes with it has it among its sources."""
        changes: dict[str, object] = {
            "artists": ["C", "B"], "artist": "C", "mb_artist_ids": ["i", "k"],
            "album_artists": ["D", "Q"], "album_artist": "D", "mb_album_artist_ids": ["j", "l"],
            "album": "Y", "date": "2001", "mb_release_id": "r", "compilation": True,
            "disc_number": 2, "track_total": 7, "disc_total": 9, "genres": ["h"],
            "year": 2001, "title": None,
        }  # fmt: skip
        before = tables_of_music(**album)
        for tag, value in changes.items():
            for name, rows in tables_of_music(**album | {tag: value}).items():
                changed = {column for column in rows.columns
                           if not rows[column].equals(before[name][column])}  # fmt: skip
                if rows.height != before[name].height:
                    continue  # they are of other artists
                for column in changed & set(LINEAGE[name].columns):
                    sources = LINEAGE[name].sources(column)
                    assert f"audio_metadata.{tag}" in sources, (name, column, tag)

    def test_it_ends_at_the_shared_tables(self) -> None:
        shared = {table.name for table in tables_of("shared")}
        assert upstream(PLAYER_MATCH_STATS) <= shared
        for name in MATCH_LINEAGE:
            table = next(one for one in DERIVED_TABLES if one.name == name)
            assert upstream(table) <= shared | {PLAYER_MATCH_STATS.name}, name

    def test_an_asset_depends_on_what_its_columns_come_from(self) -> None:
        specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
        for table in (*DERIVED_TABLES, *MUSIC_TABLES):
            deps = {dep.asset_key.to_user_string() for dep in specs[table.name].deps}
            assert upstream(table) <= deps, table.name

    def test_the_ui_is_told(self) -> None:
        (told,) = column_lineage(STATS_BY_MAP).values()
        assert isinstance(told, dg.TableColumnLineageMetadataValue)
        assert told.column_lineage.deps_by_column["accuracy"] == [
            dg.TableColumnDep(dg.AssetKey("player_match_stats"), "shots_fired"),
            dg.TableColumnDep(dg.AssetKey("player_match_stats"), "shots_hit"),
        ]
        assert set(told.column_lineage.deps_by_column) == set(STATS_BY_MAP.column_names)
        assert column_lineage(CAREER_RANKS) == {}


class TestPictures:
    def test_posters_stand_side_by_side(self, tmp_path: Path) -> None:
        files = [tmp_path / f"{number}.png" for number in range(14)]
        for file in files:
            Image.new("RGB", (320, 180), "#ff0000").save(file)
        files[0].write_bytes(b"broken")
        files[1].unlink()
        sheet = picture(contact_sheet(files))
        assert sheet.size == (4 * 176 + 3 * 4, 3 * 99 + 2 * 4)
        one = picture(contact_sheet(files[:3]))
        assert one.size == (176, 99)

    def test_a_sheet_of_noise_is_small_too(self, tmp_path: Path) -> None:
        noise = np.random.default_rng(7)
        files = [tmp_path / f"{number}.png" for number in range(12)]
        for file in files:
            Image.fromarray(noise.integers(0, 255, (180, 320, 3), dtype=np.uint8)).save(file)
        assert picture(contact_sheet(files)).width == 716

    def test_what_is_transparent_lies_on_grey(self, tmp_path: Path) -> None:
        file = tmp_path / "logo.png"
        Image.new("RGBA", (176, 99), (255, 0, 255, 0)).save(file)
        shown = picture(contact_sheet([file])).convert("RGB").getpixel((80, 50))
        assert shown == pytest.approx((128, 128, 128), abs=4)

    def test_pictures_in_a_line_get_coarser_until_they_fit(self, tmp_path: Path) -> None:
        noise = np.random.default_rng(7)
        files: list[Path | None] = [tmp_path / f"{number}.png" for number in range(4)]
        for file in files:
            assert file is not None
            Image.fromarray(noise.integers(0, 255, (90, 160, 3), dtype=np.uint8)).save(file)
        fine = inline_pictures(files, (80, 45), 1_000_000)
        room = sum(map(len, fine)) // 2
        coarse = inline_pictures(files, (80, 45), room)
        assert sum(map(len, coarse)) <= room
        assert all(coarse)
        few = inline_pictures(files, (80, 45), len(coarse[0]) + 10)
        assert [bool(text) for text in few] == [True, False, False, False]
        assert inline_pictures([None, tmp_path / "gone.png"], (80, 45), 1000) == ["", ""]

    def test_years_of_files_fit(self) -> None:
        months = [utc(2000 + number // 12, number % 12 + 1, 1) for number in range(300)]
        rows = [(month, kind, 7) for month in months for kind in ("image", "video", "audio")]
        assert picture(files_by_month(rows)).width > 400

    def test_thousands_of_matches_fit(self) -> None:
        chance = random.Random(7)
        rows = [
            (DAY + timedelta(minutes=20 * number), chance.uniform(-9, 20), number % 5)
            for number in range(5000)
        ]
        assert picture(form_over_time(rows)).width > 400
        expected = [(start, 9, 8.5, 2.0, 4, 5.0, None) for start, _, _ in rows]
        assert picture(expected_and_actual(expected)).width > 400

    def test_names_from_responses_are_drawn_as_they_are(self) -> None:
        names = ["$x_1$", "a\nb", "日本 🗺", "\x00", "", "x" * 500, r"\frac{1}", "50 %"]
        maps = [(name, 9, 5, 4) for name in names]
        assert picture(win_rate_by_map(maps)).width > 400

    @pytest.mark.parametrize("wins", [0, 1, 40])
    def test_every_hour_of_the_week_has_its_place(self, wins: int) -> None:
        rows = [(day, hour, 40, wins, 40 - wins) for day in range(1, 8) for hour in range(24)]
        assert picture(hours_of_the_week(rows, "Europe/Paris")).width > 400

    def test_the_colour_says_how_many_were_won(self) -> None:
        drawn = {
            hours_of_the_week([(1, 20, 9, wins, losses)], "UTC").md_str
            for wins, losses in ((9, 0), (0, 9), (5, 4), (0, 0))
        }
        assert len(drawn) == 4

    def test_what_came_is_drawn_against_what_was_expected(self) -> None:
        rows = [(DAY, 9, 8.5, 2.0, 4, 5.0, 1.0), (DAY, 0, 0.0, None, 9, 5.0, None)]
        assert picture(expected_and_actual(rows)).width > 400
        better = [(DAY, 19, 8.5, 2.0, 4, 5.0, 1.0)]
        assert expected_and_actual(better).md_str != expected_and_actual(rows[:1]).md_str

    def test_the_same_rows_give_the_same_picture(self) -> None:
        maps = [("Bazaar", 9, 5, 4), ("Aquarius", 3, 0, 3)]
        assert win_rate_by_map(maps) == win_rate_by_map(list(maps))
        hours = [(1, 20, 9, 5, 4)]
        assert hours_of_the_week(hours, "UTC") == hours_of_the_week(list(hours), "UTC")

    def test_without_rows_nothing_is_drawn(self) -> None:
        assert win_rate_by_map([]).md_str == "*no matches won or lost*"
        assert win_rate_by_map([("Bazaar", 3, 0, 0)]).md_str == "*no matches won or lost*"
        assert hours_of_the_week([], "UTC").md_str == "*no matches*"
        assert expected_and_actual([]).md_str == "*no match with an expectation*"
        assert files_by_month([]).md_str == "*no files*"
        assert form_over_time([]).md_str == "*no matches*"
        assert contact_sheet([]).md_str == "*no thumbnails*"


class TestQueries:
    """Every query for metadata and checks, on the production schema."""

    @pytest.fixture
    def platform(self, tmp_path: Path) -> Platform:
        return Platform(Settings(base=tmp_path))

    @pytest.mark.parametrize("name", sorted(PREVIEWS))
    def test_a_preview_reads_an_empty_table(self, name: str, platform: Platform) -> None:
        table = next(
            one for one in (*tables_of("player"), *tables_of("shared")) if one.name == name
        )
        player = "Ada" if table.database == "player" else None
        assert table_look(platform, player, table) == (0, [])

    def test_every_table_of_the_graph_has_a_preview(self) -> None:
        assets = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}
        # More than one table each, or, as the embeddings, part of the table of another asset.
        others = {
            "media_library", "vector_library", "match_library", "levelup_migration",
            "media_embeddings", "land_media",
        }  # fmt: skip
        assert set(PREVIEWS) == assets - others

    @pytest.mark.parametrize("name", sorted(NUMBERS))
    def test_numbers_of_nothing_are_zero(self, name: str, platform: Platform) -> None:
        player = None if name in SHARED_QUERIES else "Ada"
        assert set(numbers(platform, player, name).values()) == {0}

    @pytest.mark.parametrize("name", sorted(ROWS))
    def test_rows_of_nothing_are_none(self, name: str, platform: Platform) -> None:
        assert rows_of(platform, "Ada", name) == []
