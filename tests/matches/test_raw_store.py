import json
import os
import subprocess
import sys
import threading
import time

import pytest
from match_shapes import match_id, skill, stats, utc

from media_assets.errors import MatchDataError
from media_assets.matches.raw_store import (
    FILM_MISSING,
    LEFTOVER_SECONDS,
    SKILL,
    STATS,
    RawStore,
    ResponseStore,
    film_part,
    film_version,
)

ONE = match_id(1)


@pytest.fixture
def store(tmp_path):
    return RawStore(tmp_path / "raw" / "matches")


def test_an_empty_store_has_nothing(store):
    assert list(store.match_ids()) == []
    assert store.parts(ONE) == ()
    assert not store.has(ONE)
    assert store.film(ONE) is store.skill(ONE) is None
    assert store.remove_leftovers() == 0


def test_a_part_is_written_once(store):
    assert store.put(ONE, STATS, b"first") is True
    assert store.put(ONE, STATS, b"second") is False
    assert store.read(ONE, STATS) == b"first"


def test_a_match_is_there_when_its_stats_are(store):
    store.put(match_id(9), SKILL, b"{}")
    store.put(match_id(3), STATS, b"{}")
    store.put(match_id(2), STATS, b"{}")
    assert list(store.match_ids()) == [match_id(2), match_id(3)]
    assert store.parts(match_id(9)) == (SKILL,)
    assert not store.has(match_id(9))


@pytest.mark.parametrize("bad", ["..", "../x", "", "a" * 36, ONE + "/..", ONE + "\n", "/etc"])
def test_a_match_id_is_no_path(store, bad):
    with pytest.raises(MatchDataError, match="is not a match id"):
        store.put(bad, STATS, b"")


@pytest.mark.parametrize("bad", ["../stats.json", "film_x.gzip", "", "stats.json\n", "film_.gzip"])
def test_a_part_is_no_path(store, bad):
    with pytest.raises(MatchDataError, match="not the name of a part"):
        store.put(ONE, bad, b"")


def test_an_id_in_capitals_is_the_same_match(store):
    given = "63391382-6B88-43F9-9FF4-6313404C419C"
    store.put(given, STATS, b"{}")
    assert store.has(given.lower())
    assert list(store.match_ids()) == [given.lower()]


def test_film_parts(store):
    assert film_part(38) == "film_38.gzip"
    assert film_version("film_38.gzip") == 38
    assert film_version(STATS) is None
    store.put(ONE, FILM_MISSING, b"")
    assert store.film(ONE) == "missing"
    store.put(ONE, film_part(38), b"chunk")
    assert store.film(ONE) == (38, b"chunk")
    assert store.parts(ONE) == ("film.missing", "film_38.gzip")


def test_responses_of_a_match_are_parsed(store):
    store.put(ONE, STATS, json.dumps(stats()).encode())
    store.put(ONE, SKILL, json.dumps(skill()).encode())
    assert store.stats(ONE) == stats()
    assert store.skill(ONE) == skill()


def test_what_cannot_be_read_is_named(store):
    with pytest.raises(MatchDataError, match=f"stats.json of match {ONE} cannot be read: No such"):
        store.stats(ONE)
    store.put(ONE, STATS, b"[]")
    with pytest.raises(MatchDataError, match="is not a JSON object"):
        store.stats(ONE)


def test_what_a_killed_process_leaves_is_no_part_and_goes_after_a_day(store, tmp_path):
    store.put(ONE, STATS, b"{}")
    incoming = tmp_path / "raw" / "matches" / ".incoming"
    old, new = incoming / "stats.json.1.abc", incoming / "stats.json.2.def"
    for path in (old, new):
        path.write_bytes(b"{half")
    os.utime(new, (1000, 1000))  # as old as the recording is, not as the draft is
    assert list(store.match_ids()) == [ONE]
    assert store.remove_leftovers(time.time() + LEFTOVER_SECONDS - 60) == 0
    assert store.remove_leftovers(time.time() + LEFTOVER_SECONDS + 60) == 2
    assert list(incoming.iterdir()) == []


def test_a_failed_write_leaves_nothing(store, tmp_path):
    store.put(ONE, STATS, b"{}")
    folder = tmp_path / "raw" / "matches"
    (folder / match_id(2)).write_bytes(b"a file where a folder belongs")
    with pytest.raises(OSError, match=match_id(2)):
        store.put(match_id(2), STATS, b"{}")
    assert list((folder / ".incoming").iterdir()) == []


def test_many_writers_leave_one_whole_file(store):
    texts = [bytes([65 + number]) * 200_000 for number in range(8)]
    threads = [threading.Thread(target=store.put, args=(ONE, STATS, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read(ONE, STATS) in texts


def test_a_response_is_kept_once_with_the_time_when_it_was_recorded(tmp_path):
    store = ResponseStore(tmp_path / "raw")
    seen = 1_738_124_845_000_000_000
    assert store.put_response("users", b"[1]", seen) is True
    assert store.put_response("users", b"[1]", seen + 5) is False
    assert store.put_response("users", b"[2]") is True
    assert store.put_response("asset", b"[1]") is True
    found = [one for one in store.responses("users") if one.path.read_bytes() == b"[1]"]
    assert [(one.kind, one.seen) for one in found] == [("users", utc("2025-01-29T04:27:25"))]
    assert len(list(store.responses("users"))) == 2
    assert list(store.responses("history")) == []
    assert store.remove_leftovers() == 0


WRITER = """
import sys, uuid
from pathlib import Path
from media_assets.matches.raw_store import RawStore
store, text = RawStore(Path(sys.argv[1])), b"[" + b"1," * 200_000 + b"1]"
for number in range(10**6):
    store.put(str(uuid.UUID(int=number)), "stats.json", text)
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_only_whole_files(store, tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "raw" / "matches")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        for _ in range(20):
            writer.stdout.readline()
        writer.kill()
    found = list(store.match_ids())
    assert len(found) >= 20
    assert {len(store.read(one, STATS)) for one in found} == {400_003}
    assert store.put(found[-1], STATS, b"") is False
