"""A match in the raw store appears whole, whoever else writes it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import match_shapes as shapes
import pytest

from media_assets.errors import MatchDataError
from media_assets.matches.backfill import FROM_FILM, FROM_SKILL, FROM_STATS
from media_assets.matches.raw_store import (
    FILM_MISSING,
    LEFTOVER_SECONDS,
    SKILL,
    SKILL_MISSING,
    STATS,
    RawStore,
)
from media_assets.matches.rows import match_rows
from media_assets.matches.source_files import read_source

WHOLE = {STATS: b"{}", SKILL: b'{"Value": []}', "film_41.gzip": b"film"}
MATCH = shapes.match_id()


def test_a_new_match_is_written_with_one_rename(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    assert raw.put_match(MATCH, WHOLE)
    assert raw.parts(MATCH) == ("film_41.gzip", "skill.json", "stats.json")
    assert list((tmp_path / ".incoming").iterdir()) == []
    assert not raw.put_match(MATCH, WHOLE)


def test_parts_that_come_later_are_added_and_none_is_changed(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    raw.put_match(MATCH, {STATS: b"first"})
    assert raw.put_match(MATCH, WHOLE)
    assert raw.read(MATCH, STATS) == b"first"
    assert raw.has(MATCH)
    assert len(raw.parts(MATCH)) == 3


def test_of_many_who_write_it_one_does_and_it_is_whole(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: raw.put_match(MATCH, WHOLE), range(16)))
    assert written.count(True) >= 1
    assert {part: raw.read(MATCH, part) for part in raw.parts(MATCH)} == WHOLE
    assert list((tmp_path / ".incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["../stats.json", "other.json", ".incoming", ""])
def test_another_name_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    with pytest.raises(MatchDataError):
        raw.put_match(MATCH, {STATS: b"{}", name: b""})
    with pytest.raises(MatchDataError):
        raw.put_match("../outside", WHOLE)
    assert list(tmp_path.glob("[!.]*")) == []


def test_what_a_killed_writer_left_is_nobodys_match(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from media_assets.matches import raw_store\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "raw_store.RawStore(Path(sys.argv[1])).put_match(sys.argv[2], {'stats.json': b'{}'})"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), MATCH], check=False)
    assert done.returncode < 0
    raw = RawStore(tmp_path)
    assert list(raw.match_ids()) == []
    (draft,) = (tmp_path / ".incoming").iterdir()
    assert raw.remove_leftovers() == 0
    assert raw.remove_leftovers(draft.stat().st_mtime + LEFTOVER_SECONDS + 1) == 1
    assert raw.put_match(MATCH, WHOLE)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / MATCH).write_bytes(b"no folder")
    with pytest.raises(OSError, match=r"directory|exists"):
        RawStore(tmp_path).put_match(MATCH, WHOLE)
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_a_skill_that_is_missing_is_remembered_like_a_film(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    assert raw.skill(MATCH) is None
    raw.put_match(MATCH, {STATS: b"{}", SKILL_MISSING: b"", FILM_MISSING: b""})
    assert (raw.skill(MATCH), raw.film(MATCH)) == ("missing", "missing")
    found = match_rows(shapes.stats(), "missing", "missing")
    bits = FROM_STATS | FROM_SKILL | FROM_FILM
    assert found.registry["backfill_completed"] & bits == bits
    taken = read_source(tmp_path / MATCH / SKILL_MISSING)
    assert (taken.content, taken.match_id, taken.part) == ("skill", MATCH, SKILL_MISSING)


def test_statistics_that_were_rejected_are_known_again(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    raw.put_match(MATCH, WHOLE)
    assert not raw.was_rejected(MATCH, b"{}")
    raw.reject(MATCH)
    assert raw.was_rejected(MATCH, b"{}")
    assert not raw.was_rejected(MATCH, b"{ }")
    assert not raw.has(MATCH)
