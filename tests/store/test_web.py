"""What the store says of a land: one row a URL, what is due, and what a person wants again."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.store import land_views
from media_assets.store import web as store
from media_assets.store.connect import in_memory
from media_assets.store.frames import frame_of
from media_assets.store.library import add_files
from media_assets.store.tables.catalog import tables_of
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.web import Selection

NOW = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - as the tables have it: naive UTC
HOUR = timedelta(hours=1)
A, B, C = (f"https://{host}.org/x.png" for host in "abc")
LIMITS = "these"
ALL = Selection(LIMITS, attempts=5)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory() as con:
        for table in tables_of("player"):
            con.execute(table.create_statement())
        yield con


def place(url: str, **values: object) -> dict[str, Any]:
    empty = dict.fromkeys(("page_url", "depth", "relevance", "claimed_type", "alt", "problem"))
    return {**empty, "url": url, **values}


def write(con: duckdb.DuckDBPyConnection, name: str, *places: dict[str, Any]) -> None:
    source = {"file_path": name, "file_size": 1, "mtime_ns": 1, "version": 1, "rows": len(places),
              "problems": [], "read_at": NOW}  # fmt: skip
    rows = [{"source": name, "position": at, **one} for at, one in enumerate(places)]
    store.write_source(con, source, rows)


def settle(con: duckdb.DuckDBPyConnection, now: datetime = NOW) -> int:
    news, gone = store.load_news(con)
    return store.write_news(con, news, gone, now)


def row_of(con: duckdb.DuckDBPyConnection, url: str) -> dict[str, Any]:
    return con.sql("FROM web_media WHERE url = ?", params=[url]).pl().to_dicts()[0]


def due(con: duckdb.DuckDBPyConnection, now: datetime = NOW, **chosen: Any) -> list[str]:
    return store.load_due(con, Selection(LIMITS, 5, **chosen), 0, now)["url"].to_list()


def tried(con: duckdb.DuckDBPyConnection, url: str, now: datetime = NOW, **values: object) -> None:
    row = {"url": url, "reason": None, "error_class": None, "is_final": False, "attempts": 0,
           "next_retry_at": None, "settings": None, "file_name": None, "checked_at": now,
           "etag": None, "file_size": 1, **values}  # fmt: skip
    store.write_tried(con, [row])


def download(con: duckdb.DuckDBPyConnection, name: str, status: str = "present") -> None:
    add_files(con, frame_of(MEDIA_FILES, [{
        "media_id": name, "player": "land", "folder": "/d", "file_path": f"/d/{name}",
        "file_name": name, "file_ext": ".png", "kind": "image", "file_size": 1, "mtime_ns": 1,
        "status": status, "first_seen_at": NOW, "last_scan_at": NOW,
    }]))  # fmt: skip


def test_a_url_on_several_pages_is_one_row_with_the_best_of_them(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A, page_url="p2", depth=2, relevance=9.0, alt="deep"),
          place(A, page_url="p1", depth=1, relevance=1.0))  # fmt: skip
    write(con, "two.html", place(A, page_url="p1", depth=1, relevance=3.0, claimed_type="img"))
    settle(con)
    row = row_of(con, A)
    assert (row["depth"], row["relevance"], row["pages"]) == (1, 9.0, 2)
    assert (row["page_url"], row["alt"], row["claimed_type"]) == ("p1", "deep", "img")
    assert (row["status"], row["first_listed_at"]) == ("pending", NOW)


@given(st.permutations(range(5)), st.data())
@settings(max_examples=30, deadline=None)
def test_the_order_of_arrival_changes_nothing(order: list[int], data: st.DataObject) -> None:
    places = [
        place(A, page_url=data.draw(st.sampled_from([None, "p", "q"])),
              depth=data.draw(st.sampled_from([None, 0, 1])),
              relevance=data.draw(st.sampled_from([None, 0.0, 2.0])),
              alt=data.draw(st.sampled_from([None, "x", "y"])))
        for _ in range(5)
    ]  # fmt: skip
    found = []
    for turn in (range(5), order):
        with in_memory() as con:
            for table in tables_of("player"):
                con.execute(table.create_statement())
            for number in turn:
                write(con, f"{number}.csv", places[number])
                settle(con)
            found.append(row_of(con, A))
    assert found[0] == found[1]


def test_without_news_nothing_is_written(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A, depth=1), place(B, problem="no address"))
    assert settle(con) == 2
    news, gone = store.load_news(con)
    assert news.is_empty()
    assert gone.is_empty()


def test_what_nothing_lists_any_more_stays_and_comes_back_as_it_was(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A), place(B))
    settle(con)
    tried(con, A, status="fetched", file_name="a.png")
    download(con, "a.png")
    write(con, "one.csv", place(B))
    settle(con, NOW + HOUR)
    assert row_of(con, A)["unlisted_at"] == NOW + HOUR
    assert due(con, NOW + HOUR) == [B]
    write(con, "two.csv", place(A))
    settle(con, NOW + 2 * HOUR)
    row = row_of(con, A)
    assert (row["unlisted_at"], row["status"], row["file_name"]) == (None, "fetched", "a.png")
    assert row["first_listed_at"] == NOW


def test_a_source_that_cannot_be_read_keeps_what_it_said(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    store.write_source(con, {"file_path": "one.csv", "file_size": 2, "mtime_ns": 2, "version": 1,
                             "rows": 0, "error": "torn", "read_at": NOW}, None)  # fmt: skip
    assert store.load_unreadable(con) == ["torn"]
    assert settle(con) == 0


def test_an_address_that_is_none_is_a_row_that_says_why_until_it_is_mended(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place("httq://x", problem="no scheme of the web"))
    settle(con)
    row = row_of(con, "httq://x")
    assert (row["status"], row["is_final"]) == ("refused", True)
    assert row["reason"] == "no scheme of the web"
    assert due(con) == []
    assert redo(con, failed=True, force=True) == []
    write(con, "one.csv", place("httq://x"))
    settle(con)
    assert row_of(con, "httq://x")["status"] == "pending"
    assert due(con) == ["httq://x"]


def test_shallow_and_relevant_ones_come_first(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(C), place(A, depth=1, relevance=1.0),
          place(B, depth=1, relevance=2.0))  # fmt: skip
    settle(con)
    assert due(con) == [B, A, C]
    assert store.load_due(con, ALL, 2, NOW)["url"].to_list() == [B, A]


def test_depth_and_relevance_choose_and_the_unknown_waits(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A, depth=0, relevance=1.0), place(B, depth=2, relevance=5.0),
          place(C))  # fmt: skip
    settle(con)
    assert due(con, depth=1) == [A]
    assert due(con, minrel=2.0) == [B]
    assert due(con, depth=1, minrel=2.0) == []
    assert sorted(due(con)) == [A, B, C]


def test_a_failure_waits_for_its_time_and_is_given_up_after_the_attempts_in_force(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    tried(con, A, status="failed", attempts=4, next_retry_at=NOW + HOUR)
    assert due(con, NOW + HOUR - timedelta(seconds=1)) == []
    assert due(con, NOW + HOUR) == [A]
    tried(con, A, status="failed", attempts=5)
    assert due(con, NOW + timedelta(days=400)) == []
    assert store.load_due(con, Selection(LIMITS, 6), 0, NOW)["url"].to_list() == [A]


def test_a_clock_that_was_set_back_has_nothing_wait_for_years(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    later = NOW + timedelta(days=900)
    tried(con, A, later, status="failed", attempts=1, next_retry_at=later + HOUR)
    assert due(con) == [A]


@pytest.mark.parametrize("status", ["skipped", "refused"])
def test_other_limits_have_it_asked_for_again(con: duckdb.DuckDBPyConnection, status: str) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    tried(con, A, status=status, is_final=True, settings=LIMITS)
    assert due(con, NOW + timedelta(days=99)) == []
    assert store.load_due(con, Selection("others", 5), 0, NOW)["url"].to_list() == [A]


def test_a_download_that_is_lost_is_fetched_again_without_its_etag(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    download(con, "a.png")
    tried(con, A, status="fetched", file_name="a.png", etag='"1"')
    assert due(con) == []
    con.execute("UPDATE media_files SET status = 'unknown'")  # its disk is not there just now
    assert due(con) == []
    con.execute("UPDATE media_files SET status = 'missing'")
    assert store.load_due(con, ALL, 0, NOW).rows() == [(A, None, None)]


def redo(con: duckdb.DuckDBPyConnection, **choice: Any) -> list[str]:
    return store.load_redo(con, Selection(LIMITS, 5), NOW, **choice)["url"].to_list()


def test_a_download_that_is_cut_off_is_fetched_again_without_its_etag(
    con: duckdb.DuckDBPyConnection,
) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    download(con, "a.png")
    tried(con, A, status="fetched", file_name="a.png", file_size=2, etag='"1"')
    assert store.load_due(con, ALL, 0, NOW).rows() == [(A, None, None)]
    assert not store.load_urls(con, [A])[A]["has_content"]
    tried(con, A, status="fetched", file_name="a.png", file_size=1)
    assert due(con) == []
    assert store.load_urls(con, [A])[A]["has_content"]


def test_what_no_scan_has_seen_is_known(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A), place(B))
    settle(con)
    assert not store.has_unseen(con)
    tried(con, A, status="fetched", file_name="a.png")
    assert store.has_unseen(con)
    download(con, "a.png", status="missing")
    assert not store.has_unseen(con)


def test_a_refresh_asks_by_the_etag(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A))
    settle(con)
    download(con, "a.png")
    tried(con, A, status="fetched", file_name="a.png", etag='"1"')
    fresh = Selection(LIMITS, 5, refresh_before=NOW)
    assert store.load_due(con, fresh, 0, NOW).is_empty()
    old = Selection(LIMITS, 5, refresh_before=NOW + HOUR)
    assert store.load_due(con, old, 0, NOW + HOUR).rows() == [(A, '"1"', None)]


def test_what_a_person_wants_again_is_due_at_once(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A), place(B), place(C))
    settle(con)
    download(con, "b.png")
    tried(con, A, status="failed", attempts=5, is_final=True)
    tried(con, B, status="fetched", file_name="b.png")
    tried(con, C, status="refused", is_final=True, settings=LIMITS)
    assert due(con) == []
    assert redo(con, failed=True) == [A, C]
    assert redo(con, force=True) == [A, B, C]
    assert redo(con, failed=True, limit=1) == [A]
    assert redo(con) == []
    assert store.make_due(con, [A, B]) == 2
    assert due(con) == [A, B]
    assert row_of(con, A)["attempts"] == 0


def test_what_is_settled_is_counted_by_its_media(con: duckdb.DuckDBPyConnection) -> None:
    urls = [f"https://x.org/{number}" for number in range(6)]
    write(con, "one.csv", *map(place, urls))
    settle(con)
    for name in ("done.png", "broken.png", "new.png"):
        download(con, name)
    stage = "('{}', 'image_metadata', 1, '', 1, 1, now()::TIMESTAMP, NULL)"
    con.execute(f"INSERT INTO media_stages VALUES {stage.format('done.png')}")
    con.execute(f"INSERT INTO media_stages VALUES {stage.format('broken.png')}")
    con.execute(
        "INSERT INTO media_failures VALUES ('broken.png', 'thumbnails', 'E', 'm', 1, "
        "now()::TIMESTAMP, now()::TIMESTAMP, now()::TIMESTAMP, 1, '', 1, 1)"
    )
    for url, name in zip(urls, ("done.png", "broken.png", "new.png"), strict=False):
        tried(con, url, status="fetched", file_name=name)
    tried(con, urls[3], status="failed", attempts=1)
    tried(con, urls[4], status="skipped")
    assert store.count_settled(con, urls) == (1, 2, 1)
    found = land_views.numbers(con)
    assert (found["urls"], found["fetched"], found["failed_analysis"]) == (6, 3, 1)
    assert (found["failed"], found["skipped"], found["pending"]) == (1, 1, 1)


def test_clusters_are_what_several_pages_have(con: duckdb.DuckDBPyConnection) -> None:
    write(con, "one.csv", place(A, page_url="p"), place(A, page_url="q"), place(B, page_url="p"),
          place(C, page_url="r"))  # fmt: skip
    settle(con)
    for url, name in ((A, "a.png"), (B, "b.png"), (C, "c.png")):
        download(con, name)
        tried(con, url, status="fetched", file_name=name)
    assert [(row["pages"], row["media"]) for row in land_views.clusters(con, 9)] == [(2, 1)]
    con.execute("INSERT INTO duplicates (media_id, group_id, keep, found_at) "
                "VALUES ('b.png', 'g', true, now()::TIMESTAMP), "
                "('c.png', 'g', false, now()::TIMESTAMP)")  # fmt: skip
    found = [(row["pages"], row["media"]) for row in land_views.clusters(con, 9)]
    assert found == [(2, 2), (2, 1)]


def test_hosts_that_fail_are_counted(con: duckdb.DuckDBPyConnection) -> None:
    urls = ["https://a.org/1", "https://a.org/2", "https://a.org:8443/3", "http://b.org"]
    write(con, "one.csv", *map(place, urls), place("nonsense", problem="none"))
    settle(con)
    tried(con, urls[0], status="failed", attempts=1, error_class="HTTP 404")
    tried(con, urls[2], status="refused", attempts=1, error_class="AddressRefused")
    assert land_views.failing_hosts(con, 9) == [
        {"host": "a.org", "failed": 1, "urls": 2, "mostly": "HTTP 404"},
        {"host": "a.org:8443", "failed": 1, "urls": 1, "mostly": "AddressRefused"},
    ]


def test_the_latest_job_is_the_one_that_began_last(con: duckdb.DuckDBPyConnection) -> None:
    assert store.latest_job(con) is None
    job = {"total": 3, "analyzed": 1, "failed": 1, "skipped": 1, "waiting": 0, "downloads": 1,
           "bytes": 9, "success_rate": 0.5, "duration": 1.5, "filters": "{}"}  # fmt: skip
    for hours in (2, 1):
        store.write_job(con, {**job, "started_at": NOW + hours * HOUR, "total": hours})
    latest = store.latest_job(con)
    assert latest is not None
    assert (latest["total"], latest["success_rate"]) == (2, 0.5)
    assert len(list(itertools.chain(con.execute("FROM land_jobs").fetchall()))) == 2


def test_pictures_of_a_land_leave_out_what_is_missing(con: duckdb.DuckDBPyConnection) -> None:
    download(con, "a.png")
    download(con, "b.png", "missing")
    colour = '[{"hex": "#ff0000", "name": "red", "share": 0.5}]'
    for name, width in (("a.png", 4), ("b.png", 8)):
        con.execute(
            "INSERT INTO image_metadata (media_id, width, height, aspect_ratio, format, "
            "color_mode, has_alpha, frames, dominant_colors) "
            "VALUES (?, ?, 3, 1, 'PNG', 'RGB', false, 1, ?)",
            [name, width, colour],
        )
    assert land_views.sizes(con) == [(4, 3, 1)]
    assert [(row["name"], row["share"]) for row in land_views.colours(con, 9)] == [("red", 0.5)]
