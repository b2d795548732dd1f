"""The file that a tool leaves: its name, the times inside it, and the time of its writing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from benchmarks.simulation.recorders import RECORDERS, Recorder
from benchmarks.simulation.scenes import Scene
from media_assets.captures.times import CaptureEvidence
from media_assets.captures.zones import to_utc
from media_assets.demo.game import TITLE

SOUND_SECONDS = 5.0
"""A time that is off by no more than this is told rightly."""
FAR_OFF = 1e9
"""By how many seconds a time is off that says nothing any more."""

_OTHER_TITLES = ("Forza Horizon 5", "Counter-Strike 2", "Sea of Thieves", "Elden Ring")
_CONSOLE_TITLES = ("Gran Turismo 7", "Bloodborne")
_CONSOLES = (RECORDERS["playstation"], RECORDERS["switch"])
_HOUR = timedelta(hours=1)


class Clock(NamedTuple):
    """The clock of a device: how far it is off, in seconds, and where it is.

    `configured` is the zone in which its wall clock is read later. `summer_time`: it is put
    forward in spring.
    """

    error: float
    zone: str
    configured: str
    summer_time: bool


@dataclass(frozen=True, slots=True)
class Original:
    """A file as its tool left it.

    `errors` has by source by how many seconds what it says is off the truth, where it says a time.
    """

    evidence: CaptureEvidence
    errors: dict[str, float]
    written: float


def write(random: Random, recorder: Recorder, scene: Scene, clock: Clock) -> Original:
    """What a tool makes of a scene."""
    begins = at(scene.begins + clock.error)
    late = random.uniform(0.2, 4.0) if scene.seconds else random.uniform(0.05, 1.5)
    received = random.uniform(0, 9 * 86_400) if recorder.dated == "received" else 0.0
    written = scene.ends + clock.error + late + received
    name = _path(random, recorder, scene, clock, begins + timedelta(seconds=received))
    exif = _exif(recorder, clock, begins)
    evidence = CaptureEvidence(
        kind="video" if scene.seconds else "image",
        file_name=name.name,
        folder_name=name.parent.name,
        mtime_ns=int(written * 1e9),
        duration_seconds=scene.seconds or None,
        gamedvr=f'{{"startTime": "{begins.isoformat()}"}}' if recorder.tool.chunk else None,
        exif_original=exif[0],
        exif_offset=exif[1],
        exif_subsec=None,
        creation_time=_created(recorder, scene, begins),
    )
    errors = dict(_errors(recorder, scene, clock, begins)) | {"mtime": written - scene.ends}
    return Original(evidence, errors, written)


def at(moment: float) -> datetime:
    """Seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(moment, UTC)


def _path(
    random: Random, recorder: Recorder, scene: Scene, clock: Clock, begins: datetime
) -> PurePosixPath:
    title = TITLE
    if scene.situation == "other_game":
        title = random.choice(_CONSOLE_TITLES if recorder in _CONSOLES else _OTHER_TITLES)
    shown = _on_the_wall(clock, begins)
    return PurePosixPath(recorder.tool.path(shown, scene.seconds, ZoneInfo(clock.zone), title))


def _on_the_wall(clock: Clock, moment: datetime) -> datetime:
    """The moment that the device believes it is, where it did not put its clock forward."""
    forward = moment.astimezone(ZoneInfo(clock.zone)).dst()
    return moment - _HOUR if forward and not clock.summer_time else moment


def _created(recorder: Recorder, scene: Scene, begins: datetime) -> datetime | None:
    """What stands in the container, in whole seconds."""
    if recorder.tool.stores is None or not scene.seconds:
        return None
    ends = begins + timedelta(seconds=scene.seconds)
    return (begins if recorder.tool.stores == "start" else ends).replace(microsecond=0)


def _exif(recorder: Recorder, clock: Clock, begins: datetime) -> tuple[str | None, str | None]:
    """The time and its offset."""
    if not recorder.exif:
        return None, None
    local = begins.astimezone(ZoneInfo(clock.zone))
    offset = local.strftime("%z")
    told = f"{offset[:3]}:{offset[3:]}" if recorder.exif == "offset" else None
    return local.strftime("%Y:%m:%d %H:%M:%S"), told


def _errors(
    recorder: Recorder, scene: Scene, clock: Clock, begins: datetime
) -> Iterator[tuple[str, float]]:
    local = clock.error + _misread(recorder, scene, clock, begins)
    if recorder.dated == "time":
        yield "file_name", clock.error if recorder.tool.utc else local
    if recorder.tool.stores and scene.seconds:
        yield "container", clock.error
    if recorder.tool.chunk:
        yield "gamedvr", clock.error
    if recorder.exif:
        yield "exif", clock.error if recorder.exif == "offset" else local


def _misread(recorder: Recorder, scene: Scene, clock: Clock, begins: datetime) -> float:
    """By how much a wall clock time is off when it is read in the configured zone.

    Of the hour that comes twice nothing in a name tells which it is.
    """
    moved = timedelta(seconds=scene.seconds if recorder.tool.names == "end" else 0)
    moment = begins + moved
    local = _on_the_wall(clock, moment).astimezone(ZoneInfo(clock.zone))
    read = to_utc(local.replace(tzinfo=None, fold=0), clock.configured)
    if read.flag == "dst_fold" and not read.certain:
        return _HOUR.total_seconds()
    return (read.time - moment).total_seconds()
