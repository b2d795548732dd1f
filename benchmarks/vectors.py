"""Search by words and by vectors: the index of 100,000 tracks, the nearest of all and of one.

python -m benchmarks.vectors [--tracks COUNT] [--all-pairs COUNT] [--only SUBJECT]

SUBJECT: search, neighbors, one, exact; or index, which takes minutes and is measured by name alone.

Tracks are made from a number: words of a made-up language by the frequencies of a real one, vectors
around some hundred centres. Everything goes through the platform's own tables and stages, in this
process, on one core where the library of numpy is told so (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS).
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.corpora.cache import PLAYER
from benchmarks.processes import peak_mib
from benchmarks.workplace import PROJECT, scratch
from media_assets.settings import Settings
from media_assets.similarity.approximate import Indexed, nearest_by_index
from media_assets.similarity.nearest import nearest
from media_assets.similarity.vectors import Vectors
from media_assets.stages.neighbors import NEIGHBORS, find_neighbors
from media_assets.stages.platform import Platform
from media_assets.stages.search import search
from media_assets.stages.search_index import update_index
from media_assets.stages.similar import similar_media, similar_to_artist
from media_assets.store.connect import connect
from media_assets.store.write import relation

SEED = 7
DIM, CENTRES, SPREAD = 128, 300, 0.7
WORDS, ARTISTS, QUERIES = 40_000, 4_000, 200
NEW = 100
EXACT_QUERIES = 1000


def main(arguments: list[str]) -> int:
    """Measure and print one line of JSON a subject."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vectors", description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000, metavar="COUNT")
    parser.add_argument("--all-pairs", type=int, default=30_000, metavar="COUNT")
    parser.add_argument("--only", choices=["search", "neighbors", "one", "exact", "index"])
    chosen = parser.parse_args(arguments)
    subjects: dict[str, Callable[[], dict[str, object]]] = {
        "search": lambda: measure_search(chosen.tracks),
        "neighbors": lambda: measure_neighbors(chosen.all_pairs),
        "one": lambda: measure_one(chosen.tracks),
        "exact": lambda: measure_exact(chosen.tracks),
        "index": lambda: measure_index(chosen.tracks),
    }
    for name, measure in subjects.items():
        if chosen.only == name or (chosen.only is None and name != "index"):
            print(json.dumps({name: measure(), "peak_mib": peak_mib()}), flush=True)
    return 0


def measure_search(count: int) -> dict[str, object]:
    """Seconds to index, and milliseconds of queries of several kinds, median and worst."""
    with scratch() as folder:
        platform, titles = filled(folder, count, vectors=False)
        first = seconds(lambda: update_index(platform, PLAYER))
        nothing = seconds(lambda: update_index(platform, PLAYER))
        with connect(platform.player_database(PLAYER)) as con:
            con.execute(
                "UPDATE audio_metadata SET title = title || ' live' "
                f"WHERE media_id IN (SELECT media_id FROM media_files LIMIT {NEW})"
            )
        some = seconds(lambda: update_index(platform, PLAYER))
        told: dict[str, object] = {
            "tracks": count, "index_seconds": first, "nothing_new_seconds": nothing,
            "100_changed_seconds": some, "index_mib": round(size_of(platform) / 2**20, 1),
        }  # fmt: skip
        for name, texts in queries(titles).items():
            taken = [1000 * seconds(lambda text=text: search(platform, [PLAYER], text, 10))  # type: ignore[misc]
                     for text in texts]  # fmt: skip
            told[name] = {"ms_median": round(statistics.median(taken), 2),
                          "ms_worst": round(max(taken), 2)}  # fmt: skip
        told["command_seconds"] = cold(folder, titles[0])
    return told


def measure_neighbors(count: int) -> dict[str, object]:
    """Seconds to find the ten nearest of all, of 100 new ones, and with nothing new."""
    with scratch() as folder:
        platform, _ = filled(folder, count, vectors=True)
        first = seconds(lambda: find_neighbors(platform, PLAYER))
        nothing = seconds(lambda: find_neighbors(platform, PLAYER))
        insert(platform, range(count, count + NEW), vectors_of(count + NEW)[count:])
        some = seconds(lambda: find_neighbors(platform, PLAYER))
    return {"tracks": count, "all_seconds": first, "nothing_new_seconds": nothing,
            "100_new_seconds": some}  # fmt: skip


