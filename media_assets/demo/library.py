"""The sample library: `make_demo` writes it whole, or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath

from media_assets.demo.captures import Capture, plan_captures
from media_assets.demo.clips import write_clip
from media_assets.demo.configuration import configuration_text
from media_assets.demo.matches import play_matches
from media_assets.demo.music import write_track
from media_assets.demo.odd import OddFile, odd_files
from media_assets.demo.people import OWNERS
from media_assets.demo.play import Match
from media_assets.demo.recorded import FETCHED, recorded_files
from media_assets.demo.songs import Track, tracks
from media_assets.demo.stills import screenshot
from media_assets.demo.truth import truth_text
from media_assets.engine.pool import Chunking, PoolLimits, map_unordered
from media_assets.errors import ConfigurationError, EngineError
from media_assets.settings import DEFAULT_FILE

MARKER = ".demo-complete"
LIBRARY, MATCHES, TRUTH = "library", "matches", "truth.json"

_BOUGHT = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)  # when the music was copied, long before
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IMAGES = {".png", ".jpg", ".webp"}
_CLIPS = {".mp4", ".mkv"}
_WORKERS = 4  # more gain little: the longest clip takes its time
_ITEM_SECONDS = 120.0
_WORKER_MIB = 2048
_KEPT = 0.4  # what is left of a truncated file


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the sample library holds.

    Images, clips and tracks are counted by extension, the broken ones among them; folders that a
    scan ignores are not. `broken_media` and `broken_matches` have to appear as failures. `made` is
    False when the library was there already.
    """

    seed: int
    players: int
    matches: int
    films: int
    images: int
    clips: int
    tracks: int
    broken_media: int
    broken_matches: int
    bytes: int
    made: bool = True


@dataclass(frozen=True, slots=True)
class _Plan:
    seed: int
    matches: tuple[Match, ...]
    captures: tuple[Capture, ...]
    tracks: tuple[Track, ...]


def make_demo(directory: Path, seed: int = 7, *, workers: int | None = None) -> DemoSummary:
    """Write a sample library: configuration, recorded matches, three players' media, the truth.

    The same seed gives the same bytes and modification times, as far as the encoders do. All is
    made in a hidden folder first, so that a demo that is interrupted can simply be made again.
    A demo that is there already is left as it is. With more than one worker (default: the cores,
    at most four) it starts processes: a script that calls this needs the usual
    `if __name__ == "__main__":`.

    Raises:
        ConfigurationError: the directory has other content, or cannot be written.
        EngineError: a file could not be made, or the process that made it was ended.
    """
    target = Path(os.path.normpath(Path.cwd() / directory))
    with _writing(target):
        before = _made_before(target)
        if before is not None:
            return replace(before, made=False)
        work = _work_folder(target, seed)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            summary = _make(work, seed, workers or min(_WORKERS, os.cpu_count() or 1))
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        _publish(work, target)
    return summary


def write_media(root: Path, item: Capture | Track) -> None:
    """Write one capture or track below the library's root and set its modification time."""
    file = _place(root, item.path)
    if isinstance(item, Track):
        write_track(item, file)
        _set_modified(file, _BOUGHT + timedelta(minutes=item.number))
        return
    if item.defect == "empty":
        file.touch()
    elif item.tool.is_clip:
        write_clip(item, file)
    else:
        content = screenshot(item)
        kept = int(len(content) * _KEPT) if item.defect == "truncated" else len(content)
        file.write_bytes(content[:kept])
    _set_modified(file, item.modified)


def _make(work: Path, seed: int, workers: int) -> DemoSummary:
    matches = play_matches(seed)
    plan = _Plan(seed, matches, plan_captures(matches, seed), tuple(tracks()))
    root = work / LIBRARY
    broken_matches, films = _write_matches(work / MATCHES, plan)
    _write_all(root, [*plan.captures, *plan.tracks], workers)
    odd = odd_files(plan.captures, plan.tracks, seed, lambda path: _place(root, path).read_bytes())
    for file in odd:
        _write(_place(root, file.path), file.content, file.modified)
    _write(work / DEFAULT_FILE, configuration_text().encode(), FETCHED)
    _write(work / TRUTH, truth_text(plan.captures, odd, plan.tracks).encode(), FETCHED)
    summary = _count(work, plan, odd, films, broken_matches)
    _write(work / MARKER, (json.dumps(asdict(summary), indent=1) + "\n").encode(), FETCHED)
    return summary


