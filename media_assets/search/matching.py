"""From words to the query of the index: exact before the beginning of a word before a typo.

Every word must be found in some field; a field adds what its best way of finding the word is worth.
Values are constants, so an exact word never loses to a rarer one with a typo.
"""

from typing import TYPE_CHECKING

from media_assets.search.query import FIELDS, SearchQuery, Wanted

if TYPE_CHECKING:
    from tantivy import Query, Schema

FIELD_WORTH: dict[str, float] = {
    "title": 1.0, "artist": 1.0, "album": 0.7, "genre": 0.4, "note": 0.4, "file": 0.3,
}  # fmt: skip
EXACT, PREFIX, TYPO = 100.0, 25.0, 6.0
"""What a word is worth. The least exact one (0.3 x 100) is worth more than the best beginning of a
word, and the least beginning (0.3 x 25) more than the best typo."""

WHOLE = 50.0
"""Added where the whole of a title, artist or album is what was asked for."""

FREQUENCY = 0.01
"""By how much words that are rare, and fields that are short, decide between equal ones."""

SHORTEST_PREFIX = 2
"""One letter begins a tenth of all words: it is looked for as a word alone."""

SHORTEST_TYPO, SHORTEST_TWO_TYPOS = 4, 8
"""Letters of a word that may have one typo, or two: of shorter ones too many others are near."""

TYPO_FIELDS = frozenset({"title", "artist", "album", "genre"})
"""Where typos are looked for without being told the field: it is half of a query's time."""

MOST_WORDS_WITH_TYPOS = 6
"""Of a query of more words the others say enough."""

WHOLE_FIELDS = ("title", "artist", "album")


def matching(schema: "Schema", query: SearchQuery) -> "Query":
    """The index's query; one without words finds nothing."""
    from tantivy import Occur, Query

    if not query.wanted:
        return Query.empty_query()
    typos = len(query.wanted) <= MOST_WORDS_WITH_TYPOS
    parts = [(Occur.Must, _word(schema, wanted, typos=typos)) for wanted in query.wanted]
    if query.whole:
        parts += [
            (Occur.Should, _worth(Query.term_query(schema, f"whole_{name}", query.whole), WHOLE))
            for name in WHOLE_FIELDS
        ]
    return Query.boolean_query(parts)


def _word(schema: "Schema", wanted: Wanted, *, typos: bool) -> "Query":
    """One word in one field, or in any: what the best is worth, and a little of the others."""
    from tantivy import Query

    names = FIELDS if wanted.field is None else (wanted.field,)
    ways = [
        _worth(way, worth * FIELD_WORTH[name])
        for name in names
        for way, worth in _ways(
            schema, name, wanted.word, typos=typos and name in {wanted.field, *TYPO_FIELDS}
        )
    ]
    ways += [
        Query.boost_query(Query.term_query(schema, name, wanted.word, "freq"), FREQUENCY)
        for name in names
    ]
    return Query.disjunction_max_query(ways, tie_breaker=0.001)


def _ways(schema: "Schema", name: str, word: str, *, typos: bool) -> "list[tuple[Query, float]]":
    from tantivy import Query

    ways = [(Query.term_query(schema, name, word, "freq"), EXACT)]
    if len(word) >= SHORTEST_PREFIX:
        ways.append((Query.fuzzy_term_query(schema, name, word, distance=0, prefix=True), PREFIX))
    if typos and len(word) >= SHORTEST_TYPO:
        distance = 2 if len(word) >= SHORTEST_TWO_TYPOS else 1
        ways.append((Query.fuzzy_term_query(schema, name, word, distance=distance), TYPO))
    return ways


def _worth(query: "Query", score: float) -> "Query":
    from tantivy import Query

    return Query.const_score_query(query, score)