def measure_one(count: int) -> dict[str, object]:
    """Milliseconds to find what is near to one track, and to the tracks of one artist."""
    with scratch() as folder:
        platform, _ = filled(folder, count, vectors=True)
        one = [seconds(lambda n=n: similar_media(platform, name(n), [PLAYER], None, 10))  # type: ignore[misc]
               for n in range(10)]  # fmt: skip
        with connect(platform.player_database(PLAYER), read_only=True) as con:
            row = con.execute("SELECT artist FROM audio_metadata ORDER BY media_id").fetchone()
        artist = str(row[0]) if row else ""
        many = [seconds(lambda: similar_to_artist(platform, artist, [PLAYER], None, 10))
                for _ in range(3)]  # fmt: skip
    return {"tracks": count, "similar_ms": round(1000 * statistics.median(one), 1),
            "artist_ms": round(1000 * statistics.median(many), 1)}  # fmt: skip


def measure_exact(count: int) -> dict[str, object]:
    """Milliseconds of CPU in which one vector is compared with all, of some queries at once."""
    vectors, queries = vectors_of(count), np.arange(EXACT_QUERIES)
    started = time.process_time()
    nearest(vectors, queries, np.arange(count), NEIGHBORS)
    taken = time.process_time() - started
    return {"vectors": count, "ms_each": round(1000 * taken / len(queries), 2)}


