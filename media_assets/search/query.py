"""What people type, as words to find: `FIELD:word` or `FIELD:"several words"` looks in one field.

Every text is a query: what is no field is a word, and marks part words as in what is indexed.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from media_assets.search.words import folded, words

Field = Literal["title", "artist", "album", "genre", "note", "file"]
FIELDS: tuple[Field, ...] = get_args(Field)

MOST_WORDS = 16
"""Words of a query that are looked for; each costs some milliseconds."""

_PART = re.compile(r'(?:(?P<field>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word, and the field that it must stand in; None: in any."""

    word: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Words that must all be found. `whole` is the folded text of those that name no field."""

    wanted: tuple[Wanted, ...]
    whole: str


def parse(text: str) -> SearchQuery:
    """The query that a text means; no words, for example of marks alone, find nothing."""
    wanted: list[Wanted] = []
    free: list[str] = []
    for part in _PART.finditer(text):
        field = _field(part["field"])
        said = part["quoted"] if part["quoted"] is not None else part["plain"]
        if part["field"] is not None and field is None:
            said = f"{part['field']} {said}"
        if field is None:
            free.append(said)
        wanted += (Wanted(word, field) for word in words(said))
    return SearchQuery(tuple(dict.fromkeys(wanted))[:MOST_WORDS], folded(" ".join(free)))


def _field(name: str | None) -> Field | None:
    return next((field for field in FIELDS if name is not None and name.lower() == field), None)
