"""What people wrote about media."""

from datetime import datetime

import duckdb

from media_assets.library.words import Words
from media_assets.store.frames import frame_of
from media_assets.store.tables.library import MEDIA_NOTES
from media_assets.store.write import upsert


def known_ids(con: duckdb.DuckDBPyConnection, media_ids: list[str]) -> list[str]:
    """Those of the ids that are this player's media."""
    rows = con.execute(
        "SELECT media_id FROM media_files WHERE list_contains(?, media_id)", [media_ids]
    ).fetchall()
    return [row[0] for row in rows]


def write_words(con: duckdb.DuckDBPyConnection, media_id: str, words: Words, now: datetime) -> None:
    """Apply a change to one media inside the caller's transaction."""
    found = con.execute(
        "SELECT tags, note, title, rating FROM media_notes WHERE media_id = ?", [media_id]
    ).fetchone()
    tags, note, title, rating = found or (None, None, None, None)
    kept = [tag for tag in tags or [] if tag not in words.remove_tags]
    kept += [tag for tag in words.add_tags if tag not in kept]
    row: dict[str, object] = {
        "media_id": media_id,
        "tags": kept or None,
        "note": note if words.note is None else words.note or None,
        "title": title if words.title is None else words.title or None,
        "rating": rating if words.rating is None else words.rating,
        "updated_at": now,
    }
    upsert(con, MEDIA_NOTES, frame_of(MEDIA_NOTES, [row]))
