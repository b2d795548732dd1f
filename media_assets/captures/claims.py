"""What is known of a capture, and what each source claims about when it was taken."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from media_assets.captures.name_rules import Anchor, Kind
from media_assets.captures.names import NameTime

Source = Literal["gamedvr", "file_name", "exif", "container", "mtime"]

_LONGEST_SAYS = 200


@dataclass(frozen=True, slots=True)
class CaptureEvidence:
    """What is known of one capture, as the file and its content say it.

    `folder_name` is the name of the folder that holds the file. `gamedvr` is the PNG text of the
    keyword `Microsoft.GameDVR.Extended`. `creation_time` is aware; None when unset.
    """

    kind: Kind
    file_name: str
    folder_name: str
    mtime_ns: int
    duration_seconds: float | None
    gamedvr: str | None
    exif_original: str | None
    exif_offset: str | None
    exif_subsec: str | None
    creation_time: datetime | None


class Claim(NamedTuple):
    """What one source says. `time` is aware UTC; None: it cannot be used, and `why` says so.

    `says` is what stands there, as JSON; empty where that is `time` itself. `anchor` `instant` on a
    clip means that the time is its start or its end. `local`: the zone of the player was assumed.
    (A named tuple: a frozen dataclass of this size takes 2 us to make instead of 0.5, and each
    capture has several.)
    """

    source: Source
    says: str
    time: datetime | None
    anchor: Anchor = "instant"
    precision_seconds: float = 1.0
    quality: float = 0.0
    local: bool = False
    flags: tuple[str, ...] = ()
    why: str = ""


def unusable(source: Source, says: str, why: str) -> Claim:
    return Claim(source, json.dumps(shown(says)), None, why=why)


def shown(text: str) -> str:
    """Text that a database takes: no lone surrogates, no NUL, not endless.

    A byte of a file name that is not UTF-8 is shown as `\\xNN`.
    """
    text = text[:_LONGEST_SAYS].replace("\0", "")
    if text.isascii():
        return text
    return (
        "".join(
            f"\\x{ord(mark) & 0xFF:02x}" if "\udc80" <= mark <= "\udcff" else mark for mark in text
        )
        .encode("utf-8", "backslashreplace")
        .decode()
    )


class Claims(NamedTuple):
    """The claims on one capture, best source first, and what they were read with.

    `duration` is None for an image and for a clip of unknown length. `local_time` is what the
    player's wall clock shows in the best source that has it, None where none does; it tells the
    `zone` in which all of them are read, for they come from one clock.
    """

    claims: list[Claim]
    name: NameTime | None
    duration: timedelta | None
    trimmed: bool
    local_time: datetime | None
    zone: str
