"""Words and queries: the same text gives the same words, and every text is a query."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.search.query import MOST_WORDS, Wanted, parse
from media_assets.search.words import LONGEST_WORD, folded, words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Sigur Rós – Ágætis byrjun", "sigur ros agaetis byrjun"),
        ("BEYONCÉ", "beyonce"),
        ("Beyonce\u0301", "beyonce"),
        ("don’t stop 'til", "dont stop til"),
        ("AC/DC", "ac dc"),
        ("Straße", "strasse"),
        ("Łódź Øl Ærø ﬁnal", "lodz ol aero final"),
        ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
        ("千と千尋 OST", "千 と 千 尋 ost"),
        ("Ночь Ёлка", "ночь елка"),
        ("snake_case", "snake case"),
        (" ... !!! ", ""),
        ("a" * 200, "a" * LONGEST_WORD),
    ],
)
def test_folding(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_folding_again_and_in_capitals_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert all(word and not word.isspace() for word in words(text))


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_every_text_is_a_query_of_few_words(text: str) -> None:
    found = parse(text)
    assert len(found.wanted) <= MOST_WORDS
    assert {wanted.word for wanted in found.wanted} <= set(words(text))


def test_a_field_takes_a_word_or_several_in_quotes() -> None:
    found = parse('artist:Björk title:"army of" ME year:1995')
    assert found.wanted == (
        Wanted("bjork", "artist"), Wanted("army", "title"), Wanted("of", "title"),
        Wanted("me"), Wanted("year"), Wanted("1995"),
    )  # fmt: skip
    assert found.whole == "me year 1995"


def test_a_quote_that_is_never_closed_reaches_to_the_end() -> None:
    assert parse('artist:"daft punk').wanted == (Wanted("daft", "artist"), Wanted("punk", "artist"))
