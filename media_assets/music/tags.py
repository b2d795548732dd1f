"""The tags of one file, as every container's reader leaves them, and their text made safe."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from media_assets.errors import LimitExceededError
from media_assets.music.covers import Picture

MAX_TEXT = 10_000
"""Characters kept of one value: the longest lyrics and descriptions that are not an attack."""

MOST_VALUES = 1000
"""Values kept of one name: an opera has some hundred people."""

MOST_NAMES = 10_000
"""Names that the tags of one file may have; files that people tagged have some dozen."""

LONGEST_NAME = 100
"""Characters of the longest name that a value may be sought by."""

MAX_RAW_TEXT = 1_000_000
"""Characters kept of all raw tags of one file; more would weigh down every read of the table."""

CUT = "…"

Json = str | int | float | bool | dict[str, "Json"] | list["Json"]

# C0 (without tab and line ends), DEL, C1 and lone surrogates: what databases, JSON and terminals
# refuse or obey.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_A_LETTER = re.compile(r"[\W_]+")


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """The text without what UTF-8, JSON or a terminal cannot bear, stripped and cut to `limit`.

    C1 characters are read as Windows-1252, which is what a tag declared as Latin-1 holds in
    practice; other control characters vanish and lone surrogates become U+FFFD.
    """
    if len(text) > limit:
        text = text[: limit - 1] + CUT
    if not text.isprintable():
        text = _UNSAFE.sub(_safe, text)
    return text.strip()


def _safe(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code >= 0xD800:
        return "\ufffd"
    return bytes([code]).decode("cp1252", "ignore") if code >= 0x80 else ""


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """`MusicBrainz Album Id`, `MUSICBRAINZ_ALBUMID` and `MusicBrainz/Album Id` are one name."""
    return _NOT_A_LETTER.sub("", name).lower()


@dataclass(slots=True)
class Tags:
    """What one container says: texts by name, everything as stored, and the pictures.

    `native` has the names that the container defines (`TIT2`, `©nam`, `WM/Year`), `free` those that
    taggers agreed on (`MUSICBRAINZ_ALBUMID`), through `plain_name`. Values keep their order.
    """

    native: dict[str, list[str]] = field(default_factory=dict)
    free: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, list[Json]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    fallbacks: list["Tags"] = field(default_factory=list)
    """Other tags of the same file, which say what these leave out; the best first."""
    embedded: int = 0
    """Characters of text and bytes of artwork in the tags."""

    def add(
        self, key: str, texts: Iterable[str], *, native: str | None = None, free: str | None = None
    ) -> None:
        """Keep texts as they are named in the file, and under the names they are sought by.

        Raises:
            LimitExceededError: the file has more than `MOST_NAMES` names.
        """
        if len(self.raw) > MOST_NAMES:
            raise LimitExceededError(f"The file has tags of more than {MOST_NAMES:,} names")
        for text in texts:
            self.embedded += len(text)
            kept = self.raw.setdefault(key, [])
            if len(kept) >= MOST_VALUES:
                continue
            value = clean(text)
            kept.append(value)
            if not value:
                continue
            if native is not None:
                self.native.setdefault(native, []).append(value)
            if free is not None and len(free) <= LONGEST_NAME:
                self.free.setdefault(plain_name(free), []).append(value)

    def add_raw(self, key: str, value: Json) -> None:
        """Keep a value that is no text."""
        self.raw.setdefault(key, []).append(value)

    def add_binary(self, key: str, size: int) -> None:
        """Keep the length of a value that is not text."""
        self.embedded += size
        self.raw.setdefault(key, []).append({"bytes": size})

    def add_picture(self, key: str, picture: Picture | None, size: int) -> None:
        """Keep a picture; `None` where the `size` bytes could not be taken apart."""
        self.add_binary(key, size)
        if picture is not None and picture.data:
            self.pictures.append(picture)

    def add_fallback(self, other: "Tags", prefix: str = "") -> None:
        """Take in a second tag of the same file; `prefix` tells its raw names apart."""
        self.fallbacks.append(other)
        for name, raw in other.raw.items():
            self.raw.setdefault(prefix + name, []).extend(raw)
        self.pictures.extend(other.pictures)
        self.embedded += other.embedded

    def raw_json(self) -> str | None:
        """All tags as a JSON object; NULL without tags. Values that repeat are lists."""
        if not self.raw:
            return None
        kept: dict[str, Json] = {}
        left = MAX_RAW_TEXT
        for key, values in self.raw.items():
            name = clean(key, 200)
            value = values[0] if len(values) == 1 else values
            left -= len(name) + _weight(value)
            if left < 0:
                kept[CUT] = len(self.raw) - len(kept)
                break
            kept[name] = value
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _weight(value: Json) -> int:
    """Characters of a value, roughly: structure counts too."""
    if isinstance(value, str):
        return len(value) + 4
    if isinstance(value, list):
        return 4 + sum(_weight(part) for part in value)
    if isinstance(value, dict):
        return 4 + sum(len(name) + _weight(part) for name, part in value.items())
    return 8
