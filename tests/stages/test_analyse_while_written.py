"""A file that is being written is left for the next scan, and is then taken in whole."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from analysed_home import PLAYER, Home, png

from media_assets.library.content import content_hash, fingerprint
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.products import Products, WorkItem, WorkOptions, make_products

PATIENCE_SECONDS = 60.0

WRITER = """
import os, select, sys
with open(sys.argv[1], "ab", buffering=0) as file:
    while not select.select([sys.stdin], [], [], 0.001)[0]:
        file.write(bytes(4096))
        if file.tell() > 64 * 1024 * 1024:
            file.truncate(1024 * 1024)
"""


@contextmanager
def appending_to(path: Path) -> Iterator[None]:
    """While the block runs, another process appends to a file, a thousand times a second.

    Without the pause it would take a core, and every process that waits for the disk would wait
    for its pages.
    """
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE)
    try:
        wait_for_growth(path)
        yield
    finally:
        assert writer.stdin is not None
        writer.stdin.close()
        assert writer.wait(timeout=PATIENCE_SECONDS) == 0


def wait_for_growth(path: Path) -> None:
    before = path.stat().st_mtime_ns
    deadline = time.monotonic() + PATIENCE_SECONDS
    while path.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, "nobody writes"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_recording_is_left_until_it_is_finished(home: Home) -> None:
    """As a game recorder writes a clip for minutes, scan after scan."""
    home.write("done.png", png(1))
    path = home.write("recording.png", png(2))
    with appending_to(path):
        for _ in range(2):
            discover(home.platform, PLAYER)
            wait_for_growth(path)
            report = analyse(home.platform, PLAYER)
            assert report.unsettled == 1
    assert report.failed == dict.fromkeys(report.failed, 0)
    assert home.rows("SELECT DISTINCT file_name FROM media_stages JOIN media_files "
                     "USING (media_id)") == [("done.png",)]  # fmt: skip
    assert home.rows(
        "SELECT fingerprint, file_hash FROM media_files WHERE file_name = 'recording.png'"
    ) == [(None, None)]
    assert home.rows("SELECT count(*) FROM media_failures") == [(0,)]
    report = home.work()
    assert (report.media, report.unsettled) == (1, 0)
    content = path.read_bytes()
    assert home.rows(
        "SELECT file_size, fingerprint, file_hash FROM media_files "
        "WHERE file_name = 'recording.png'"
    ) == [(len(content), fingerprint(content), content_hash(content))]
    assert home.work().media == 0


class Disturbed(WorkItem):
    """An item whose file is written by another process just when its content has been read."""

    @property
    def twin_hash(self) -> str | None:
        program = "import sys; open(sys.argv[1], 'ab').write(b'x')"
        subprocess.run([sys.executable, "-c", program, self.path], check=True)
        return None

    @twin_hash.setter
    def twin_hash(self, _: str | None) -> None:
        """The base sets it."""


def test_what_was_read_before_the_end_of_a_write_is_thrown_away(home: Home) -> None:
    path = home.write("one.png", png(1))
    status = os.stat(path)
    item = Disturbed(
        "id", str(path), "image", ".png", status.st_size, status.st_mtime_ns,
        frozenset({"image_metadata", "thumbnails"}),
    )  # fmt: skip
    options = WorkOptions(home.settings.thumbnails, home.settings.limits, home.base, home.base)
    assert make_products(options, item) == Products(unsettled=True)
