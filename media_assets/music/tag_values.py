"""Numbers, ids and genres out of the text of tags. What cannot be one is `None`, never a guess."""

import re
from collections.abc import Iterable

from mutagen.id3 import TCON

Position = tuple[int | None, int | None]

_POSITION = re.compile(r"(\d{0,5})(?:\s*(?:/|of)\s*(\d{0,5}))?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")
_COMPACT_DATE = re.compile(r"([12]\d{3})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,30})?")
_GAIN = re.compile(r"([+-]?\d{1,3}(?:[.,]\d{1,30})?)\s*(?:dB)?", re.IGNORECASE)
_UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])",
    re.IGNORECASE,
)
_GENRE_REFERENCE = re.compile(r"\((\d{1,3}|RX|CR)\)")

FASTEST_BPM = 1000.0
"""Above it a tempo tag is garbage; speedcore ends near 1000."""
STRONGEST_GAIN = 64.0
"""ReplayGain fields in headers cannot say more than 51.1 dB; R128 tags can, and mean nothing."""
R128_TO_REPLAYGAIN = 5.0
"""RFC 7845 (5.2.1) counts Opus gains from -23 LUFS, ReplayGain 2.0 from -18 LUFS."""

_SPECIAL_GENRES = {"RX": "Remix", "CR": "Cover"}
_YES = frozenset({"1", "true", "yes"})
_NO = frozenset({"0", "false", "no"})


def position(text: str) -> Position:
    """Number and total of `3`, `3/12`, `3 of 12`, `/12`. Zero is what taggers write for unknown."""
    match = _POSITION.fullmatch(text)
    if match is None:
        return None, None
    number, total = match.groups()
    return int(number or 0) or None, int(total or 0) or None


def year(text: str) -> int | None:
    """The year of a date in any order of its parts, from 1000 to 2999."""
    match = _COMPACT_DATE.match(text) or _YEAR.search(text)
    return int(match.group(1)) if match else None


def date(text: str) -> str | None:
    """The date as stored, if a year can be told from it."""
    return text if year(text) is not None else None


def bpm(text: str) -> float | None:
    """Beats per minute above 0 and up to `FASTEST_BPM`; a decimal comma counts as a point."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if 0 < value <= FASTEST_BPM else None


def gain(text: str) -> float | None:
    """Decibels of `-7.30 dB`."""
    match = _GAIN.fullmatch(text)
    if match is None:
        return None
    value = float(match.group(1).replace(",", "."))
    return value if abs(value) <= STRONGEST_GAIN else None


def r128_gain(text: str) -> float | None:
    """ReplayGain decibels of an Opus gain, which counts in 1/256 dB from another reference."""
    if not _NUMBER.fullmatch(text):
        return None
    value = round(float(text.replace(",", ".")) / 256 + R128_TO_REPLAYGAIN, 2)
    return value if abs(value) <= STRONGEST_GAIN else None


def flag(text: str) -> bool | None:
    """`1` or `0`, `true` or `false`, `yes` or `no`."""
    word = text.lower()
    return True if word in _YES else False if word in _NO else None


def uuid(text: str) -> str | None:
    """The first UUID in the text, in lower case: several ids or an address may surround it."""
    match = _UUID.search(text)
    return match.group().lower() if match else None


def uuids(texts: Iterable[str]) -> list[str]:
    """Every UUID in the texts, each once, in order: ID3v2.3 has several in one text."""
    found = (match.group().lower() for text in texts for match in _UUID.finditer(text))
    return list(dict.fromkeys(found))


def genres(texts: Iterable[str]) -> list[str]:
    """Genres with the references of ID3v1 resolved: `(17)`, `(4)Eurodisco`, `(RX)`.

    An index that nobody has named is left out. `((` stands for a parenthesis that is text.
    """
    found: list[str] = []
    for text in texts:
        rest = text
        while match := _GENRE_REFERENCE.match(rest):
            found.append(_genre(match.group(1)))
            rest = rest[match.end() :]
        found.append(rest[1:] if rest.startswith("((") else rest)
    return distinct(found)


def id3_genre(text: str) -> str:
    """A bare number or `RX`, `CR` in a genre frame is a reference too; put into parentheses."""
    if text in _SPECIAL_GENRES or (text.isascii() and text.isdecimal() and len(text) <= 3):
        return f"({text})"
    return text


def _genre(reference: str) -> str:
    if reference in _SPECIAL_GENRES:
        return _SPECIAL_GENRES[reference]
    index = int(reference)
    return str(TCON.GENRES[index]) if index < len(TCON.GENRES) else ""


def distinct(texts: Iterable[str]) -> list[str]:
    """The texts that say something, each once, in order."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))