def measure_index(count: int) -> dict[str, object]:
    """CPU seconds of all neighbours by the index, its making included, and its recall.

    Around centres; the same with a quarter that are copies; noise. Recall None: it is below what an
    index must reach, so all would be compared exactly.
    """
    random = np.random.default_rng(SEED)
    around = vectors_of(count)
    copied = around.copy()
    copied[random.integers(0, count, count // 4)] = around[random.integers(0, count, count // 4)]
    noise = random.normal(size=(count, DIM)).astype(np.float32)
    told: dict[str, object] = {"vectors": count}
    for name, vectors in {"around": around, "copied": copied, "noise": noise}.items():
        taken, found = _all_by_index(vectors)
        told[name] = {"cpu_seconds": round(taken, 1), "recall": found.recall if found else None}
    return told


def _all_by_index(vectors: Vectors) -> tuple[float, Indexed | None]:
    everybody, started = np.arange(len(vectors)), time.process_time()
    found = nearest_by_index(vectors, everybody, everybody, NEIGHBORS)
    return time.process_time() - started, found


def filled(folder: Path, count: int, *, vectors: bool) -> tuple[Platform, list[str]]:
    """A player's tables with tracks, and their titles."""
    platform = Platform(Settings(base=folder, library={"root": str(folder / "library")}))  # type: ignore[arg-type]
    (folder / "library").mkdir()
    insert(platform, range(count), vectors_of(count) if vectors else None)
    with connect(platform.player_database(PLAYER), read_only=True) as con:
        rows = con.execute("SELECT title FROM audio_metadata ORDER BY media_id").fetchall()
    return platform, [row[0] for row in rows]


def insert(platform: Platform, numbers: range, vectors: Vectors | None) -> None:
    """Put tracks into the tables as the scan and the analysis do."""
    random = np.random.default_rng([SEED, numbers.start])
    frame = pl.DataFrame(
        {
            "media_id": [name(number) for number in numbers],
            "title": phrases(random, len(numbers), 1, 5),
            "artist": artists(random, len(numbers)),
            "album": phrases(random, len(numbers), 1, 4),
            "genre": [f"genre{value}" for value in random.integers(0, 40, len(numbers))],
        }
    )
    if vectors is not None:
        frame = frame.with_columns(vector=pl.Series(vectors).cast(pl.List(pl.Float32)))
    with connect(platform.player_database(PLAYER)) as con, relation(con, "made", frame):
        con.execute(
            "INSERT INTO media_files BY NAME SELECT media_id, 'bench' AS player, '/x' AS folder, "
            "'/x/' || media_id AS file_path, media_id || '.mp3' AS file_name, '.mp3' AS file_ext, "
            "'audio' AS kind, 1000 AS file_size, 1 AS mtime_ns, 'present' AS status, "
            "'2026-05-04'::TIMESTAMP AS first_seen_at, '2026-05-04'::TIMESTAMP AS last_scan_at "
            "FROM made"
        )
        con.execute(
            "INSERT INTO audio_metadata BY NAME SELECT media_id, title, artist, [artist] AS "
            "artists, album, genre, false AS has_lyrics, false AS has_cover, 'MP3' AS container "
            "FROM made"
        )
        if vectors is not None:
            con.execute(
                "INSERT INTO media_vectors BY NAME SELECT media_id, 'audio.timbre' AS space, "
                f"'bench' AS model, 1 AS version, {DIM} AS dim, vector, "
                "'2026-05-04'::TIMESTAMP AS created_at FROM made"
            )


def name(number: int) -> str:
    """The id of a track."""
    return f"{number:032x}"


def vectors_of(count: int) -> Vectors:
    """Vectors of length 1 around some centres."""
    random = np.random.default_rng(SEED)
    centres = random.normal(size=(CENTRES, DIM)).astype(np.float32)
    spread = random.normal(scale=SPREAD, size=(count, DIM)).astype(np.float32)
    made = centres[random.integers(0, CENTRES, count)] + spread
    unit: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@cache
def language() -> list[str]:
    """Words of two to four syllables, each once, in a fixed order."""
    random = np.random.default_rng(SEED)
    parts = [a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er")]
    made: dict[str, None] = {}
    while len(made) < WORDS:
        chosen = random.integers(0, len(parts), random.integers(2, 5))
        made["".join(parts[place] for place in chosen)] = None
    return list(made)


def phrases(random: np.random.Generator, count: int, least: int, most: int) -> list[str]:
    """Texts of some words; the n-th word comes about 1/n as often as the first."""
    known = language()
    lengths = random.integers(least, most + 1, count)
    places = np.minimum(random.zipf(1.2, int(lengths.sum())) - 1, 10**9) % WORDS
    ends = np.cumsum(lengths)
    cuts = pairwise([0, *ends.tolist()])
    return [" ".join(known[place] for place in places[start:end]) for start, end in cuts]


def artists(random: np.random.Generator, count: int) -> list[str]:
    """Each of some thousand names for some of the tracks."""
    names = phrases(np.random.default_rng(SEED), ARTISTS, 1, 3)
    return [names[place] for place in random.integers(0, ARTISTS, count)]


def queries(titles: list[str]) -> dict[str, list[str]]:
    """Queries of several kinds about what is there."""
    random = np.random.default_rng(SEED + 1)
    chosen = [titles[place] for place in random.integers(0, len(titles), QUERIES)]
    return {
        "whole_title": chosen,
        "one_word": [title.split()[-1] for title in chosen],
        "beginning": [title.split()[-1][:3] for title in chosen],
        "typo": [title[:2] + "x" + title[3:] for title in chosen],
        "one_field": [f"artist:{title.split()[0]}" for title in chosen],
        "everywhere": [f"genre{value}" for value in range(40)],
    }


def cold(folder: Path, text: str) -> float:
    """The whole command in a process of its own, from its start to its end."""
    (folder / "media_assets.toml").write_text(f'library.root = "{folder / "library"}"\n')
    command = [sys.executable, "-m", "media_assets", "search", text, "--json",
               "--config", str(folder / "media_assets.toml")]  # fmt: skip
    return seconds(lambda: subprocess.run(command, cwd=PROJECT, check=True, capture_output=True))


def size_of(platform: Platform) -> int:
    """Bytes of the index."""
    return sum(file.stat().st_size for file in files(platform.places.search(PLAYER)))


def files(folder: Path) -> Iterable[Path]:
    """All files below a folder."""
    return (file for file in folder.rglob("*") if file.is_file())


def seconds(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
