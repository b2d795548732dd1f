"""What runs in a fresh process: `python -m benchmarks.steps STEP LIBRARY DATA`.

It prints one line of JSON: items, seconds, CPU seconds and peak memory of this process.
"""

import json
import resource
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

from benchmarks.audio.instruments import RATE
from benchmarks.clip_headers import read_headers
from benchmarks.corpora.cache import PLAYER
from benchmarks.long_history import CAPTURES, add_history, add_one_capture, add_one_match
from benchmarks.processes import peak_mib
from benchmarks.synthetic import add_analysis
from media_assets.settings import AudioSettings, LibrarySettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.associate import associate
from media_assets.stages.batch import AnalysisReport
from media_assets.stages.capture_times import compute_times
from media_assets.stages.catalog import QUICK_STAGES
from media_assets.stages.discover import discover
from media_assets.stages.music import derive_music
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_player
from media_assets.stages.search_index import update_index
from media_assets.stages.status import player_status


class StepFailedError(Exception):
    """A step did not do what its measurement is about."""


def _scan(platform: Platform) -> int:
    return discover(platform, PLAYER).seen


def _analyse(platform: Platform) -> int:
    """Everything that is made of files but what is heard: scan and analysis. None may fail."""
    discover(platform, PLAYER)
    report = analyse(platform, PLAYER, [stage.name for stage in QUICK_STAGES])
    return _media_without_failures(platform, report)


def _make_searchable(platform: Platform) -> int:
    """Everything about music that needs no decoding of sound: until it can be browsed and found."""
    seen = discover(platform, PLAYER).seen
    report = analyse(platform, PLAYER, [stage.name for stage in QUICK_STAGES])
    _media_without_failures(platform, report)
    derive_music(platform, PLAYER)
    update_index(platform, PLAYER)
    return seen


def _hear(platform: Platform) -> int:
    """The features of music, without fingerprints: those are another program's work."""
    settings = platform.settings.model_copy(update={"audio": AudioSettings(fingerprint=False)})
    return _hear_all(Platform(settings))


def _hear_all(platform: Platform) -> int:
    discover(platform, PLAYER)
    return _media_without_failures(platform, analyse(platform, PLAYER, ["audio_features"]))


def _warm_up(platform: Platform) -> None:
    """Hear a second of silence, of another library: then the server that forks workers runs."""
    folder = Path(platform.settings.data_dir, "before")
    track = folder / "library" / PLAYER / "silence.wav"
    track.parent.mkdir(parents=True)
    with wave.open(str(track), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE))
    library = LibrarySettings(root=str(folder / "library"))
    _hear_all(Platform(Settings(data_dir=str(folder / "data"), library=library)))


def _media_without_failures(platform: Platform, report: AnalysisReport) -> int:
    if sum(report.failed.values()):
        raise StepFailedError(f"{platform.settings.library_root}: failed: {report.failed}")
    return report.media


def _analyse_pending(platform: Platform) -> int:
    """The analysis of what a scan left to do, whatever comes of it."""
    return analyse(platform, PLAYER, [stage.name for stage in QUICK_STAGES]).media


def _publish(platform: Platform) -> int:
    return publish_player(platform, PLAYER).rows("media")


def _status(platform: Platform) -> int:
    return sum(player_status(platform, PLAYER)["files"].values())


def _times(platform: Platform) -> int:
    return compute_times(platform, PLAYER).computed


def _associate(platform: Platform) -> int:
    associate(platform, PLAYER)
    return CAPTURES


STEPS: dict[str, Callable[[Platform], int]] = {
    "scan": _scan,
    "analyse": _analyse,
    "analyse_pending": _analyse_pending,
    "make_searchable": _make_searchable,
    "hear": _hear,
    "hear_warm": _hear,
    "hear_with_fingerprints": _hear_all,
    "clip_headers": read_headers,
    "add_analysis": add_analysis,
    "times": _times,
    "add_history": add_history,
    "add_one_capture": add_one_capture,
    "add_one_match": add_one_match,
    "associate": _associate,
    "publish": _publish,
    "status": _status,
}
"""By name; each returns how many items it was about."""

BEFORE: dict[str, Callable[[Platform], None]] = {"hear_warm": _warm_up}
"""What happens before the measurement of a step begins, in its process."""


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _main(name: str, library: str, data: str) -> None:
    platform = Platform(Settings(data_dir=data, library=LibrarySettings(root=library)))
    if name in BEFORE:
        BEFORE[name](platform)
    started, cpu = time.perf_counter(), _cpu_seconds()
    items = STEPS[name](platform)
    told = {
        "items": items,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": _cpu_seconds() - cpu,
        "peak_mib": peak_mib(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _main(*sys.argv[1:])
