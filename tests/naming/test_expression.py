"""Regular expressions of users: what they may do, and that none can hold up a run."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.errors import ConfigurationError
from media_assets.naming.expression import LONGEST_STEM, compile_expression

DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (DAY, "2024-01-31"),
        (rf"(?P<title>.+) \[{DAY}\]", "Halo [2024-01-31]"),
        (rf"(?P<title>[^_]+)_.*_{DAY}", "halo_ranked_2024-01-31"),
        (rf"(?:clip|shot|(?:a|b){{2}}) {DAY}(?: v[0-9]+)?", "AB 2024-01-31 v12"),
        (rf"{DAY}(?:T(?P<hour>[0-9]{{2}})h)?", "2024-01-31T21h"),
        (rf"(?=[a-z])[^]\\]+?[\]x] {DAY}", "abx 2024-01-31"),
        (rf"(?:[0-9a-f]{{4}}-){{3}}{DAY}", "00ff-1234-abcd-2024-01-31"),
        (rf"x{{,3}}y{{2,}} {DAY}", "xyyy 2024-01-31"),
        (r"(?P<epoch>[0-9]{10})(?:_[0-9])*", "1706731533_1_2"),
    ],
)
def test_an_expression_fits_the_whole_name(expression, name):
    pattern = compile_expression(expression).pattern

    assert pattern.fullmatch(name)
    assert not pattern.fullmatch(f"{name}\n")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(" + DAY, "no regular expression: missing"),
        (DAY + "[", "no regular expression"),
        (f"[[:alpha:]] {DAY}", "no regular expression: Possible nested set"),
        ("x" * 501, "longer than 500 characters"),
        (DAY + "(?P<secnd>..)", "group 'secnd' is not known; allowed: centi, day"),
        (DAY + "(?P<minute>..)", "minute says nothing without hour"),
        ("(?P<year>....)(?P<month>..)", "needs year, month and day, or epoch"),
        (f"(?x){DAY}", "'(?x' is not allowed"),
        (f"(?#((){DAY}", "'(?#' is not allowed"),
        (f"(a)?(?(1)b|c){DAY}", "'(?(' is not allowed"),
    ],
)
def test_a_wrong_expression_is_refused_in_words(expression, words):
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        compile_expression(expression)


@pytest.mark.parametrize(
    "start",
    [
        r"(a+)+", r"(\w+)*", r"(a|a)*", r"(a|ab|b)+", r"(?:x?){30}", r"(?:a?){20}a{20}", r".*.*.*",
        r"(.*)(.*)(.*)", r"(?:.{0,120}){3}", r"(?:(?:a?)b?){40}", r"[a-z]+[a-z]+[a-z]+",
        r"(?=(a+)+b)", r"(?:a|b|c|d){12}", r"(?:_[0-9]+)*",
    ],
)  # fmt: skip
def test_what_could_take_for_ever_is_refused(start):
    with pytest.raises(ConfigurationError, match=r"more than 1,000,000 ways"):
        compile_expression(f"{start} {DAY}")


# Parts whose repetitions and alternatives read the same letters, so that a bad one is slow.
PARTS = st.recursive(
    st.sampled_from(["a", "[ab]", ".", "b?", "a*", ".+", "a{1,3}", "(?:a|b)", r"\w", "-"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,4}", "{2,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(part=PARTS, name=st.sampled_from(["a" * LONGEST_STEM, "ab" * 127, "a-" * 127]))
def test_what_is_accepted_never_takes_long(part, name):
    """Slowest where nothing fits at the end; a second is fifty times what a bad one takes."""
    try:
        pattern = compile_expression(f"{part}{DAY}").pattern
    except ConfigurationError:
        return
    begin = time.process_time()
    assert not pattern.fullmatch(name)
    assert time.process_time() - begin < 1