def _write_all(root: Path, items: list[Capture | Track], workers: int) -> None:
    """Write all items, in processes where there is more than one worker.

    Processes, because the encoders hold the interpreter's lock: two threads took as long as one.
    """
    items.sort(key=_effort, reverse=True)
    if workers == 1:
        for item in items:
            write_media(root, item)
        return
    outcomes = map_unordered(
        partial(write_media, root),
        items,
        PoolLimits(workers, _ITEM_SECONDS, _WORKER_MIB),
        weight=_effort,
        preload=[__name__],
        chunking=Chunking(items=1),
    )
    with closing(outcomes):
        for outcome in outcomes:
            if outcome.error is not None:
                raise EngineError(
                    f"{outcome.item.path}: could not be made: {outcome.error.message}"
                )


def _effort(item: Capture | Track) -> int:
    """Roughly the milliseconds that an item takes: the long ones are begun first."""
    if isinstance(item, Track):
        return 300
    width, height = item.tool.size
    return width * height * (item.seconds * 150 if item.seconds else 90) // 1_000_000


def _write_matches(folder: Path, plan: _Plan) -> tuple[int, int]:
    """Write the recorded responses; returns how many are broken, and how many films there are."""
    broken = films = 0
    for file in recorded_files(plan.matches, plan.seed):
        _write(_place(folder, file.path), file.content, file.modified)
        broken += file.broken
        films += file.path.startswith("films/")
    return broken, films


def _count(
    work: Path, plan: _Plan, odd: list[OddFile], films: int, broken_matches: int
) -> DemoSummary:
    media = [file for file in odd if file.media]
    items: list[Capture | Track | OddFile] = [*plan.captures, *plan.tracks, *media]
    suffixes = [PurePosixPath(item.path).suffix for item in items]
    images = sum(suffix in _IMAGES for suffix in suffixes)
    clips = sum(suffix in _CLIPS for suffix in suffixes)
    files = (file for file in work.rglob("*") if file.is_file())
    return DemoSummary(
        seed=plan.seed,
        players=len(OWNERS),
        matches=len(plan.matches),
        films=films,
        images=images,
        clips=clips,
        tracks=len(items) - images - clips,
        broken_media=sum(bool(capture.defect) for capture in plan.captures)
        + sum(file.broken for file in media),
        broken_matches=broken_matches,
        bytes=sum(file.stat().st_size for file in files),
    )


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"{target}: the sample library cannot be written there ({error.strerror or error}); "
            "name another folder"
        ) from error


def _made_before(target: Path) -> DemoSummary | None:
    """The summary of a demo that is there and complete."""
    try:
        return DemoSummary(**json.loads((target / MARKER).read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{target / MARKER}: not written by this program; delete the folder or name another one"
        ) from error


def _work_folder(target: Path, seed: int) -> Path:
    """Where the demo is made: beside a folder that does not exist, inside one that is empty.

    An empty folder is kept, not replaced: it may be a mount point, or someone's current folder.
    """
    if not target.exists():
        return target.parent / f".{target.name}.demo-partial-{seed}"
    inside = target / f".demo-partial-{seed}"
    if not target.is_dir():
        raise ConfigurationError(f"{target}: is a file; name a folder that does not exist")
    allowed = {inside.name}
    if inside.is_dir():  # an interrupted demo: what stands beside it was moved out of it
        allowed |= {LIBRARY, MATCHES, TRUTH, DEFAULT_FILE}
    foreign = sorted(entry.name for entry in target.iterdir() if entry.name not in allowed)
    if foreign:
        raise ConfigurationError(
            f"{target}: not empty (it has {foreign[0]!r}); "
            "the sample library is only written into a new or empty folder: name another one"
        )
    return inside


def _publish(work: Path, target: Path) -> None:
    """Rename the work into place; the marker comes last, so that it stands for all."""
    if not target.exists():
        work.rename(target)
        return
    for name in (LIBRARY, MATCHES, TRUTH, DEFAULT_FILE, MARKER):
        if not (target / name).exists():
            (work / name).rename(target / name)
    shutil.rmtree(work)


def _place(root: Path, path: str) -> Path:
    """The file of a path with slashes; its folder is made."""
    file = root.joinpath(*path.split("/"))
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _write(file: Path, content: bytes, modified: datetime) -> None:
    file.write_bytes(content)
    _set_modified(file, modified)


def _set_modified(file: Path, moment: datetime) -> None:
    nanoseconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
    os.utime(file, ns=(nanoseconds, nanoseconds))
