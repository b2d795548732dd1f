"""From what was captured to the file that is there years later: names, clocks, copies, edits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.simulation.history import DAYS, FIRST_DAY, History
from benchmarks.simulation.mix import Mix
from benchmarks.simulation.recorders import ELSEWHERE, RECORDERS, SETUPS, SHARES, Recorder
from benchmarks.simulation.scenes import Director, Scene
from media_assets.captures.times import CaptureEvidence
from media_assets.captures.zones import to_utc
from media_assets.demo.game import TITLE

_DAY = 86_400.0
_SOUND_SECONDS = 5.0
_OTHER_TITLES = ("Forza Horizon 5", "Counter-Strike 2", "Sea of Thieves", "Elden Ring")
_CONSOLE_TITLES = ("Gran Turismo 7", "Bloodborne")
_LAST = FIRST_DAY.timestamp() + DAYS * _DAY


@dataclass(frozen=True, slots=True)
class Labelled:
    """A capture as a scan finds it, and what is true of it.

    `zone` is the one that the configuration has for its date. `decidable`: it lies in a match, and
    something that the file says tells the time rightly. `trouble` names what happened to it.
    """

    evidence: CaptureEvidence
    zone: str
    scene: Scene
    decidable: bool
    trouble: frozenset[str]

    @property
    def truth(self) -> frozenset[str]:
        """The matches that it shows."""
        return self.scene.shows


@dataclass(frozen=True, slots=True)
class _Device:
    setup: str
    error: float
    summer_time: bool


@dataclass(frozen=True, slots=True)
class _Original:
    """A file as its tool left it; `errors` has by source how far its time is from the truth."""

    evidence: CaptureEvidence
    errors: dict[str, float]
    written: float


class Cabinet:
    """The devices and the files of one player."""

    def __init__(self, random: Random, mix: Mix, history: History, director: Director) -> None:
        self._random = random
        self._mix = mix
        self._history = history
        self._director = director
        self._devices = [self._device() for _ in range(2)]
        self._lost_share = 0.0 if random.random() < mix.tidy else random.random()
        self._bulk = sorted(random.uniform(FIRST_DAY.timestamp(), _LAST) for _ in range(2))
        self._wrong_home = _another_zone(random, history.home) if mix.wrong_zone else history.home

    def captures(self) -> Iterator[Labelled]:
        """All captures of the player."""
        for situation in self._director.situations():
            device = self._devices[self._random.random() < self._mix.second_device]
            weights = SETUPS[device.setup]
            if situation == "other_game" and self._random.random() < 0.2:
                weights = ELSEWHERE
            recorder = RECORDERS[self._pick(weights)]
            if situation in ("both", "evening") and recorder.length != "recording":
                recorder = RECORDERS["obs_recording"]
            scene = self._director.scene(situation, recorder.length)
            yield self._file(device, recorder, scene)

    def _device(self) -> _Device:
        random, mix = self._random, self._mix
        error = random.gauss(0, mix.clock_seconds)
        chance = random.random()
        if chance < mix.astray:
            error = random.uniform(-mix.astray_seconds, mix.astray_seconds)
        elif chance < mix.astray + mix.drifting:
            error = random.gauss(0, mix.drift_seconds)
        return _Device(self._pick(SHARES), error, random.random() >= mix.no_summer_time)

    def _pick(self, weights: Mapping[str, float]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _file(self, device: _Device, recorder: Recorder, scene: Scene) -> Labelled:
        trouble: set[str] = set()
        zone = self._zone(scene.begins)
        original = self._write(device, recorder, scene, zone, trouble)
        evidence, errors = original.evidence, original.errors
        if scene.seconds and self._random.random() < self._mix.trimmed:
            scene, evidence = self._trim(scene, evidence, errors)
            trouble.add("trimmed")
        evidence = self._rename(evidence, errors, trouble)
        evidence = self._copy(evidence, errors, original.written, trouble)
        decidable = scene.inside and min(map(abs, errors.values()), default=1e9) <= _SOUND_SECONDS
        return Labelled(evidence, zone, scene, decidable, frozenset(trouble))

    def _zone(self, moment: float) -> str:
        """What the configuration says."""
        trip = self._history.trip_at(moment)
        return trip.zone if trip and trip.told else self._wrong_home

    def _write(
        self, device: _Device, recorder: Recorder, scene: Scene, zone: str, trouble: set[str]
    ) -> _Original:
        """What the tool leaves: a name, times inside the file, and the time of writing."""
        error = 0.0 if recorder.steady else device.error
        if abs(error) > _SOUND_SECONDS:
            trouble.add("clock off")
        begins = _time(scene.begins + error)
        where = self._history.zone_at(scene.begins)
        clock = ZoneInfo(where)
        if self._history.trip_at(scene.begins):
            trouble.add("travelling")
        shown = begins
        if (
            not device.summer_time
            and not recorder.steady
            and clock.dst(begins.replace(tzinfo=None))
        ):
            shown -= timedelta(hours=1)  # the wall clock is behind
            trouble.add("no summer time")
        title = TITLE if scene.situation != "other_game" else self._other_title(recorder)
        received = (
            timedelta(days=self._random.uniform(0, 9))
            if recorder.dated == "received"
            else timedelta()
        )
        path = PurePosixPath(recorder.tool.path(shown + received, scene.seconds, clock, title))
        written = scene.ends + error + received.total_seconds() + self._latency(scene)
        errors = {"mtime": written - scene.ends}
        if recorder.dated == "time":
            errors["name"] = (
                self._name_error(recorder, shown, begins, scene, clock, zone, trouble) + error
            )
        created = None
        if recorder.tool.stores:
            created = (
                begins
                if recorder.tool.stores == "start"
                else begins + timedelta(seconds=scene.seconds)
            )
            errors["container"] = error
        evidence = CaptureEvidence(
            kind="video" if scene.seconds else "image",
            file_name=path.name,
            folder_name=path.parent.name,
            mtime_ns=int(written * 1e9),
            duration_seconds=scene.seconds or None,
            gamedvr=None,
            exif_original=None,
            exif_offset=None,
            exif_subsec=None,
            creation_time=created.replace(microsecond=0) if created else None,
        )
        if recorder.tool.chunk:
            evidence = replace(evidence, gamedvr=f'{{"startTime": "{begins.isoformat()}"}}')
            errors["gamedvr"] = error
        if recorder.exif:
            local = begins.astimezone(clock)
            offset = local.strftime("%z")
            evidence = replace(
                evidence,
                exif_original=local.strftime("%Y:%m:%d %H:%M:%S"),
                exif_offset=f"{offset[:3]}:{offset[3:]}" if recorder.exif == "offset" else None,
            )
            errors["exif"] = error + (0.0 if recorder.exif == "offset" else errors["name"] - error)
        return _Original(evidence, errors, written)

    def _other_title(self, recorder: Recorder) -> str:
        return self._random.choice(_CONSOLE_TITLES if recorder in _CONSOLES else _OTHER_TITLES)

    def _latency(self, scene: Scene) -> float:
        return self._random.uniform(0.2, 4.0) if scene.seconds else self._random.uniform(0.05, 1.5)

    def _name_error(
        self,
        recorder: Recorder,
        shown: datetime,
        begins: datetime,
        scene: Scene,
        clock: ZoneInfo,
        zone: str,
        trouble: set[str],
    ) -> float:
        """How far the wall clock of the name, read in the configured zone, is from the truth."""
        if recorder.tool.utc:
            return (shown - begins).total_seconds()
        moved = timedelta(seconds=scene.seconds if recorder.tool.names == "end" else 0)
        local = (shown + moved).astimezone(clock)
        read = to_utc(local.replace(tzinfo=None, fold=0), zone)
        if read.flag == "dst_fold":
            trouble.add("dst night")
            if local.fold:  # the second pass is told by nothing in the name
                return 3600.0
            return 3599.0 if not read.certain else 0.0
        return (read.time - (begins + moved)).total_seconds()

    def _trim(
        self, scene: Scene, evidence: CaptureEvidence, errors: dict[str, float]
    ) -> tuple[Scene, CaptureEvidence]:
        """A part of the clip, written anew some time later."""
        kept = scene.seconds * self._random.uniform(0.3, 0.9)
        offset = self._random.uniform(0, scene.seconds - kept)
        begins = scene.begins + offset
        shows = self._director.shown(begins, begins + kept)
        trimmed = Scene(scene.situation, begins, kept, shows or scene.shows, bool(shows))
        stem, dot, ending = evidence.file_name.rpartition(".")
        edited = self._copied_at(scene.ends + 30)
        errors["mtime"] = edited - trimmed.ends
        errors.pop("container", None)
        changed = replace(
            evidence,
            file_name=f"{stem}_trim{dot}{ending}",
            duration_seconds=kept,
            mtime_ns=int(edited * 1e9),
            creation_time=_time(edited) if evidence.creation_time else None,
        )
        return trimmed, changed

    def _rename(
        self, evidence: CaptureEvidence, errors: dict[str, float], trouble: set[str]
    ) -> CaptureEvidence:
        stem, dot, ending = evidence.file_name.rpartition(".")
        chance = self._random.random()
        if chance < self._mix.renamed:
            errors.pop("name", None)
            trouble.add("renamed")
            return replace(evidence, file_name=f"best one yet.{ending}")
        if chance < self._mix.renamed + self._mix.copied_name:
            mark = self._random.choice((" (2)", " - Copy", "_edited"))
            return replace(evidence, file_name=f"{stem}{mark}{dot}{ending}")
        return evidence

    def _copy(
        self, evidence: CaptureEvidence, errors: dict[str, float], written: float, trouble: set[str]
    ) -> CaptureEvidence:
        if not self._mix.all_copied and self._random.random() >= self._lost_share:
            return evidence
        trouble.add("mtime lost")
        errors["mtime"] = 1e9
        return replace(evidence, mtime_ns=int(self._copied_at(written) * 1e9))

    def _copied_at(self, written: float) -> float:
        mix, chance = self._mix, self._random.random()
        if chance < mix.soon:
            return written + self._random.expovariate(1 / mix.soon_seconds)
        later = [moment for moment in self._bulk if moment > written]
        if later and chance < mix.soon + mix.bulk:
            return later[0] + self._random.uniform(0, 600)
        return max(written, _LAST) + self._random.uniform(1, 30) * _DAY


_CONSOLES = tuple(RECORDERS[name] for name in ELSEWHERE)


def _time(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _another_zone(random: Random, home: str) -> str:
    return random.choice([zone for zone in ("UTC", "Europe/Paris", "America/New_York", "Asia/Tokyo",
                                            "America/Los_Angeles") if zone != home])  # fmt: skip
