"""A data folder on a disk that runs full: said with a remedy, nothing lost, and gone on with."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest
from analysed_home import PLAYER, Home, png, tune
from small_disk import SmallDisk, small_disk
from small_library import KETAN
from tables import all_rows
from workplace import Workplace

from media_assets.errors import StoreError
from media_assets.library.words import Words
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.notes import annotate
from media_assets.stages.status import status

TOLD = r"{}.*: the disk is full: make room on it, or set data_dir to a larger one"
KIB = 1024


@dataclass(frozen=True)
class Moment:
    """What is done with room on the disk, what is done then, and the bytes that are left for it."""

    before: Callable[[Home], object]
    then: Callable[[Home], object]
    leave: int


def everything(home: Home) -> None:
    home.work()
    home.publish()


def scan(home: Home) -> None:
    discover(home.platform, PLAYER)


def look(home: Home) -> None:
    analyse(home.platform, PLAYER)


def change_words(home: Home) -> None:
    """Published anew is then one small table, whose file must not be torn."""
    everything(home)
    (media_id,) = home.rows("SELECT min(media_id) FROM media_files")[0]
    annotate(home.platform, [str(media_id)], Words(note="a long note " * 3000))


MOMENTS = {
    "the database is made": Moment(lambda _: None, scan, 64 * KIB),
    "what was found is written": Moment(
        lambda home: home.platform.player_database(PLAYER), scan, 0
    ),
    "the first poster is written": Moment(scan, look, 0),
    "some posters are written": Moment(scan, look, 60 * KIB),
    "the batch is written": Moment(scan, look, 420 * KIB),
    "the view is made": Moment(Home.work, Home.publish, 0),
    "the first table is published": Moment(change_words, Home.publish, 0),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "home" / "data", 40 * KIB) as disk:
        yield disk


@pytest.fixture
def home(disk: SmallDisk) -> Home:
    home = Home(disk.folder.parent)
    fill(home)
    return home


def fill(home: Home) -> None:
    for number in range(8):
        name = f"{number}.png"
        os.utime(home.write(name, png(number, (320, 240))), (number + 1, number + 1))
    for name, content in (("tune.wav", tune(1)), ("bad.png", b"no picture")):
        os.utime(home.write(name, content), (1, 1))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("undisturbed"))
    fill(home)
    everything(home)
    return home


def comparable(home: Home) -> dict[str, list[str]]:
    """The tables without people's words and without the folder's name, and the files."""
    rows = {
        name: sorted(repr(row).replace(str(home.base), "") for row in found)
        for name, found in all_rows(home.base / "data").items()
        if not name.endswith("media_notes")
    }
    derived = home.base / "data" / "derived"
    rows["posters"] = sorted(
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in derived.rglob("*.*")
    )
    return rows


@pytest.mark.parametrize("name", MOMENTS)
def test_a_full_disk_is_told_and_the_next_run_goes_on(
    name: str, home: Home, disk: SmallDisk, undisturbed: Home
) -> None:
    moment = MOMENTS[name]
    moment.before(home)
    published = readable(home)
    with disk.filled(moment.leave):
        with pytest.raises(StoreError, match=TOLD.format(disk.folder)):
            moment.then(home)
        assert readable(home) == published
        status(home.platform)  # and people can still look
        assert unfinished(home) == []
    everything(home)
    assert comparable(home) == comparable(undisturbed)
    assert readable(home).keys() == readable(undisturbed).keys()


def readable(home: Home) -> dict[str, object]:
    """What a reader finds who takes every Parquet file, also one whose name begins with a dot."""
    folder = home.base / "data" / "published" / PLAYER
    return {file.name: pl.read_parquet(file).to_dicts() for file in folder.glob("*.parquet")}


def unfinished(home: Home) -> list[Path]:
    """Files that somebody began and nobody will end, which would take up room."""
    hidden = (home.base / "data").rglob(".*")
    return [path for path in hidden if path.is_file()]


def test_a_larger_disk_is_as_good_as_a_cleaner_one(tmp_path: Path, undisturbed: Home) -> None:
    """Three times too small, each time larger: every run keeps what the one before made."""
    with small_disk(tmp_path / "home" / "data", KIB // 2) as disk:
        home = Home(disk.folder.parent)
        fill(home)
        for kib in (KIB // 2, 1 * KIB, 2 * KIB):
            disk.resize(kib)
            with pytest.raises(StoreError, match="the disk is full"):
                everything(home)
        disk.resize(40 * KIB)
        everything(home)
        assert comparable(home) == comparable(undisturbed)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("leave", [0, 150 * KIB, 1000 * KIB])
def test_the_command_says_it_in_a_line(leave: int, small_library: Path, tmp_path: Path) -> None:
    """Dagster's own history lies on that disk too: it ends there, or later in a step."""
    copytree(small_library, tmp_path / "place")
    place = Workplace(tmp_path / "place", own_home=False)
    with small_disk(place.data, 60 * KIB) as disk:
        run = ("run", "--player", KETAN)
        with disk.filled(leave):
            done = place.run(*run, code=1)
        assert "the disk is full: make room on it, or set data_dir" in done.stderr
        assert str(place.data) in done.stderr
        assert "Traceback" not in done.stderr
        place.run(*run)
