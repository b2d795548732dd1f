"""100,000 pictures in a player's tables: the search over all, over some new ones, over nothing new.

`python -m benchmarks.duplicates.large make FOLDER COUNT` makes the tables. With `measure` in place
of `make` each search is timed, in a process that has seen nothing yet. Both print a line of JSON.

The pictures are 32 x 32 grey values from a number, with the hashes of these: two thirds show
something of their own, a fifth are copies, 2 % are scoreboards of one kind, 1 % are shots of one
scoreboard, and some are blank.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.corpora.cache import PLAYER
from benchmarks.processes import peak_mib
from media_assets.captures.hashes import grey_cells
from media_assets.demo.scenes import scoreboard
from media_assets.settings import Settings
from media_assets.similarity.grey_planes import SIDE
from media_assets.stages.duplicates import find_duplicates
from media_assets.stages.platform import Platform
from media_assets.store.connect import connect
from media_assets.store.write import relation

SEED = 5
COPIES, MENUS, CLONES, BLANK = 0.2, 0.02, 0.01, 0.03
NEW = 100

Pictures = NDArray[np.float32]

_WAVES = np.cos(np.pi * np.arange(8)[:, None] * (2 * np.arange(SIDE) + 1) / (2 * SIDE)).astype("f4")
"""The lowest waves of a discrete cosine transform."""


def pictures(count: int) -> NDArray[np.uint8]:
    """Grey values, a picture a row."""
    random = np.random.default_rng(SEED)
    copies, menus, clones, blank = (int(count * share) for share in (COPIES, MENUS, CLONES, BLANK))
    own = _fields(random, count - copies - menus - clones - blank)
    menu = _menu(-1)
    parts: list[NDArray[Any]] = [
        own,
        own[random.integers(0, len(own), copies)] + random.normal(0, 0.5, (copies, SIDE, SIDE)),
        np.stack([_menu(number) for number in range(menus)]),
        menu + random.normal(0, 0.5, (clones, SIDE, SIDE)),
        10 + random.normal(0, 1, (blank, SIDE, SIDE)),
    ]
    plain = [part.clip(0, 255).astype(np.uint8).reshape(len(part), -1) for part in parts]
    values = np.concatenate(plain)
    return values[random.permutation(count)]


def _menu(number: int) -> Pictures:
    """A scoreboard: the same frame, other names and numbers, over another faint landscape."""
    drawn = scoreboard(f"menu {SEED} {number}", 640, 360, "POSTGAME")
    return np.asarray(grey_cells(drawn), dtype=np.float32)


def _fields(random: np.random.Generator, count: int) -> Pictures:
    """Clouds: as in photographs, strength falls with frequency."""
    across, down = np.meshgrid(np.fft.rfftfreq(SIDE), np.fft.fftfreq(SIDE))
    falloff = 1 / np.maximum(np.hypot(across, down), 1 / SIDE) ** 1.2
    shape = (count, *falloff.shape)
    spectrum = falloff * np.exp(2j * np.pi * random.random(shape, np.float32))
    fields = np.fft.irfft2(spectrum, (SIDE, SIDE))
    fields *= 45 / fields.std(axis=(1, 2), keepdims=True)
    return (fields + 120).astype(np.float32)


def hashes(greys: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """pHash as imagehash takes it, and dHash of means."""
    plain = greys.reshape(-1, SIDE, SIDE).astype(np.float32)
    low = (_WAVES @ plain @ _WAVES.T).reshape(-1, 64)
    rising = low > np.median(low, axis=1, keepdims=True)
    rows, columns = _means(8), _means(9)
    small = rows @ plain @ columns.T
    return _packed(rising), _packed((small[:, :, 1:] > small[:, :, :-1]).reshape(-1, 64))


def _means(cells: int) -> NDArray[np.float32]:
    """A matrix that gives the means of equal parts of `SIDE` pixels."""
    edges = np.linspace(0, SIDE, cells + 1)
    pixels = np.arange(SIDE)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    means: NDArray[np.float32] = (np.maximum(overlap, 0) * cells / SIDE).astype(np.float32)
    return means


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    packed: NDArray[np.uint64] = np.packbits(bits, axis=1).view(">u8").astype(np.uint64).ravel()
    return packed


def brute_force(phashes: NDArray[np.uint64]) -> tuple[int, float]:
    """All pairs of one hash in numpy, a line a picture; pairs within 6 bits and seconds."""
    started = time.perf_counter()
    found = 0
    for place in range(phashes.size - 1):
        found += int((np.bitwise_count(phashes[place + 1 :] ^ phashes[place]) <= 6).sum())
    return found, time.perf_counter() - started


def _fill(platform: Platform, greys: NDArray[np.uint8], first: int) -> None:
    """Put pictures into the tables as the scan and the analysis do; the first has this number."""
    last = first + len(greys)
    phashes, dhashes = hashes(greys)
    frame = pl.DataFrame(
        {
            "media_id": [f"{place:032x}" for place in range(first, last)],
            "phash": [f"{value:016x}" for value in phashes],
            "dhash": [f"{value:016x}" for value in dhashes],
            "grey": [row.tobytes() for row in greys],
            "low_detail": greys.std(axis=1) < 5,
            "size": np.arange(first, last) + 100_000,
        }
    )
    with connect(platform.player_database(PLAYER)) as con, relation(con, "made", frame):
        con.execute(
            "INSERT INTO media_files BY NAME SELECT media_id, 'bench' AS player, '/x' AS folder, "
            "'/x/' || media_id AS file_path, media_id AS file_name, '.png' AS file_ext, "
            "'image' AS kind, size AS file_size, size AS mtime_ns, media_id AS fingerprint, "
            "media_id AS file_hash, 'present' AS status, '2026-05-04'::TIMESTAMP AS first_seen_at, "
            "'2026-05-04'::TIMESTAMP AS last_scan_at FROM made"
        )
        con.execute(
            "INSERT INTO image_metadata BY NAME SELECT media_id, 1920 AS width, 1080 AS height, "
            "16 / 9 AS aspect_ratio, 'PNG' AS format, 'RGB' AS color_mode, false AS has_alpha, "
            "1 AS frames, phash, dhash, grey, low_detail FROM made"
        )


def _search(platform: Platform) -> tuple[float, float]:
    """Wall and CPU seconds of one search."""
    started, cpu = time.perf_counter(), time.process_time()
    find_duplicates(platform, PLAYER)
    return time.perf_counter() - started, time.process_time() - cpu


def _make(folder: Path, count: int) -> None:
    """Tables with all but the last `NEW` pictures, a file with those, and brute force."""
    greys = pictures(count)
    _fill(Platform(Settings(base=folder)), greys[:-NEW], 0)
    np.save(folder / "new.npy", greys[-NEW:])
    phashes, _ = hashes(greys[greys.std(axis=1) >= 5])
    print(json.dumps(brute_force(phashes)))


def _measure(folder: Path, count: int) -> None:
    platform = Platform(Settings(base=folder))
    told: dict[str, object] = {"items": count - NEW, "all": _search(platform)}
    told["peak_mib"] = peak_mib()
    told["nothing"] = _search(platform)
    _fill(platform, np.load(folder / "new.npy"), count - NEW)
    told["some"] = _search(platform)
    with connect(platform.player_database(PLAYER), read_only=True) as con:
        told["groups"] = con.execute(
            "SELECT class, count(*), sum(members)::BIGINT, max(members) "
            "FROM duplicate_groups GROUP BY 1 ORDER BY 1"
        ).fetchall()
    print(json.dumps(told))


if __name__ == "__main__":
    step, place, number = sys.argv[1:]
    (_make if step == "make" else _measure)(Path(place), int(number))
