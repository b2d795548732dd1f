"""A job of a land: what is due is fetched once, analysed, and told; a stop loses nothing."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from analysed_home import clip, png, tune
from land_under_test import LAND, Land, land_at

from media_assets.settings import LibrarySettings
from media_assets.stages.land import Choice, has_due, run_job
from media_assets.stages.progress import Progress
from media_assets.stages.status import land_status
from media_assets.web_settings import LandSettings

ETAG = {"ETag": '"1"'}


@pytest.fixture
def land(tmp_path: Path) -> Iterator[Land]:
    with land_at(tmp_path) as land:
        yield land


def test_a_land_from_its_lists_to_its_tables(land: Land) -> None:
    server = land.server
    urls = [server.put("/a.png", png(1)), server.put("/b.mp4", clip(1)),
            server.put("/c.wav", tune(1)), server.put("/twin.png", png(1)),
            server.put("/broken.png", png(2)[:300]), server.site + "/absent.png"]  # fmt: skip
    land.write_list(*urls, "mailto:nobody")
    report = land.work()
    result = report.result()
    assert (result["total"], result["analyzed"], result["failed"]) == (6, 4, 2)
    assert (result["skipped"], result["waiting"], result["success_rate"]) == (0, 0, 4 / 6)
    assert report.downloads == 4  # two URLs have one content
    assert len(land.downloads) == 4
    assert land.rows("SELECT kind, count(*) FROM media_files GROUP BY ALL ORDER BY ALL") == [
        ("audio", 1), ("image", 2), ("video", 1),
    ]  # fmt: skip
    assert land.rows("SELECT count(*) FROM image_metadata WHERE phash IS NOT NULL") == [(1,)]
    assert land.rows("SELECT count(*) FROM thumbnails") == [(2,)]
    assert land.row(urls[5], "status", "error_class", "is_final") == ("failed", "HTTP 404", True)
    assert land.row(urls[0], "file_name") == land.row(urls[3], "file_name")
    status = land_status(land.platform, LAND)
    assert status["urls"] == {"fetched": 5, "failed": 1, "refused": 1}
    assert status["job"] is not None
    assert status["job"].keys() == result.keys()
    assert status["job"] | {"duration": 0} == result | {"duration": 0}


def test_a_second_job_asks_for_nothing_and_writes_nothing(land: Land) -> None:
    land.write_list(land.server.put("/a.png", png(1)), land.server.site + "/absent.png")
    land.work()
    asked = list(land.server.asked)
    file = land.platform.places.player_database(LAND)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    report = land.work()
    assert (report.total, report.rows_written) == (0, 0)
    assert land.server.asked == asked
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert not has_due(land.platform, LAND)


def test_what_a_list_gains_is_fetched_and_what_it_loses_stays(land: Land) -> None:
    first, second = land.server.put("/1.png", png(1)), land.server.put("/2.png", png(2))
    land.write_list(first)
    land.work()
    land.write_list(second, name="list.csv")
    report = land.work()
    assert report.total == 1
    assert land.server.paths() == ["/1.png", "/2.png"]
    assert land.row(first, "status", "unlisted_at IS NOT NULL") == ("fetched", True)
    assert land.rows("SELECT count(*) FROM media_files WHERE status = 'present'") == [(2,)]


def test_a_broken_url_is_asked_for_ever_later_and_then_given_up(land: Land) -> None:
    land.limits(attempts=3, requests_per_attempt=1)
    url = land.server.put("/a.png", b"", status=503)
    land.write_list(url)
    land.read()
    waits = []
    for _ in range(3):
        assert has_due(land.platform, LAND)
        land.work()
        (later,) = land.row(url, "next_retry_at")
        if later is not None:
            waits.append(later - land.now.replace(tzinfo=None))
            land.now += waits[-1]
    assert len(land.server.asked) == 3
    assert timedelta(minutes=11) < waits[0] < timedelta(minutes=19) < waits[1]
    land.now += timedelta(days=365)
    assert not has_due(land.platform, LAND)
    reason, attempts = land.row(url, "reason", "attempts")
    assert reason.endswith("given up after 3 attempts")
    assert attempts == 3
    land.limits(attempts=4, requests_per_attempt=1)
    assert has_due(land.platform, LAND)


def test_a_host_that_asks_to_wait_is_not_asked_before(land: Land) -> None:
    urls = [land.server.put(f"/{n}.png", b"", status=429, Retry_After="7200") for n in range(20)]
    land.write_list(*urls)
    land.work()
    assert len(land.server.asked) <= 8  # those that were under way, and what each workers had
    land.now += timedelta(minutes=119)
    assert not has_due(land.platform, LAND)
    land.now += timedelta(minutes=2)
    for number in range(20):
        land.server.put(f"/{number}.png", png(number))
    report = land.work()
    assert report.analyzed == 20


def test_what_was_refused_waits_too_when_its_host_asks_for_it(land: Land) -> None:
    land.limits(robots=True, requests_per_attempt=1)
    land.server.put("/robots.txt", b"", status=503)
    url = land.server.put("/a.png", b"", status=429, Retry_After="7200")
    land.write_list(url, land.server.put("/b.png", b"", status=429, Retry_After="7200"))
    land.work()
    assert land.rows("SELECT DISTINCT status FROM web_media") == [("refused",)]
    land.server.put("/robots.txt", b"")
    land.now += timedelta(hours=1)
    land.limits(robots=True, requests_per_attempt=1, host_concurrency=1)
    land.work()
    assert len(land.server.paths()) == 3  # its rules twice, and one of both
    land.now += timedelta(hours=1)
    assert not has_due(land.platform, LAND)
    land.now += timedelta(hours=2)
    assert land.work().total == 2


def test_filters_skip_with_a_reason_and_others_fetch_it_after_all(land: Land) -> None:
    land.limits(min_width=100, types=("image",))
    small, tone = land.server.put("/small.png", png(1)), land.server.put("/a.wav", tune(1))
    land.write_list(small, tone, land.server.put("/large.png", png(2, (200, 100))))
    report = land.work()
    assert (report.analyzed, report.skipped, report.failed) == (1, 2, 0)
    assert report.success_rate == 1.0
    status, reason, width, height = land.row(small, "status", "reason", "width", "height")
    assert (status, width, height) == ("skipped", 64, 48)
    assert "min_width" in reason
    assert len(land.downloads) == 1
    assert land.work().total == 0
    land.limits()
    assert land.work().analyzed == 2
    assert land.row(small, "status", "reason") == ("fetched", None)


def test_depth_relevance_and_limit_choose(land: Land) -> None:
    rows = [{"url": land.server.put(f"/{n}.png", png(n)), "depth": n % 3, "relevance": n}
            for n in range(6)]  # fmt: skip
    land.write_list(*rows)
    assert land.work(Choice(depth=0, minrel=1.0)).total == 1
    assert land.server.paths() == ["/3.png"]
    report = land.work(Choice(limit=2))
    assert report.total == 2
    assert land.server.paths() == ["/0.png", "/3.png", "/4.png"]  # seed pages, then relevance
    assert report.filters["limit"] == 2
    assert land.work().total == 3


def test_the_section_of_the_land_chooses_too(land: Land) -> None:
    section = LandSettings(depth=0, batch_size=1)
    land.settings = land.settings.model_copy(update={"lands": {LAND: section}})
    land.write_list({"url": land.server.put("/a.png", png(1)), "depth": 0},
              {"url": land.server.put("/b.png", png(2)), "depth": 1},
              {"url": land.server.put("/c.png", png(3))})  # fmt: skip
    report = land.work()
    assert (report.total, report.filters["depth"], report.filters["batch_size"]) == (1, 0, 1)


def test_a_refresh_asks_by_etag_and_takes_what_changed(land: Land) -> None:
    same = land.server.put("/same.png", png(1), **ETAG)
    other = land.server.put("/other.png", png(2), **ETAG)
    gone = land.server.put("/gone.png", png(3))
    land.write_list(same, other, gone)
    land.work()
    land.server.put("/other.png", png(4), ETag='"2"')
    land.server.answers.pop("/gone.png")
    land.server.asked.clear()
    land.now += timedelta(days=1)
    report = land.work(Choice(refresh=True))
    assert sorted(land.server.asked) == [
        ("/gone.png", None), ("/other.png", '"1"'), ("/same.png", '"1"'),
    ]  # fmt: skip
    assert (report.unchanged, report.downloads, report.analyzed) == (1, 1, 3)
    assert land.row(other, "etag") == ('"2"',)
    status, reason = land.row(gone, "status", "reason")
    assert status == "fetched"
    assert "HTTP 404" in reason


def test_refresh_days_make_it_due(land: Land) -> None:
    land.limits(refresh_days=10)
    land.write_list(land.server.put("/a.png", png(1), **ETAG))
    land.work()
    land.now += timedelta(days=9)
    assert not has_due(land.platform, LAND)
    land.now += timedelta(days=2)
    assert land.work().unchanged == 1


def test_a_download_that_was_deleted_is_fetched_again(land: Land) -> None:
    land.write_list(*(land.server.put(f"/{n}.png", png(n), **ETAG) for n in range(9)))
    land.work()
    land.downloads[0].unlink()
    from media_assets.stages.discover import discover

    discover(land.platform, LAND)
    report = land.work()
    assert (report.total, report.analyzed, report.downloads) == (1, 1, 1)
    assert land.server.asked[-1][1] is None
    assert len(land.downloads) == 9


def test_addresses_inside_the_network_are_refused_and_not_asked(land: Land) -> None:
    land.limits(allowed_endpoints=())
    url = land.server.put("/a.png", png(1))
    land.write_list(url)
    report = land.work()
    assert (report.failed, land.server.asked) == (1, [])
    assert land.row(url, "status", "error_class", "is_final") == ("refused", "AddressRefused", True)
    assert land.work().total == 0
    land.limits()
    assert land.work().analyzed == 1  # with other limits it is asked for


class Stopped(Exception):
    pass


def test_a_job_that_is_stopped_is_gone_on_with(land: Land) -> None:
    land.write_list(*(land.server.put(f"/{n:02}.png", png(n)) for n in range(30)))
    land.server.open_after = 12
    land.read()
    seen = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.task.endswith("media fetched") and progress.done >= 3:
            seen.set()
            raise Stopped

    section = LandSettings(batch_size=3)
    land.settings = land.settings.model_copy(update={"lands": {LAND: section}})
    with pytest.raises(Stopped):
        _run_with_eager_listener(land, stop)
    land.server.gate.set()
    land.server.open_after = None
    fetched = land.rows("SELECT count(*) FROM web_media WHERE status = 'fetched'")[0][0]
    assert 3 <= fetched < 30
    job = land_status(land.platform, LAND)["job"]
    assert job is not None
    assert land.rows("SELECT trouble FROM land_jobs") == [("Stopped: ",)]
    report = run_job(land.platform, LAND)
    assert report.total == 30 - fetched
    assert land.rows("SELECT count(*) FROM web_media WHERE status = 'fetched'") == [(30,)]
    assert land.rows("SELECT count(*) FROM image_metadata") == [(30,)]


def test_a_stop_during_the_analysis_loses_nothing_that_came(land: Land) -> None:
    land.write_list(*(land.server.put(f"/{n:02}.png", png(n)) for n in range(30)))
    section = LandSettings(batch_size=3)
    land.settings = land.settings.model_copy(update={"lands": {LAND: section}})
    land.read()

    def stop(progress: Progress) -> None:
        if progress.task.endswith("media analysed"):
            while len(land.server.asked) < 30:  # behind those that came, others wait to be taken
                time.sleep(0.001)
            raise Stopped

    with pytest.raises(Stopped):
        run_job(land.platform, LAND, listener=stop)
    fetched = "SELECT count(*) FROM web_media WHERE status = 'fetched'"
    ((came,),) = land.rows(fetched)
    assert came >= 3 * 3  # the batch that is analysed, and two more
    assert run_job(land.platform, LAND).total == 30 - came
    assert land.rows(fetched) == [(30,)]


def test_what_no_scan_has_seen_is_not_fetched_again(land: Land) -> None:
    """A job that was killed before its scan leaves that."""
    land.write_list(*(land.server.put(f"/{n}.png", png(n)) for n in range(3)))
    land.work()
    _forget_the_scan(land)
    report = land.work()
    assert (report.total, len(land.server.asked)) == (0, 3)
    assert land.rows("SELECT count(*) FROM media_files") == [(3,)]
    _forget_the_scan(land)
    land.downloads[0].unlink()
    assert land.work().downloads == 1


def _forget_the_scan(land: Land) -> None:
    file = land.platform.places.player_database(LAND)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM media_files")


def test_a_limit_of_scans_has_nothing_fetched_twice(land: Land) -> None:
    library = LibrarySettings(max_files_per_scan=2)
    land.settings = land.settings.model_copy(update={"library": library})
    land.write_list(*(land.server.put(f"/{n}.png", png(n)) for n in range(9)))
    assert land.work().analyzed == 9
    assert land.work().total == 0
    assert len(land.server.asked) == 9


def _run_with_eager_listener(land: Land, listener: "object") -> None:
    """The meter tells every two seconds; here each batch is told as the analysis ends it."""

    def hear(progress: Progress) -> None:
        listener(Progress(f"{LAND}: media fetched", progress.done, 0, None, 1.0))  # type: ignore[operator]

    run_job(land.platform, LAND, listener=hear)


def test_one_job_at_a_time(land: Land) -> None:
    from dataclasses import replace

    from media_assets.errors import StoreLockedError
    from media_assets.store.locks import exclusive

    land.write_list(land.server.put("/a.png", png(1)))
    land.read()
    platform = replace(land.platform, lock_wait=0.01)
    with exclusive(platform.places.fetch_lock(LAND)), pytest.raises(StoreLockedError):
        run_job(platform, LAND)
    assert land.server.asked == []


def test_a_job_row_has_its_filters_as_json(land: Land) -> None:
    land.limits(min_height=10)
    land.write_list(land.server.put("/a.png", png(1)))
    land.work()
    ((filters, total, size),) = land.rows("SELECT filters, total, bytes FROM land_jobs")
    assert json.loads(filters)["min_height"] == 10
    assert (total, size) == (1, len(png(1)))


def test_without_a_network_no_land_is_given_up(land: Land) -> None:
    from dataclasses import replace

    from media_assets.stages.land import run_job
    from media_assets.web.route import THE_WEB

    async def unresolved(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    land.limits(attempts=2)
    land.write_list("http://a.example/1.png", "http://b.example/2.png")
    land.read()
    for _ in range(4):
        platform = replace(land.platform, web=replace(THE_WEB, resolve=unresolved))
        assert run_job(platform, LAND).failed == 2
        land.now += timedelta(hours=1)
    assert land.rows("SELECT DISTINCT status, attempts, is_final FROM web_media") == [
        ("failed", 0, False)
    ]
    assert has_due(land.platform, LAND)


def test_what_ended_a_job_is_told(land: Land) -> None:
    land.write_list(land.server.put("/a.png", png(1)))
    land.read()

    def fail(_: Progress) -> None:
        raise RuntimeError("nobody listens")

    from media_assets.stages.land import run_job

    with pytest.raises(RuntimeError):
        run_job(land.platform, LAND, listener=fail)
    assert land.rows("SELECT trouble FROM land_jobs") == [("RuntimeError: nobody listens",)]
