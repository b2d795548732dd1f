"""The index of words of a player: what is new or changed goes in, what is gone goes out.

The index is changed first, then the tables, then the name of the index that is read. The tables
have the stamp of the index: whatever a kill leaves, or somebody deletes, is seen by the next run,
which makes the index anew.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from media_assets.errors import SearchError
from media_assets.search import index
from media_assets.search import words as search_words
from media_assets.search.index import Document
from media_assets.stages.platform import Platform
from media_assets.store import search as store
from media_assets.store.connect import Connection, connect, transaction

VERSION = index.VERSION * 1000 + search_words.VERSION
"""Of the fields, and of how words are cut."""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What one update did. `made_anew`: everything was indexed again."""

    written: int = 0
    removed: int = 0
    made_anew: bool = False
    seconds: float = 0.0


def update_index(platform: Platform, player: str) -> SearchReport:
    """Bring the player's index up to date; without news nothing is written."""
    place = platform.places.search(player)
    with platform.reading(player) as con:
        if not _has_news(con, place):
            return SearchReport()
    database = platform.player_database(player)
    started = time.monotonic()
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            state = _usable(con, place)
            fresh, gone = (store.load_all(con), None) if state is None else store.load_news(con)
        generation = uuid4().hex if state is None else state.generation
        stamp = index.write(place / generation, map(_document, fresh.iter_rows()), gone or ())
        now = platform.now()
        with connect(database) as con, transaction(con):
            written = store.write_indexed(
                con, fresh, gone, store.State(generation, stamp, VERSION, 0), now
            )
        index.make_current(place, generation)
    seconds = time.monotonic() - started
    return SearchReport(written, len(gone or ()), state is None, seconds)


def _has_news(con: Connection, place: Path) -> bool:
    state = _usable(con, place)
    if state is None or index.current(place) != state.generation:
        return True
    fresh, gone = store.load_news(con)
    return not fresh.is_empty() or bool(gone)


def _usable(con: Connection, place: Path) -> store.State | None:
    """The state of the index, if the one on disk is that of the tables and can be read."""
    state = store.load_state(con)
    if state is None or state.version != VERSION:
        return None
    folder = place / state.generation
    try:
        same = index.stamp_of(folder) == state.stamp and index.count(folder) == state.documents
    except SearchError:
        return None
    return state if same else None  # a purge takes rows away and knows no index


def _document(row: tuple[str, ...]) -> Document:
    return Document(*row[:-1])
