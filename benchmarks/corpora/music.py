"""Music: four formats, albums of twelve, a dozen tags a track, with covers or without."""

import io
from functools import cache, partial
from pathlib import Path
from typing import cast

import av
import mutagen
import numpy as np
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3
from mutagen.mp4 import MP4, MP4Cover
from numpy.typing import NDArray

from benchmarks.corpora.parallel import each
from media_assets.demo.scenes import cover

TRACKS = 12
SOUNDS = 16
_RATE = 44_100
_ENCODERS = {".mp3": "libmp3lame", ".flac": "flac", ".m4a": "aac", ".opus": "libopus"}
_GENRES = ("Ambient", "Electronic", "Synthwave", "Folk", "Pop")


def music(folder: Path, count: int, *, covers: bool, seconds: float = 4) -> None:
    """Tracks of some seconds, of four 60 to 400 KB; an album has one format and one cover, or none.

    There are 16 sounds; every track has tags of its own.
    """
    each(partial(_album, folder, covers=covers, seconds=seconds), range(count // TRACKS))


def _album(folder: Path, album: int, *, covers: bool, seconds: float) -> None:
    suffix = list(_ENCODERS)[album % len(_ENCODERS)]
    below = folder / f"Artist {album // 4:03}" / f"Album {album:03}"
    below.mkdir(parents=True)
    sound = _encoded(suffix, album % SOUNDS, seconds)
    front = _cover(album) if covers and suffix != ".opus" else None
    for track in range(1, TRACKS + 1):
        file = below / f"{track:02} Track{suffix}"
        file.write_bytes(sound)
        _tag(file, album, track)
        if front is not None:
            _add_cover(file, front)


def _tag(file: Path, album: int, track: int) -> None:
    tags = mutagen.File(file, easy=True)
    if tags is None:
        raise ValueError(f"{file}: mutagen does not know it")
    tags.update(
        {
            "title": f"Track {track} of {album}",
            "artist": f"Artist {album // 4}",
            "albumartist": f"Artist {album // 4}",
            "album": f"Album {album}",
            "date": str(1980 + album % 45),
            "genre": _GENRES[album % len(_GENRES)],
            "tracknumber": f"{track}/{TRACKS}",
            "discnumber": "1/1",
        }
    )
    tags.save()


def _add_cover(file: Path, front: bytes) -> None:
    if file.suffix == ".mp3":
        tags = ID3(file)
        tags.add(APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=front))
        tags.save()
    elif file.suffix == ".flac":
        flac, picture = FLAC(file), Picture()
        picture.type, picture.mime, picture.data = 3, "image/jpeg", front
        flac.add_picture(picture)
        flac.save()
    else:
        tagged = MP4(file)
        tagged["covr"] = [MP4Cover(front, MP4Cover.FORMAT_JPEG)]
        tagged.save()


def _cover(album: int) -> bytes:
    stream = io.BytesIO()
    cover(f"album {album}", 600).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _sound(seed: int, seconds: float) -> NDArray[np.float32]:
    """A chord that fades, with a little noise; stereo."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * _RATE), dtype=np.float32) / _RATE
    tones = [np.sin(2 * np.pi * pitch * time) for pitch in random.uniform(110, 880, 3)]
    wave = sum(tones) * np.exp(-time / 2) / 6 + random.standard_normal((2, len(time))) / 200
    return np.asarray(wave, dtype=np.float32)


@cache
def _encoded(suffix: str, seed: int, seconds: float) -> bytes:
    rate = 48_000 if suffix == ".opus" else _RATE
    frame = av.AudioFrame.from_ndarray(_sound(seed, seconds), "fltp", "stereo")
    frame.sample_rate, frame.pts = _RATE, 0
    stream = io.BytesIO()
    kind = {".m4a": "ipod", ".opus": "opus"}.get(suffix, suffix[1:])
    with av.open(stream, "w", format=kind) as container:
        encoder = cast(
            av.AudioStream, container.add_stream(_ENCODERS[suffix], rate=rate, layout="stereo")
        )
        container.mux(encoder.encode(frame))
        container.mux(encoder.encode(None))
    return stream.getvalue()
