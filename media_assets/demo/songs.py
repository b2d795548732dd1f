"""The music of the sample library: which tracks there are, and how each sounds.

Artists, albums and titles are invented. Tempo and key are exact, so that an analysis can be held
against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray

from media_assets.demo.people import AMELIE, KETAN, NORTH, Owner

Scale = Literal["major", "minor"]
Samples = NDArray[np.float32]

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SECONDS = 12
VARIOUS = "Various Artists"

# Degrees of the scale and the semitones of their triads above the tonic.
_CHORDS: dict[Scale, tuple[tuple[int, int, int], ...]] = {
    "major": ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)),
    "minor": ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
}


@dataclass(frozen=True, slots=True)
class Album:
    """An album. `various`: a compilation of several artists."""

    title: str
    artist: str
    date: str
    genre: str
    tracks: int

    @property
    def various(self) -> bool:
        """Whether it is a compilation."""
        return self.artist == VARIOUS


@dataclass(frozen=True, slots=True)
class Track:
    """A track as one file. `path` is relative to the library, with slashes."""

    owner: Owner
    path: str
    album: Album
    number: int
    title: str
    artist: str
    bpm: int
    key: str
    scale: Scale

    @property
    def suffix(self) -> str:
        """The kind of file: `.mp3`, `.flac`, `.m4a`, `.opus`, `.ogg` or `.wav`."""
        return self.path[self.path.rindex(".") :]

    @property
    def tag_key(self) -> str:
        """The key as tags have it: `F#m` for F sharp minor."""
        return self.key + ("m" if self.scale == "minor" else "")

    def mbid(self, of: Literal["recording", "track", "release", "artist", "album artist"]) -> str:
        """An id in the form of MusicBrainz: the same for the same thing, and unknown there."""
        names = {
            "recording": f"{self.artist}/{self.title}",
            "track": f"{self.album.title}/{self.number}",
            "release": self.album.title,
            "artist": self.artist,
            "album artist": self.album.artist,
        }
        return str(uuid5(NAMESPACE_URL, f"media-assets-demo/{of}/{names[of]}"))


_TIDELIGHT = Album("Tidelight", "Glass Harbour", "2021-03-12", "Ambient", 3)
_NIGHT_BUS = Album("Night Bus", "Marlow & Finch", "2018", "Electronic", 3)
_STATIC = Album("Static Gardens", "Velvet Relay", "2023-09-01", "Synthwave", 3)
_MONSOON = Album("Monsoon Diary", "Asha Vale", "2020-07", "Folk", 3)
_MIX = Album("Autumn Mix", VARIOUS, "2025", "Pop", 3)

_Row = tuple[Owner, Album, str, int, str, str | None, int, str, Scale]
_ROWS: tuple[_Row, ...] = (
    (AMELIE, _TIDELIGHT, ".flac", 1, "Low Water", None, 84, "D", "minor"),
    (AMELIE, _TIDELIGHT, ".flac", 2, "Breakwater", None, 96, "F", "major"),
    (AMELIE, _TIDELIGHT, ".flac", 3, "Lamp Room", None, 110, "A", "minor"),
    (AMELIE, _NIGHT_BUS, ".mp3", 1, "Last Stop", None, 120, "E", "minor"),
    (AMELIE, _NIGHT_BUS, ".mp3", 2, "Upper Deck", None, 124, "G", "major"),
    (AMELIE, _NIGHT_BUS, ".mp3", 3, "Transfer", None, 128, "B", "minor"),
    (NORTH, _STATIC, ".m4a", 1, "Greenhouse Radio", None, 100, "C", "major"),
    (NORTH, _STATIC, ".m4a", 2, "Carrier Wave", None, 112, "F#", "minor"),
    (NORTH, _STATIC, ".m4a", 3, "Snow on Channel 3", None, 140, "A#", "major"),
    (NORTH, _NIGHT_BUS, ".mp3", 1, "Last Stop", None, 120, "E", "minor"),
    (KETAN, _MONSOON, ".opus", 1, "First Rain", None, 92, "G#", "major"),
    (KETAN, _MONSOON, ".opus", 2, "Clay Cup", None, 104, "C#", "minor"),
    (KETAN, _MONSOON, ".ogg", 3, "Long Platform", None, 116, "D#", "major"),
    (KETAN, _MIX, ".mp3", 1, "Paper Lanterns", "The Quiet Mile", 98, "D", "major"),
    (KETAN, _MIX, ".mp3", 2, "Static Hearts", "Velvet Relay", 132, "G", "minor"),
    (KETAN, _MIX, ".wav", 3, "Field Notes", "Asha Vale", 88, "A", "major"),
)


def tracks() -> Iterator[Track]:
    """All tracks, by player and album."""
    for owner, album, suffix, number, title, artist, bpm, key, scale in _ROWS:
        folder = f"{owner.name}/Music/{album.artist}/{album.title}"
        path = f"{folder}/{number:02d} - {title}{suffix}"
        yield Track(owner, path, album, number, title, artist or album.artist, bpm, key, scale)


def synthesize(track: Track, rate: int) -> Samples:
    """The sound: four chords of the key, a bar each, bass and drums on the beat.

    Mono, values from -1 to 1, `SECONDS` long at `rate` samples a second.
    """
    beat = 60 / track.bpm
    wave = np.zeros(SECONDS * rate, np.float32)
    tonic = 48 + KEYS.index(track.key)
    chords = _CHORDS[track.scale]
    for count in range(int(SECONDS / beat) + 1):
        chord = chords[count // 4 % len(chords)]
        for voice, step in enumerate((chord[0] - 12, *chord)):
            volume = 0.2 if voice == 0 else 0.1
            _add(wave, count * beat * rate, _note(tonic + step, beat, rate) * volume)
        _add(wave, count * beat * rate, _drum(rate))
        _add(wave, (count + 0.5) * beat * rate, _hat(rate, count))
    peak = float(np.abs(wave).max())
    return wave * np.float32(0.8 / peak)


def _add(wave: Samples, start: float, sound: Samples) -> None:
    first = round(start)
    room = wave[first : first + len(sound)]
    room += sound[: len(room)]


def _note(pitch: int, seconds: float, rate: int) -> Samples:
    time = np.arange(int(seconds * rate), dtype=np.float32) / rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    tone = sum(np.sin(2 * np.pi * frequency * n * time) / n**2 for n in (1, 2, 3))
    return np.asarray(tone * np.exp(-2.5 * time / seconds), np.float32)


def _drum(rate: int) -> Samples:
    time = np.arange(rate // 8, dtype=np.float32) / rate
    return np.asarray(0.6 * np.sin(2 * np.pi * 58 * time) * np.exp(-28 * time), np.float32)


def _hat(rate: int, seed: int) -> Samples:
    time = np.arange(rate // 20, dtype=np.float32) / rate
    noise = np.random.default_rng(seed).standard_normal(len(time))
    return np.asarray(0.06 * noise * np.exp(-90 * time), np.float32)
