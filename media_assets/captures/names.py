"""The time that stands in a file's name, as the tool that made the file wrote it there."""

import re
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
from media_assets.captures.name_stems import is_trimmed, plain, shorter_stems, stem_of
from media_assets.naming.template import DAY_SECONDS, digit_shape, precision_seconds

FIRST_YEAR = 2000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock; its zone is a field of its own
# What a rule's date is trusted when month and day could be the other way round.
_ORDER_FACTOR = 0.6
_CENTURY = 2000  # of a year of two digits
_TEXTS = frozenset({"title", "half"})

# What tools write where a game would stand; as a title it would contradict every match.
_NO_GAME = frozenset(
    {
        "desktop", "screenshot", "screen shot", "screen recording", "recording", "replay",
        "capture", "clip", "video", "image", "photo", "game", "vertical", "backtrack", "bandicam",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameTime:
    """What a name says about when the capture was taken.

    `time` is naive: the wall clock of `zone`. `anchor` is `instant` for an image; for a clip,
    `instant` means that the tool writes its start or its end. `none`: not the capture's time, but
    that of a later event. `precision_seconds` is 86,400 where the name has a day only, at 0 h; such
    a time never decides alone. `quality` is 0 to 1. `flags` are `month_day_order` and `trimmed`.
    `swapped` is the time with month and day the other way round, where a locale could mean that.
    """

    rule: NameRule
    title: str | None
    time: datetime
    anchor: Anchor
    precision_seconds: float
    quality: float
    flags: tuple[str, ...]
    swapped: datetime | None = None

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
    stem = stem_of(file_name)
    found = _own(kind, stem, rules, last_year)
    if found is None and _has_year(stem):
        entries = rules.image if kind == "image" else rules.video
        found = _first_fit(stem, entries, kind, last_year)
    if found is None or found.precision_seconds >= DAY_SECONDS:
        folder = _fit(plain(folder_name), rules.folder, kind, last_year)
        if folder is not None and is_trimmed(file_name):
            folder = replace(folder, flags=("trimmed",))
        return folder or found
    return found


def own_rule(kind: Kind, file_name: str, now: datetime, rules: RuleBook) -> NameRule | None:
    """The rule of the user's own that gives the time of a name, if any does."""
    found = _own(kind, stem_of(file_name), rules, now.year + 1)
    return found.rule if found else None


def _own(kind: Kind, stem: str, rules: RuleBook, last_year: int) -> NameTime | None:
    entries = rules.own_image if kind == "image" else rules.own_video
    return _first_fit(stem, entries, kind, last_year) if entries else None


def _has_year(stem: str) -> bool:
    """Every rule that is built in needs four digits; most names without a time lack them."""
    return "0000" in digit_shape(stem)


def _first_fit(
    stem: str, entries: tuple[RuleEntry, ...], kind: Kind, last_year: int
) -> NameTime | None:
    """Try the stem as it is first: a title may end like a copy, and a tool's name may too."""
    for shorter, trimmed in shorter_stems(stem):
        if found := _fit(shorter, entries, kind, last_year, trimmed):
            return found
    return None


def _fit(
    stem: str,
    entries: tuple[RuleEntry, ...],
    kind: Kind,
    last_year: int,
    trimmed: bool = False,
) -> NameTime | None:
    shape = digit_shape(stem)
    for needed, fits, precision, rule in entries:
        if needed in shape and (match := fits(stem)):
            parts = match.groupdict() if precision else _believable(match)
            if found := _name_time(rule, kind, parts, precision, last_year, trimmed):
                return found
    return None


def _believable(match: re.Match[str]) -> dict[str, str]:
    """The groups that take part; none where a number is none, as expressions of users allow."""
    parts = {name: text for name, text in match.groupdict().items() if text is not None}
    numbers = (text for name, text in parts.items() if name not in _TEXTS)
    return parts if all(text.isascii() and text.isdigit() for text in numbers) else {}


def _time(parts: dict[str, str], last_year: int) -> datetime | None:
    """The time of a pattern's groups; None where they make none, or one of a year before or after.

    An expression of a user may lack a part.
    """
    try:
        time = _calendar_time(parts) if "year" in parts else _epoch_time(parts)
    except (KeyError, ValueError, OverflowError):
        return None
    return time if time is not None and FIRST_YEAR <= time.year <= last_year else None


def _epoch_time(parts: dict[str, str]) -> datetime:
    milliseconds = int(parts["epoch_ms"]) if "epoch_ms" in parts else int(parts["epoch"]) * 1000
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _calendar_time(parts: dict[str, str]) -> datetime | None:
    year = int(parts["year"]) + (_CENTURY if len(parts["year"]) == 2 else 0)
    hour = _hour(parts)
    if hour is None:
        return None
    month, day = int(parts["month"]), int(parts["day"])
    minute, second = int(parts.get("minute", 0)), int(parts.get("second", 0))
    return datetime(year, month, day, hour, minute, second, _fraction(parts))  # noqa: DTZ001


def _fraction(parts: dict[str, str]) -> int:
    """Microseconds."""
    if "milli" in parts:
        return int(parts["milli"]) * 1_000
    return int(parts["centi"]) * 10_000 if "centi" in parts else 0


def _hour(parts: dict[str, str]) -> int | None:
    hour = int(parts.get("hour", 0))
    if "half" not in parts:
        return hour
    half = parts["half"][:1].lower()
    if not 1 <= hour <= 12 or half not in ("a", "p"):
        return None
    return hour % 12 + (12 if half == "p" else 0)


def _name_time(
    rule: NameRule,
    kind: Kind,
    parts: dict[str, str],
    precision: float | None,
    last_year: int,
    trimmed: bool,
) -> NameTime | None:
    time, swapped = _time(parts, last_year), None
    if rule.locale_order:
        other = {**parts, "month": parts["day"], "day": parts["month"]}
        swapped = _time(other, last_year)
        if time is None:
            time, swapped = swapped, None
    if time is None:
        return None
    flags: tuple[str, ...] = ()
    quality = rule.quality
    if swapped is not None:
        flags += ("month_day_order",)
        quality *= _ORDER_FACTOR
    if trimmed:
        flags += ("trimmed",)
    return NameTime(
        rule=rule,
        title=_title(parts.get("title", "")),
        time=time,
        anchor="instant" if kind == "image" and rule.anchor != "none" else rule.anchor,
        precision_seconds=rule.precision_seconds or precision or precision_seconds(parts),
        quality=quality,
        flags=flags,
        swapped=swapped,
    )


def _title(text: str) -> str | None:
    title = text.strip(" -_")
    return title if title and title.casefold() not in _NO_GAME else None
