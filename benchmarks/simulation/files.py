"""From what was captured to the file that is there years later: devices, copies, edits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.simulation.history import DAYS, FIRST_DAY, History
from benchmarks.simulation.mix import Mix
from benchmarks.simulation.originals import (
    FAR_OFF,
    SOUND_SECONDS,
    Clock,
    Original,
    at,
    write,
)
from benchmarks.simulation.recorders import ELSEWHERE, RECORDERS, SETUPS, SHARES, Recorder
from benchmarks.simulation.scenes import Director, Scene, Situation
from media_assets.captures.times import CaptureEvidence

_DAY = 86_400.0
_LAST = FIRST_DAY.timestamp() + DAYS * _DAY
_ELSEWHERE_SHARE = 0.2
_COPY_MARKS = (" (2)", " - Copy", "_edited")
_CONFIGURED = (
    "UTC", "Europe/Paris", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata",
)  # fmt: skip
"""Zones that configurations name by mistake."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A capture as a scan finds it, and what is true of it.

    `zone` is the one that the configuration has for its date, `at_home` whether that is the
    player's own rather than that of a journey. `decidable`: it lies in a match, and
    something that the file says tells the time rightly. `trouble` names what happened to it.
    """

    evidence: CaptureEvidence
    zone: str
    at_home: bool
    scene: Scene
    decidable: bool
    trouble: frozenset[str]

    @property
    def truth(self) -> frozenset[str]:
        """The matches that it shows."""
        return self.scene.shows


class _Device:
    """A device with one way to capture, whose clock is another day by another amount off."""

    def __init__(self, random: Random, mix: Mix, setup: str) -> None:
        self.setup = setup
        self.summer_time = random.random() >= mix.no_summer_time
        self._random = random
        self._mix = mix
        self._errors: dict[int, float] = {}

    def error(self, moment: float) -> float:
        """By how many seconds the clock is off: the same from noon to noon."""
        day = int(moment / _DAY - 0.5)
        if day not in self._errors:
            self._errors[day] = self._new_error()
        return self._errors[day]

    def _new_error(self) -> float:
        random, mix = self._random, self._mix
        chance = random.random()
        if chance < mix.astray:
            return random.uniform(-mix.astray_seconds, mix.astray_seconds)
        return random.gauss(
            0, mix.drift_seconds if chance < mix.astray + mix.drifting else mix.clock_seconds
        )


class Cabinet:
    """The devices and the files of one player."""

    def __init__(self, random: Random, mix: Mix, history: History, director: Director) -> None:
        self._random = random
        self._mix = mix
        self._history = history
        self._director = director
        self._devices = [_Device(random, mix, self._pick(SHARES)) for _ in range(2)]
        self._lost_share = 0.0 if random.random() < mix.tidy else random.random()
        self._bulk = sorted(random.uniform(FIRST_DAY.timestamp(), _LAST) for _ in range(2))
        self._configured = _wrong_zone(random, history.home) if mix.wrong_zone else history.home

    def captures(self) -> Iterator[Labelled]:
        """All captures of the player."""
        for situation in self._director.situations():
            device = self._devices[self._random.random() < self._mix.second_device]
            recorder = self._recorder(device, situation)
            scene = self._director.scene(situation, recorder.length)
            yield self._file(device, recorder, scene)

    def _pick(self, weights: Mapping[str, float]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _recorder(self, device: _Device, situation: Situation) -> Recorder:
        elsewhere = situation == "other_game" and self._random.random() < _ELSEWHERE_SHARE
        recorder = RECORDERS[self._pick(ELSEWHERE if elsewhere else SETUPS[device.setup])]
        if situation in ("both", "evening") and recorder.length != "recording":
            return RECORDERS["obs_recording"]
        return recorder

    def _clock(self, device: _Device, recorder: Recorder, moment: float) -> Clock:
        trip = self._history.trip_at(moment)
        return Clock(
            error=0.0 if recorder.steady else device.error(moment),
            zone=self._history.zone_at(moment),
            configured=trip.zone if trip and trip.told else self._configured,
            summer_time=device.summer_time or recorder.steady,
        )

    def _file(self, device: _Device, recorder: Recorder, scene: Scene) -> Labelled:
        clock = self._clock(device, recorder, scene.begins)
        original = write(self._random, recorder, scene, clock)
        trouble = self._troubles(clock, scene)
        if scene.seconds and self._random.random() < self._mix.trimmed:
            scene, original = self._trim(scene, original)
            trouble.add("trimmed")
        original = self._rename(original, trouble)
        original = self._copy(original, trouble)
        off = min(map(abs, original.errors.values()), default=FAR_OFF)
        return Labelled(
            evidence=original.evidence,
            zone=clock.configured,
            at_home=clock.configured == self._configured,
            scene=scene,
            decidable=scene.inside and off <= SOUND_SECONDS,
            trouble=frozenset(trouble),
        )

    def _troubles(self, clock: Clock, scene: Scene) -> set[str]:
        told = {
            "clock off": abs(clock.error) > SOUND_SECONDS,
            "travelling": self._history.trip_at(scene.begins) is not None,
            "no summer time": not clock.summer_time,
            "dst night": any(abs(scene.begins - c) < 3600 for c in self._history.changes),
        }
        return {name for name, holds in told.items() if holds}

    def _trim(self, scene: Scene, original: Original) -> tuple[Scene, Original]:
        """A part of the clip, written anew some time later."""
        kept = scene.seconds * self._random.uniform(0.3, 0.9)
        begins = scene.begins + self._random.uniform(0, scene.seconds - kept)
        shows = self._director.shown(begins, begins + kept)
        part = Scene(scene.situation, begins, kept, shows or scene.shows, bool(shows))
        edited = self._copied_at(scene.ends + 30)
        errors = {name: off for name, off in original.errors.items() if name != "container"}
        evidence = replace(
            _named(original.evidence, "{stem}_trim{ending}"),
            duration_seconds=kept,
            mtime_ns=int(edited * 1e9),
            creation_time=at(edited) if original.evidence.creation_time else None,
        )
        return part, Original(evidence, errors | {"mtime": edited - part.ends}, edited)

    def _rename(self, original: Original, trouble: set[str]) -> Original:
        chance = self._random.random()
        if chance < self._mix.renamed:
            trouble.add("renamed")
            errors = {name: off for name, off in original.errors.items() if name != "file_name"}
            evidence = _named(original.evidence, "best one yet{ending}")
            return replace(original, evidence=evidence, errors=errors)
        if chance < self._mix.renamed + self._mix.copied_name:
            pattern = f"{{stem}}{self._random.choice(_COPY_MARKS)}{{ending}}"
            return replace(original, evidence=_named(original.evidence, pattern))
        return original

    def _copy(self, original: Original, trouble: set[str]) -> Original:
        if not self._mix.all_copied and self._random.random() >= self._lost_share:
            return original
        trouble.add("mtime lost")
        copied = self._copied_at(original.written)
        return Original(
            replace(original.evidence, mtime_ns=int(copied * 1e9)),
            original.errors | {"mtime": FAR_OFF},
            copied,
        )

    def _copied_at(self, written: float) -> float:
        mix, chance = self._mix, self._random.random()
        if chance < mix.soon:
            return written + self._random.expovariate(1 / mix.soon_seconds)
        later = [moment for moment in self._bulk if moment > written]
        if later and chance < mix.soon + mix.bulk:
            return later[0] + self._random.uniform(0, 600)
        return max(written, _LAST) + self._random.uniform(1, 30) * _DAY


def _wrong_zone(random: Random, home: str) -> str:
    """A zone with another time than home has."""
    local = FIRST_DAY.astimezone(ZoneInfo(home)).utcoffset()
    others = [z for z in _CONFIGURED if FIRST_DAY.astimezone(ZoneInfo(z)).utcoffset() != local]
    return random.choice(others)


def _named(evidence: CaptureEvidence, pattern: str) -> CaptureEvidence:
    stem, dot, ending = evidence.file_name.rpartition(".")
    return replace(evidence, file_name=pattern.format(stem=stem, ending=dot + ending))
