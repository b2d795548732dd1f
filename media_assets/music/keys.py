"""What makes an artist or an album the same one: keys that follow from what each file says alone.

A key does not depend on the other files, so the order in which they arrive changes nothing, and
two libraries give the same thing the same key.
"""

import unicodedata

import polars as pl

PART = "|"
_ESCAPED = "\\|"


def normalised(text: str) -> str:
    """The text without what is only a way of writing it: forms, case, blanks.

    Caseless compatibility matching as Unicode defines it (The Unicode Standard, D146), and then
    blanks of any kind as single spaces. Accents and punctuation stay: they tell names apart.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    folded = unicodedata.normalize("NFKC", folded.casefold())
    return " ".join(folded.split()) or text


def with_normalised(frame: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """The frame with new columns: the normalised texts of others; each distinct text once.

    Args:
        columns: the column with the texts, by the name of the new one.
    """
    texts = pl.concat([frame[source].rename("text") for source in columns.values()])
    distinct = texts.drop_nulls().unique()
    folded = pl.Series("folded", map(normalised, distinct), dtype=pl.String)
    for name, source in columns.items():
        known = pl.DataFrame({source: distinct, name: folded})
        frame = frame.join(known, on=source, how="left", maintain_order="left")
    return frame


def album_key(artist_keys: str, title: str, date: str, release_id: str) -> pl.Expr:
    """The key of an album; null where a file names neither a release id nor a title.

    Args:
        artist_keys: column with the keys of the album artists, a list.
        title: column with the normalised title.
        date: column with the normalised date: two editions have two dates and stay two.
        release_id: column with the MusicBrainz release id.
    """
    artists = pl.col(artist_keys).list.eval(_part(pl.element())).list.join(PART)
    by_name = pl.concat_str(
        artists.fill_null(""), _part(pl.col(title)), _part(pl.col(date)).fill_null(""),
        separator=PART,
    )  # fmt: skip
    return pl.coalesce(pl.col(release_id), by_name)


def _part(text: pl.Expr) -> pl.Expr:
    """A part of a key, in which the sign between parts cannot be mistaken for one."""
    return text.str.replace_all("\\", r"\\", literal=True).str.replace_all(
        PART, _ESCAPED, literal=True
    )
