"""The files that no library is without: copies, edits, broken ones, and what is no media at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from random import Random

from media_assets.demo.captures import Capture
from media_assets.demo.people import AMELIE, KETAN, NORTH
from media_assets.demo.songs import Track
from media_assets.demo.stills import photograph, resized
from media_assets.demo.tags import album_cover

_LONG_AGO = datetime(2026, 9, 28, 7, 30, tzinfo=UTC)
_PHOTO_TAKEN = datetime(2026, 9, 12, 15, 30, 12, 482_000)  # noqa: DTZ001 wall clock in Kolkata
_PHOTO_UTC = datetime(2026, 9, 12, 10, 0, 12, 482_000, tzinfo=UTC)
_PLAYLIST = """\
#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXTINF:6.0,
https://media.example/clips/halo/segment-0001.ts
#EXT-X-ENDLIST
"""
_NOTES = """\
Clips to cut for the autumn montage:
- the rematch on Monday, from the last ten seconds on
- the double kill on the bridge
"""


@dataclass(frozen=True, slots=True)
class OddFile:
    """A file below the library, made after all others.

    `shows` is the capture whose picture or clip it shows, `taken` when that was (UTC); both are
    None for what was never taken in a game. `media`: a scan takes it for a media file; `broken`:
    and no reader can use it.
    """

    path: str
    content: bytes
    modified: datetime
    shows: Capture | None = None
    taken: datetime | None = None
    media: bool = True
    broken: bool = False


def odd_files(
    captures: tuple[Capture, ...],
    tracks: tuple[Track, ...],
    seed: int,
    read: Callable[[str], bytes],
) -> list[OddFile]:
    """All odd files; `read` gives the content of a file that was made before, by its path."""
    pictures = [
        capture
        for capture in captures
        if capture.owner == AMELIE and not capture.tool.is_clip and not capture.defect
    ]
    return [*_copies(pictures, read), *_strangers(tracks, seed, read)]


def _copies(pictures: list[Capture], read: Callable[[str], bytes]) -> list[OddFile]:
    """The same picture elsewhere, a smaller edit of another, and thumbnails of a file manager."""
    first, second = pictures[:2]
    name, folder = PurePosixPath(first.path).name, PurePosixPath(second.path).parent
    edited = f"{folder}/{PurePosixPath(second.path).stem}_edited.jpg"
    small = (second.tool.size[0] * 3 // 4, second.tool.size[1] * 3 // 4)
    later = second.modified + timedelta(hours=15)
    copy = OddFile(
        f"{AMELIE.name}/Best of/{name}", read(first.path), first.modified, first, first.start
    )
    edit = OddFile(edited, resized(read(second.path), small), later, second, second.start)
    thumbs = [
        OddFile(
            f"{folder}/thumbs/{PurePosixPath(picture.path).stem}.jpg",
            resized(read(picture.path), (160, 90)),
            picture.modified,
            media=False,
        )
        for picture in pictures[:2]
    ]
    return [copy, edit, *thumbs]


def _strangers(tracks: tuple[Track, ...], seed: int, read: Callable[[str], bytes]) -> list[OddFile]:
    """A photograph, a cover, a playlist in disguise, a broken track, a note."""
    cover_of = next(track for track in tracks if track.owner == NORTH)
    whole = next(track for track in tracks if track.suffix == ".flac")
    broken = Random(f"{seed}/broken track").randbytes(64) + read(whole.path)[64:]
    photo = photograph(f"{seed}/photo", _PHOTO_TAKEN, "+05:30")
    folder = PurePosixPath(cover_of.path).parent
    last = next(track for track in reversed(tracks) if track.owner == KETAN and track.number == 3)
    return [
        OddFile(
            f"{KETAN.name}/Phone/IMG_{_PHOTO_TAKEN:%Y%m%d_%H%M%S}.jpg",
            photo,
            _PHOTO_UTC + timedelta(seconds=1),
            taken=_PHOTO_UTC,
        ),
        OddFile(f"{folder}/cover.jpg", album_cover(cover_of), _LONG_AGO),
        OddFile(f"{KETAN.name}/Videos/stream.mp4", _PLAYLIST.encode(), _LONG_AGO, broken=True),
        OddFile(
            f"{PurePosixPath(last.path).parent}/04 - Broken Header.flac",
            broken,
            _LONG_AGO,
            broken=True,
        ),
        OddFile(f"{NORTH.name}/notes.txt", _NOTES.encode(), _LONG_AGO, media=False),
    ]
