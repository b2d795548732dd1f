"""A job of a land whose servers lie: each URL ends as a row that says what happened.

Names lead nowhere but to the server of the test, and nothing leaves the machine.
"""

import gzip
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from analysed_home import png
from hostile_server import Answer, HostileServer, http, raw, to
from land_under_test import LAND, Land
from picture_server import PictureServer
from web_place import GLOBAL, Leading

from media_assets.stages.platform import Platform
from media_assets.web.route import THE_WEB

PNG = png(1)
OK = b"HTTP/1.1 200 OK\r\n"
NAMES = {"rebinding.example": [["10.0.0.1"]], "inside.example": [["192.168.1.7"]],
         "both.example": [[GLOBAL, "127.0.0.1"]]}  # fmt: skip

ANSWERS: dict[str, tuple[Answer, str, str | None, bool]] = {
    "fine": (http(PNG), "fetched", None, False),
    "web-page": (http(b"<!doctype html><p>" * 99, Content_Type="image/png"),
                 "skipped", "NotMedia", True),
    "endless": (Answer(lambda: chain([OK + b"\r\n" + PNG], repeat(bytes(65_536)))),
                "skipped", "TooLarge", True),
    "declared": (raw(OK + b"Content-Length: 99999999\r\n\r\n" + PNG), "skipped", "TooLarge", True),
    "bomb": (http(gzip.compress(PNG + bytes(50_000_000), 1), Content_Encoding="gzip"),
             "skipped", "TooLarge", True),
    "short": (raw(OK + b"Content-Length: 9999\r\n\r\n" + PNG),
              "failed", "RemoteProtocolError", False),
    "drip": (Answer(lambda: repeat(b"X"), pause=0.02), "failed", "TotalTimeout", False),
    "gone": (http(status="410 Gone"), "failed", "HTTP 410", True),
    "busy": (http(status="503 Busy", Retry_After="3600"), "failed", "HTTP 503", False),
    "loop": (to("/loop"), "failed", "RedirectLoop", True),
    "metadata": (to("http://169.254.169.254/latest"), "refused", "AddressRefused", True),
    "decimal": (to("http://2130706433/"), "refused", "AddressRefused", True),
    "octal": (to("http://0177.0.0.1/"), "refused", "AddressRefused", True),
    "mapped": (to("http://[::ffff:10.0.0.1]/"), "refused", "AddressRefused", True),
    "to-a-name": (to("http://inside.example/"), "refused", "AddressRefused", True),
    "to-a-file": (to("file:///etc/passwd"), "refused", "SchemeRefused", True),
    "noai": (http(PNG, X_Robots_Tag="noai"), "refused", "NoAI", True),
}  # fmt: skip
OTHERS = {
    "http://rebinding.example/": ("refused", "AddressRefused", True),
    "http://both.example/": ("refused", "AddressRefused", True),
    "http://[::1]/": ("refused", "AddressRefused", True),
    "http://nowhere.example/": ("failed", "NoSuchHost", False),
    "http://user:word@fine.example/": ("refused", "UnusableUrl", True),
}


class HostileLand(Land):
    """Each path of the server has a name of its own, so that no host is judged by another."""

    @property
    def platform(self) -> Platform:
        route = replace(THE_WEB, resolve=self.resolve, network=self.network)
        return replace(super().platform, web=route)

    async def resolve(self, host: str, port: int) -> list[str]:
        if host == "nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return NAMES[host][0] if host in NAMES else [GLOBAL]


@pytest.fixture
def land(tmp_path: Path, server: HostileServer, loopback_only: object) -> HostileLand:
    place = HostileLand(
        tmp_path, PictureServer(), allowed_endpoints=(), max_file_size=1_000_000,
        requests_per_attempt=1, total_seconds=2, read_seconds=1,
    )  # fmt: skip
    place.network = Leading(server.port)  # type: ignore[attr-defined]
    place.now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    return place


def test_every_lie_is_a_row_that_says_what_happened(
    land: HostileLand, server: HostileServer
) -> None:
    for name, (answer, *_) in ANSWERS.items():
        server.answers[f"/{name}"] = answer
    urls = {f"http://{name}.example/{name}": told for name, (_, *told) in ANSWERS.items()}
    land.write_list(*urls, *OTHERS)
    report = land.work()
    found: dict[str, tuple[Any, ...]] = {
        url: (status, error, final)
        for url, status, error, final in land.rows(
            "SELECT url, status, error_class, is_final FROM web_media"
        )
    }
    wanted = {url: tuple(told) for url, told in (urls | OTHERS).items()}
    masked = {url for url in found if "@" in url}
    assert len(masked) == 1
    assert found.pop(masked.pop()) == wanted.pop("http://user:word@fine.example/")
    assert found == wanted
    assert (report.analyzed, report.skipped) == (1, 4)
    assert report.failed == report.total - 5
    reasons = land.rows("SELECT reason FROM web_media WHERE status <> 'fetched'")
    assert all(len(reason) > 10 for (reason,) in reasons)
    assert not land.rows("SELECT url FROM web_media WHERE url LIKE '%word%'")
    ((later,),) = land.rows("SELECT next_retry_at FROM web_media WHERE url LIKE '%/busy'")
    asked = datetime(2026, 11, 28, 13)  # noqa: DTZ001 - as the tables have it: naive UTC
    assert abs(later - asked) < timedelta(seconds=1)
    assert len(land.downloads) == 1
    assert not list((land.settings.folders(LAND)[0] / ".incoming").iterdir())
    places = {host for host, _ in land.network.places}  # type: ignore[attr-defined]
    assert places == {GLOBAL}
