"""The time that stands in a file's name, as the tool that made the file wrote it there."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from media_assets.captures.name_rules import (
    DEFAULT_RULES,
    Anchor,
    Kind,
    NameRule,
    RuleBook,
    RuleEntry,
    ZoneKind,
)
from media_assets.captures.name_template import DAY_SECONDS, NameTemplate, digit_shape

FIRST_YEAR = 2000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock; its zone is a field of its own
# No file system in use has longer names; what is longer is not looked at.
_LONGEST_NAME = 255
# What a rule's date is trusted when month and day could be the other way round.
_ORDER_FACTOR = 0.6
_MAX_ENDINGS = 4

_EXTENSION = re.compile(r"\.(?=[0-9]*[a-z])[0-9a-z]{1,5}\Z", re.IGNORECASE)
_COPY = re.compile(
    r"(?: ?\([0-9]{1,4}\)| - (?:copy|copie|kopie|copia)| copy(?: [0-9]{1,3})?"
    r"|[-_ ]edited|~[0-9])\Z",
    re.IGNORECASE,
)
# LosslessCut writes `-00.00.05.000-00.00.10.000` for a segment, `-cut-merged-<epoch>` for several.
_TRIM = re.compile(
    r"(?:[-_ ]?trim(?:med)?|-cut(?:-[^ _]*)?"
    r"|(?:-[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{3}){2}[^ ]*)\Z",
    re.IGNORECASE,
)
# Blanks of other widths become plain. Marks of writing direction, which some Windows programs put
# around the parts of a date, go.
_MARKS = str.maketrans(
    "\u00a0\u1680\u2007\u2009\u200a\u202f\u205f\u3000",
    " " * 8,
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
# What tools write where a game would stand; as a title it would contradict every match.
_NO_GAME = frozenset(
    {
        "desktop", "screenshot", "screen shot", "screen recording", "recording", "replay",
        "capture", "clip", "video", "image", "photo", "game",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameTime:
    """What a name says about when the capture was taken.

    `time` is naive: the wall clock of `zone`. `anchor` is `instant` for an image; for a clip,
    `instant` means that the tool writes its start or its end. `none`: not the capture's time, but
    that of a later event. `precision_seconds` is 86,400 where the name has a day only, at 0 h; such
    a time never decides alone. `quality` is 0 to 1. `flags` are `month_day_order` and `trimmed`.
    """

    rule: NameRule
    title: str | None
    time: datetime
    anchor: Anchor
    precision_seconds: float
    quality: float
    flags: tuple[str, ...]

    @property
    def zone(self) -> ZoneKind:
        """Whose wall clock `time` is: the player's (`local`), or `utc`."""
        return self.rule.zone


def read_name(
    kind: Kind,
    file_name: str,
    folder_name: str,
    now: datetime,
    rules: RuleBook = DEFAULT_RULES,
) -> NameTime | None:
    """The time in a file's name, else in its folder's; None without one. Never raises.

    A time of the folder is taken before a day of the file. A date that does not exist, or of a year
    before 2000 or after the next one, is no time.
    """
    last_year = now.year + 1
    stem = _stem(file_name)
    entries = rules.image if kind == "image" else rules.video
    found = _first_fit(stem, entries, kind, last_year)
    if found is None or found.precision_seconds >= DAY_SECONDS:
        folder = _fit(_plain(folder_name), rules.folder, kind, last_year)
        if folder is not None and is_trimmed(file_name):
            folder = replace(folder, flags=("trimmed",))
        return folder or found
    return found


def is_trimmed(file_name: str) -> bool:
    """Whether the name says that a part of the clip was cut away."""
    stem = _stem(file_name)
    for _ in range(_MAX_ENDINGS):
        if _TRIM.search(stem):
            return True
        shorter = _COPY.sub("", stem)
        if shorter == stem:
            return False
        stem = shorter
    return False


def _stem(file_name: str) -> str:
    name = _plain(file_name)
    if ending := _EXTENSION.search(name, max(0, len(name) - 6)):
        return name[: ending.start()]
    return name


def _plain(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return ""
    if name.isascii():
        return name
    # macOS stores letters and their accents apart; titles are compared.
    return unicodedata.normalize("NFC", name.translate(_MARKS))


def _first_fit(
    stem: str, entries: tuple[RuleEntry, ...], kind: Kind, last_year: int
) -> NameTime | None:
    """Try the stem as it is first: a title may end like a copy, and a tool's name may too."""
    trimmed = False
    for _ in range(_MAX_ENDINGS + 1):
        if found := _fit(stem, entries, kind, last_year, trimmed):
            return found
        shorter = _COPY.sub("", stem)
        if shorter == stem:
            shorter = _TRIM.sub("", stem)
            trimmed = True
        if shorter == stem:
            return None
        stem = shorter
    return None


def _fit(
    stem: str,
    entries: tuple[RuleEntry, ...],
    kind: Kind,
    last_year: int,
    trimmed: bool = False,
) -> NameTime | None:
    shape = digit_shape(stem)
    if "0000" not in shape:
        return None
    for needed, fits, template, rule in entries:
        if needed in shape and (match := fits(stem)):
            parts = match.groupdict()
            time = _time(parts, last_year)
            if time is not None:
                return _name_time(rule, template, kind, parts, time, trimmed)
    return None


def _time(parts: dict[str, str], last_year: int) -> datetime | None:
    if "epoch" in parts:
        time = _EPOCH + timedelta(seconds=int(parts["epoch"]))
        return time if FIRST_YEAR <= time.year <= last_year else None
    year = int(parts["year"])
    hour = _hour(parts)
    if hour is None or not FIRST_YEAR <= year <= last_year:
        return None
    month, day = int(parts["month"]), int(parts["day"])
    minute, second = int(parts.get("minute", 0)), int(parts.get("second", 0))
    try:
        return datetime(year, month, day, hour, minute, second, _fraction(parts))  # noqa: DTZ001
    except ValueError:
        return None


def _fraction(parts: dict[str, str]) -> int:
    """Microseconds."""
    if "milli" in parts:
        return int(parts["milli"]) * 1_000
    return int(parts["centi"]) * 10_000 if "centi" in parts else 0


def _hour(parts: dict[str, str]) -> int | None:
    hour = int(parts.get("hour", 0))
    if "half" not in parts:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if parts["half"][0] in "pP" else 0)


def _name_time(
    rule: NameRule,
    template: NameTemplate,
    kind: Kind,
    parts: dict[str, str],
    time: datetime,
    trimmed: bool,
) -> NameTime:
    flags: tuple[str, ...] = ()
    quality = rule.quality
    if rule.locale_order and time.day <= 12:
        flags += ("month_day_order",)
        quality *= _ORDER_FACTOR
    if trimmed:
        flags += ("trimmed",)
    return NameTime(
        rule=rule,
        title=_title(parts.get("title", "")),
        time=time,
        anchor="instant" if kind == "image" and rule.anchor != "none" else rule.anchor,
        precision_seconds=template.precision_seconds,
        quality=quality,
        flags=flags,
    )


def _title(text: str) -> str | None:
    title = text.strip(" -_")
    return title if title and title.casefold() not in _NO_GAME else None
