"""Rows of lists, whatever file they come from: their columns, and what their values say."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from media_assets.errors import LandInputError, UnusableUrlError
from media_assets.web.found import MOST_PROBLEMS, ClaimedType, Found, Reading
from media_assets.web.page_media import collapsed
from media_assets.web.urls import MOST_CHARACTERS, as_written, clean_url

MOST_ROWS = 10_000_000
"""Of one list; all that it says is in memory at once, some 400 bytes a row."""

_COLUMNS = {
    "url": "url", "page_url": "page_url", "depth": "depth", "relevance": "relevance",
    "type": "type", "alt": "alt", "alt_text": "alt",
}  # fmt: skip
_TYPES: dict[str, ClaimedType] = {"img": "img", "image": "img", "video": "video", "audio": "audio"}
_UNKNOWN = frozenset({"", "null", "none", "nan", "na", "n/a"})
_WHOLE = re.compile(r"[0-9]{1,9}(?:\.0*)?")  # a column with gaps is written with points by many


@dataclass(slots=True)
class Row:
    """One row as it is written. `place`: its line or number, from 1; `bad`: why it is no row."""

    place: int
    url: Any = None
    page_url: Any = None
    depth: Any = None
    relevance: Any = None
    type: Any = None
    alt: Any = None
    bad: str | None = None


def columns(names: Iterable[str], of: str) -> dict[str, int]:
    """Where the columns of a `Row` stand; the first of equal names counts.

    Raises `LandInputError` where there is no `url`; `of` is the list.
    """
    names = list(names)
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        if column := _COLUMNS.get(name.strip().lower()):
            found.setdefault(column, position)
    if "url" not in found:
        shown = ", ".join(repr(name[:40]) for name in names[:10]) or "none"
        raise LandInputError(
            f"{of}: has no column 'url'; its columns: {shown}. A list has url, and may have"
            " page_url, depth, relevance, type and alt"
        )
    return found


def too_many_rows(of: str, most: int = MOST_ROWS) -> LandInputError:
    """The error for a list that holds more."""
    return LandInputError(f"{of}: a list has at most {most} rows; split it into several")


def reading_of(rows: Iterable[Row], unit: str, of: str, most: int = MOST_ROWS) -> Reading:
    """What the rows say, in their order. `unit`: what `place` counts, "line" or "row".

    Raises `LandInputError` where there are more than `most`; `of` is the list.
    """
    problems = _Problems(unit)
    found: list[Found] = []
    for row in rows:
        if len(found) == most:
            raise too_many_rows(of, most)
        found.append(_found(row, problems))
    return Reading(tuple(found), len(found), problems.told())


@dataclass(slots=True)
class _Problems:
    unit: str
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: int, what: str) -> None:
        self.count += 1
        if len(self.lines) < MOST_PROBLEMS:
            self.lines.append(f"{self.unit} {place}: {what}")

    def told(self) -> tuple[str, ...]:
        if self.count <= MOST_PROBLEMS:
            return tuple(self.lines)
        more = self.count - MOST_PROBLEMS + 1
        return (*self.lines[: MOST_PROBLEMS - 1], f"and {more} more")


def _found(row: Row, problems: _Problems) -> Found:
    if row.bad:
        problems.add(row.place, row.bad)
        return Found(as_written(_text(row.url)), problem=row.bad)
    page_url, problem = _page(_text(row.page_url)[: MOST_CHARACTERS + 1])
    if problem:
        problems.add(row.place, f"page_url: {problem}")
    depth = _depth(row, problems) if row.depth not in (None, "") else None
    relevance = _relevance(row, problems) if row.relevance not in (None, "") else None
    claimed = _claimed(row, problems) if row.type else None
    alt = collapsed(_text(row.alt)) if row.alt else None
    written = _text(row.url)
    try:
        url, problem = clean_url(written, page_url), None
    except UnusableUrlError as error:
        url, problem = as_written(written), str(error)
    return Found(url, page_url, depth, relevance, claimed, alt, problem)


@lru_cache(maxsize=4096)
def _page(text: str) -> tuple[str | None, str | None]:
    """The clean address of a page, or what is wrong with it; pages stand in many rows."""
    if _is_unknown(text):
        return None, None
    try:
        return clean_url(text), None
    except UnusableUrlError as error:
        return None, str(error)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _is_unknown(text: str) -> bool:
    return text.strip().lower() in _UNKNOWN


def _depth(row: Row, problems: _Problems) -> int | None:
    text = _text(row.depth).strip()
    if _WHOLE.fullmatch(text) and not isinstance(row.depth, bool):
        return int(text.partition(".")[0])
    if not _is_unknown(text):
        problems.add(row.place, f"depth {text[:40]!r} is not a whole number of 0 or more")
    return None


def _relevance(row: Row, problems: _Problems) -> float | None:
    text = _text(row.relevance).strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and number >= 0:
        return number
    if not _is_unknown(text):
        problems.add(row.place, f"relevance {text[:40]!r} is not a number of 0 or more")
    return None


def _claimed(row: Row, problems: _Problems) -> ClaimedType | None:
    text = _text(row.type).strip()
    claimed = _TYPES.get(text.lower())
    if claimed is None and not _is_unknown(text):
        problems.add(row.place, f"type {text[:40]!r} is not one of img, video, audio")
    return claimed
