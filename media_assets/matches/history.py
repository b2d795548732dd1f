"""One player's match history as the API lists it, and what of it is still to be read.

The API numbers the matches from the newest on, so every new match shifts all of them. What is kept
is therefore no number but, for each match, which one was listed next below it. Where that is not
known, reading stopped: by a failure, by an interruption, or because nobody has read on yet. Such a
gap is found again however much was played since, and is closed by reading on from there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from media_assets.errors import ApiCallError

PAGE: Final = 25
"""Matches of a full page; the API gives no more at once."""

OLDEST: Final = ""
"""What stands below the oldest match of all."""

MAX_FAILED_PAGES: Final = 2
"""After so many pages in a row that could not be read, reading stops."""

Entry = tuple[str, datetime, datetime]
"""Match id, start and end (naive UTC), as a page lists them."""
Fetch = Callable[[int], Awaitable[Sequence[Entry]]]
"""Gives up to `PAGE` entries from an index on, newest first."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One match of the history. `next_older` is None where a gap begins."""

    match_id: str
    start_time: datetime
    end_time: datetime
    next_older: str | None


@dataclass(frozen=True, slots=True)
class PageRead:
    """What the page from `start` on brought: rows that are new or changed, and its new matches.

    A page that could not be read has its `error`.
    """

    start: int
    news: tuple[Listed, ...]
    new_matches: tuple[str, ...]
    error: ApiCallError | None = None


class History:
    """What is known of one player's history."""

    def __init__(self, rows: Iterable[Listed] = ()) -> None:
        self._rows = {row.match_id: row for row in rows}

    def __contains__(self, match_id: str) -> bool:
        return match_id in self._rows

    @property
    def match_ids(self) -> tuple[str, ...]:
        """All matches, newest first."""
        return tuple(row.match_id for row in _newest_first(self._rows.values()))

    def gaps(self) -> tuple[str, ...]:
        """The matches below which reading must go on, newest first."""
        rows = (row for row in self._rows.values() if row.next_older is None)
        return tuple(row.match_id for row in _newest_first(rows))

    def position(self, match_id: str) -> int:
        """How many known matches are newer: about where it stands in the API's list."""
        return sum(self.is_older(match_id, row.start_time) for row in self._rows.values())

    def is_older(self, match_id: str, start: datetime) -> bool:
        """Whether a known match began before that."""
        return self._rows[match_id].start_time < start

    def take(
        self, above: str | None, entries: Sequence[Entry], *, is_end: bool
    ) -> tuple[Listed, ...]:
        """Take in entries that are listed one below the other; returns rows new or changed.

        Args:
            above: the match listed right above the first of them, None where that is not known.
            is_end: nothing is listed below the last of them.
        """
        times = {match_id: (start, end) for match_id, start, end in entries}
        chain = list(times)
        if above is not None and self._is_right_above(above, entries):
            chain.insert(0, above)
        news: dict[str, Listed] = {}
        for match_id, (start, end) in times.items():
            known = self._rows.get(match_id)
            self._put(Listed(match_id, start, end, known.next_older if known else None), news)
        for match_id, below in pairwise([*chain, OLDEST] if is_end else chain):
            self._put(replace(self._rows[match_id], next_older=below), news)
        self._close_gaps_within(chain, news, is_end=is_end)
        return tuple(news.values())

    def _is_right_above(self, above: str, entries: Sequence[Entry]) -> bool:
        """Whether these entries go on below that one.

        When others came on top meanwhile, it is listed again; when more came than a page has, all
        of a page is newer than the page before it.
        """
        if not entries:
            return True
        times = {match_id: start for match_id, start, _ in entries}
        return above not in times and not self.is_older(above, entries[0][1])

    def _close_gaps_within(
        self, chain: Sequence[str], news: dict[str, Listed], *, is_end: bool
    ) -> None:
        """A match that the API does not list any more would stay a gap for ever."""
        for gap in self.gaps():
            older = [name for name in chain if self.is_older(name, self._rows[gap].start_time)]
            newer_is_listed = any(self.is_older(gap, self._rows[name].start_time) for name in chain)
            if newer_is_listed and (older or is_end):
                below = older[0] if older else OLDEST
                self._put(replace(self._rows[gap], next_older=below), news)

    def _put(self, row: Listed, news: dict[str, Listed]) -> None:
        if self._rows.get(row.match_id) != row:
            self._rows[row.match_id] = news[row.match_id] = row


def _newest_first(rows: Iterable[Listed]) -> list[Listed]:
    return sorted(rows, key=lambda row: (row.start_time, row.match_id), reverse=True)


async def read_history(
    history: History, fetch: Fetch, *, full: bool = False
) -> AsyncIterator[PageRead]:
    """Read what is new, and what is missing, page by page, into `history`.

    From the top down to the first page without news, or through all of it when `full`; then on from
    each gap that is left. A page that fails leaves a gap and is passed over; two in a row end
    the reading from there.
    """
    tried: set[str] = set()
    async for page in _read_down(history, fetch, 0, None, full=full):
        yield page
    while gap := next((gap for gap in history.gaps() if gap not in tried), None):
        tried.add(gap)
        start = history.position(gap)
        async for page in _read_down(history, fetch, start, gap, full=False):
            yield page


async def _read_down(
    history: History, fetch: Fetch, start: int, gap: str | None, *, full: bool
) -> AsyncIterator[PageRead]:
    above: str | None = None
    seen: set[str] = set()
    failed = 0
    placed = gap is None  # whether `start` is known not to lie below the gap
    while failed < MAX_FAILED_PAGES:
        try:
            entries = await fetch(start)
        except ApiCallError as error:
            failed, placed, above = failed + 1, True, None
            yield PageRead(start, (), (), error)
            start += PAGE
            continue
        failed = 0
        if gap is not None and not placed and start and _is_below(history, gap, entries):
            start = max(0, start - PAGE)
            continue
        ids = [match_id for match_id, _, _ in entries]
        new = tuple(match_id for match_id in ids if match_id not in history)
        is_end = len(entries) < PAGE
        news = history.take(above, entries, is_end=is_end)
        yield PageRead(start, news, new)
        goes_on = full or bool(news) or gap in history.gaps()
        if is_end or not goes_on or seen.issuperset(ids):  # an API that repeats itself has no end
            return
        seen.update(ids)
        above, placed = ids[-1], True
        start += PAGE


def _is_below(history: History, gap: str, entries: Sequence[Entry]) -> bool:
    """Whether a page begins below a gap, which happens when the API lists fewer than it did."""
    if not entries:
        return True
    first, start, _ = entries[0]
    return first != gap and not history.is_older(gap, start)
