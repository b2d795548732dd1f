"""kill -9 at random moments, again and again, while the library changes in between.

Five rounds of the stages of one player (the program `crash_work.py`) and one through Dagster. Each
is killed at a random moment: the main process, one of its workers, or all at once; some are left
alone. After each round nothing may be lost, doubled or half-written, and in the end the tables are
those of one undisturbed run over the same files.

`MEDIA_ASSETS_CRASH_SECONDS=600` goes on for so long, with one round in twelve through Dagster;
`MEDIA_ASSETS_CRASH_SEED` chooses another course of events. `-s` shows what was done.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import crash_work
import duckdb
import polars as pl
import pytest
from blake3 import blake3
from crash_tree import Tree
from crash_work import PLAYER, platform_of
from test_kill import orphans_end
from workplace import Workplace

from media_assets.library.words import Words
from media_assets.stages.notes import annotate

ROUNDS = 6
DAGSTER_ROUND = 3
PATIENCE_SECONDS = 600.0
SECONDS = float(os.environ.get("MEDIA_ASSETS_CRASH_SECONDS", "0"))
SEED = int(os.environ.get("MEDIA_ASSETS_CRASH_SEED", "1"))
WRITTEN_AT = (
    "first_seen_at", "last_scan_at", "deleted_at", "done_at", "generated_at", "created_at",
    "computed_at", "associated_at", "changed_at", "first_failed_at", "last_failed_at",
    "next_retry_at", "attempts",
)  # fmt: skip
"""What differs between two runs that end with the same."""

CONFIGURATION = f"""
[players.{PLAYER}]
xuid = "2535433000218846"
timezone = "America/New_York"
[engine]
workers = 2
"""


@dataclass
class Crash:
    """One library, the runs that are killed over it, and what must not get lost."""

    folder: Path
    rng: random.Random
    seen: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    id_of: dict[str, str] = field(default_factory=dict)
    """The id of each content that a complete run has seen, by digest."""
    twins: set[str] = field(default_factory=set)
    """Contents that several files had at one time: which of them has which id is open."""
    typical: float = 3.0
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.library = self.folder / "library" / PLAYER
        self.tree = Tree(self.library, self.folder / "aside", self.rng)
        self.data = self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "players" / PLAYER / "stats.duckdb"

    def change(self, count: int) -> None:
        self.tree.change(count)
        found = Counter(self._digests().values())
        self.twins |= {digest for digest, files in found.items() if files > 1}

    def _digests(self) -> dict[Path, str]:
        files = [*self.tree.files(), *self.tree.aside.glob("*")]
        return {path: blake3(path.read_bytes()).hexdigest() for path in files}

    def round(self, target: str, *, dagster: bool = False) -> None:
        """One run in which one target is killed, then the checks."""
        mark = uuid4().hex
        run = self._start(mark, dagster=dagster)
        started = time.monotonic()
        if target == "nothing":
            self._end(run, completes=True)
            self.typical = 0.7 * self.typical + 0.3 * (time.monotonic() - started)
        else:
            self._kill(run, target, mark, self.rng.uniform(0, 8.0 if dagster else self.typical))
        assert orphans_end(mark), "workers of a killed run live on"
        name = "through Dagster" if dagster else "stages"
        self.counts[f"{name}, {target} killed"] += 1
        self.check()

    def _start(self, mark: str, *, dagster: bool) -> "subprocess.Popen[str]":
        workplace = Workplace(self.folder)
        program = [sys.executable, crash_work.__file__, str(self.folder), "0"]
        run = subprocess.Popen(
            workplace.command("run", "--player", PLAYER) if dagster else program,
            cwd=self.folder,
            env={**workplace.environment(), "KILL_MARK": mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if not dagster and run.stdout is not None:
            assert run.stdout.readline() == "discover\n"  # what was imported is of no interest
        return run

    def _kill(self, run: "subprocess.Popen[str]", target: str, mark: str, delay: float) -> None:
        try:
            run.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            if target == "a worker":
                self._kill_worker(run, mark)
            elif target == "all":
                os.killpg(run.pid, signal.SIGKILL)
            else:
                run.kill()
        self._end(run, completes=target == "a worker")

    def _kill_worker(self, run: "subprocess.Popen[str]", mark: str) -> None:
        workers = [pid for pid in pids_with(mark) if pid != run.pid]
        if workers:
            self.counts["workers found to be killed"] += 1
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(self.rng.choice(workers), signal.SIGKILL)

    def _end(self, run: "subprocess.Popen[str]", *, completes: bool) -> None:
        output, _ = run.communicate(timeout=PATIENCE_SECONDS)
        steps = [line for line in output.splitlines() if line in (*crash_work.STEPS, "done")]
        if completes:
            assert run.returncode == 0, output
        if run.returncode:
            assert run.returncode == -signal.SIGKILL, output
            self.counts[f"killed in {steps[-1] if steps else 'discover or Dagster'}"] += 1

    def check(self) -> None:
        """What must hold at any moment."""
        for file in self.data.rglob("*.parquet*"):
            if file.suffix == ".parquet":  # also those whose name begins with a dot
                assert pl.read_parquet(file).width > 0, file
        for file in self.data.rglob("*.duckdb"):
            with duckdb.connect(str(file), read_only=True):
                pass
        if not self.database.exists():
            return
        with duckdb.connect(str(self.database), read_only=True) as con:
            self._check_tables(con)
            ids = {row[0] for row in con.execute("SELECT media_id FROM media_files").fetchall()}
            words = dict(con.execute("SELECT media_id, note FROM media_notes").fetchall())
        assert self.seen <= ids, "ids are lost"
        self.seen = ids
        assert words == self.words, "people's words are lost"
        self._write_words(sorted(ids))

    def _check_tables(self, con: duckdb.DuckDBPyConnection) -> None:
        for query in IMPOSSIBLE:
            assert con.execute(query).fetchall() == [], query
        for name, size in con.execute(POSTERS).fetchall():
            assert (self.data / name).stat().st_size == size, name

    def _write_words(self, ids: list[str]) -> None:
        if ids and self.rng.random() < 0.5:
            media_id, note = self.rng.choice(ids), f"note {self.rng.random()}"
            annotate(platform_of(self.folder), [media_id], Words(note=note))
            self.words[media_id] = note

    def check_ids(self) -> None:
        """After a complete run: a content that never had a twin has the id that it always had."""
        with duckdb.connect(str(self.database), read_only=True) as con:
            found = con.execute(
                "SELECT file_path, media_id FROM media_files WHERE status = 'present'"
            ).fetchall()
        digests = self._digests()
        assert {Path(path) for path, _ in found} == set(self.tree.files())
        for path, media_id in found:
            digest = digests[Path(path)]
            if digest not in self.twins:
                assert self.id_of.setdefault(digest, media_id) == media_id, path

    def finish(self) -> None:
        """A last run, after so long that what failed is due again."""
        crash_work.work(platform_of(self.folder, days=40))
        self.check()
        self.check_ids()
        assert leftovers(self.data) == []
        assert posters(self.data) == referenced(self.database)
        other = self.folder / "undisturbed"
        crash_work.work(platform_of(self.folder, days=40, data=other))
        mine, undisturbed = comparable(self.data), comparable(other)
        assert mine.keys() == undisturbed.keys()
        for name, rows in undisturbed.items():
            assert mine[name] == rows, name


POSTERS = (
    "SELECT thumbnail_file, thumbnail_bytes FROM thumbnails UNION ALL "
    "SELECT preview_file, preview_bytes FROM thumbnails WHERE preview_file IS NOT NULL"
)
OF_MEDIA = (
    "image_metadata", "video_metadata", "audio_metadata", "embedded_covers", "thumbnails",
    "media_vectors", "media_stages", "media_failures", "capture_times", "media_matches",
)  # fmt: skip
IMPOSSIBLE = (
    "SELECT file_path FROM media_files WHERE status = 'present' GROUP BY ALL HAVING count(*) > 1",
    "SELECT media_id FROM media_files WHERE (status = 'missing') <> (deleted_at IS NOT NULL)",
    "SELECT media_id FROM media_files WHERE first_seen_at > last_scan_at",
    "SELECT media_id, stage FROM media_stages SEMI JOIN media_failures USING (media_id, stage)",
    *(f"SELECT media_id FROM {table} ANTI JOIN media_files USING (media_id)" for table in OF_MEDIA),
    *(
        f"SELECT media_id FROM media_stages WHERE stage = '{stage}' "
        f"AND media_id NOT IN (SELECT media_id FROM {stage})"
        for stage in ("image_metadata", "video_metadata", "audio_metadata")
    ),
)
"""Rows that there must not be."""


def pids_with(mark: str) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"KILL_MARK={mark}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return sorted(found)


def leftovers(data: Path) -> list[Path]:
    """Files that no complete run has made; Dagster keeps its own."""
    named = {".duckdb", ".parquet", ".lock", ".json", ".gzip", ".jpg", ".png", ".gif", ".webp"}
    return [
        path
        for path in data.rglob("*")
        if "dagster" not in path.parts
        and (path.name.startswith(".new-") or (path.is_file() and (
            path.name.startswith(".") or ".incoming" in path.parts or path.suffix not in named
        )))
    ]  # fmt: skip


def comparable(data: Path) -> dict[str, list[str]]:
    """The tables of what is present, by path in place of id, and the shared tables."""
    found: dict[str, list[str]] = {}
    with duckdb.connect(str(data / "players" / PLAYER / "stats.duckdb"), read_only=True) as con:
        con.execute("CREATE TEMP VIEW paths AS SELECT media_id, file_path AS path "
                    "FROM media_files WHERE status = 'present'")  # fmt: skip
        for table in ("media_files", *OF_MEDIA):
            rows = con.sql(f"FROM {table} JOIN paths USING (media_id)").pl()
            found[table] = lines(rows.drop("media_id", "file_path", *WRITTEN_AT, strict=False))
        for table in ("match_history", "player_match_stats", "player_sessions",
                      "teammates_aggregate", "antagonists"):  # fmt: skip
            found[table] = lines(con.sql(f"FROM {table}").pl())
    with duckdb.connect(str(data / "warehouse" / "shared_matches.duckdb"), read_only=True) as con:
        for table in ("match_registry", "match_participants", "highlight_events", "medals_earned",
                      "killer_victim_pairs", "xuid_aliases", "source_files"):  # fmt: skip
            rows = con.sql(f"FROM {table}").pl()
            times = ("first_sync_at", "created_at", "updated_at", "read_at")
            found[table] = lines(rows.drop(*times, strict=False))
    return found


def lines(rows: pl.DataFrame) -> list[str]:
    return sorted(repr(row) for row in rows.iter_rows())


def posters(data: Path) -> set[str]:
    return {path.name for path in (data / "derived" / PLAYER / "thumbs").iterdir()}


def referenced(database: Path) -> set[str]:
    with duckdb.connect(str(database), read_only=True) as con:
        return {Path(name).name for name, _ in con.execute(POSTERS).fetchall()}


@pytest.fixture
def crash(small_library: Path, tmp_path: Path) -> Crash:
    folder = tmp_path / "place"
    shutil.copytree(small_library / "matches", folder / "matches")
    (folder / "media_assets.toml").write_text(CONFIGURATION, "utf-8")
    return Crash(folder, random.Random(SEED))


@pytest.mark.timeout(SECONDS * 2 + 900)
@pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc")
def test_killed_again_and_again_nothing_is_lost_or_doubled(crash: Crash) -> None:
    crash.change(24)
    ends = time.monotonic() + SECONDS
    number = 0
    while (number < ROUNDS) if not SECONDS else (time.monotonic() < ends):
        number += 1
        dagster = number % 12 == 0 if SECONDS else number == DAGSTER_ROUND
        target = crash.rng.choices(["the run", "all", "a worker", "nothing"], [10, 4, 4, 3])[0]
        crash.round(target, dagster=dagster)
        if target == "nothing":
            crash.check_ids()
        crash.change(6)
    crash.finish()
    print(f"\n{number} rounds, {len(crash.seen)} ids, {len(crash.words)} notes")
    for name, count in sorted(crash.counts.items()):
        print(f"{count:5} {name}")
