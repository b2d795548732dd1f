import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from match_shapes import END_MARK, compressed, event, film_bits, film_chunk, xuid
from spnkr.film import highlight_events

from media_assets.errors import MatchDataError
from media_assets.matches import film
from media_assets.matches.film import read_film

NAMES = st.text(st.characters(codec="utf-16", exclude_categories=["Cs", "Cc"]), max_size=8)
EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(["kill", "death", "mode", "medal"]),
        st.integers(0, 2**31 - 1),
        st.integers(1, 12),
        NAMES,
        st.integers(0, 255),
    ),
    max_size=6,
)


def as_ours(events):
    return sorted(
        (
            film.FilmEvent(
                one.event_type, one.time_ms, str(one.xuid), one.gamertag, one.type_hint,
                one.medal_value, one.medal_name,
            )
            for one in events
        ),
        key=lambda one: one.time_ms,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.sampled_from([30, 38, 39, 40, 41]), st.integers(0, 40))
def test_the_same_events_as_the_reader_of_spnkr(events, version, gap):
    chunk = film_chunk(events, version, gap)
    found = read_film(chunk, version)
    assert list(found.events) == as_ours(highlight_events.read(chunk, version))
    assert len(found.events) == len(events)
    assert found.unreadable == ()


@pytest.mark.parametrize("gap", range(8))
def test_an_event_may_start_at_any_bit(gap):
    found = read_film(film_chunk([event("medal", 4321, 7, "aCurtis X89", 1)], gap=gap), 38)
    assert found.events == (
        film.FilmEvent("medal", 4321, str(xuid(7)), "aCurtis X89", 100, 1, "Triple Kill"),
    )


def test_events_are_in_order_of_time_and_stable():
    events = [event("kill", 20, 1), event("death", 10, 2), event("mode", 20, 3)]
    found = read_film(film_chunk(events), 38)
    assert [(one.time_ms, one.event_type) for one in found.events] == [
        (10, "death"), (20, "kill"), (20, "mode"),
    ]  # fmt: skip


@pytest.mark.parametrize("time_ms", [375, 1500, 12_000, 24_000, 48_003])
@pytest.mark.parametrize("kind", ["kill", "death", "medal"])
def test_a_time_that_looks_like_the_end_of_the_event_does_not_end_it(kind, time_ms):
    events = [event("mode", 10, 2), event(kind, time_ms, 1), event("mode", 50_000, 2)]
    for version in (38, 40):
        found = read_film(film_chunk(events, version), version)
        assert [(one.event_type, one.time_ms) for one in found.events] == [
            ("mode", 10), (kind, time_ms), ("mode", 50_000),
        ]  # fmt: skip
        assert found.unreadable == ()


def test_an_unreadable_event_does_not_take_the_next_ones_end():
    events = [event(hint=77, time_ms=5), event("kill", 9), event("death", 9, 2)]
    found = read_film(film_chunk(events), 38)
    assert [one.event_type for one in found.events] == ["kill", "death"]
    assert len(found.unreadable) == 1


def test_a_kind_that_nobody_knows_leaves_the_other_events():
    chunk = film_chunk([event(), event(hint=77, time_ms=5000)])
    found = read_film(chunk, 38)
    assert len(found.events) == 1
    assert len(found.unreadable) == 1
    assert str(xuid(1)) in found.unreadable[0]
    assert "type 77" in found.unreadable[0]


def test_what_only_looks_like_a_player_is_noise():
    bits = film_bits([event()]) + film_bits([event(number=5)]).removesuffix(END_MARK)
    found = read_film(compressed(bits), 38)
    assert [one.xuid for one in found.events] == [str(xuid(1))]
    assert found.unreadable == ()


def test_a_film_of_which_nothing_is_readable_is_refused():
    chunk = film_chunk([event(hint=77)])
    with pytest.raises(MatchDataError, match="no event of this film of version 38 is readable"):
        read_film(chunk, 38)


def test_a_name_that_is_no_text_is_named():
    number, _, *rest = event(time_ms=9)
    broken = film_bits([(number, "X", *rest)]).replace(
        film_bits([(number, "X", *rest)])[180:212], format(0x00D80000, "032b"), 1
    )
    found = read_film(compressed(film_bits([event()]) + broken), 38)
    assert len(found.events) == 1
    assert "no readable name" in found.unreadable[0]


def test_an_end_mark_too_near_or_too_far_is_none():
    start = film_bits([event(number=5)])[:80]
    for bits in (start + END_MARK, start + "1" * 20_000 + END_MARK):
        found = read_film(compressed(film_bits([event(number=5)]) + bits), 38)
        assert len(found.events) == 1
        assert "no end mark" in found.unreadable[0]


@pytest.mark.parametrize("content", [b"", b"\0", b"abcdefghij", bytes(5000)])
def test_a_film_without_events_is_empty(content):
    assert read_film(zlib.compress(content), 38) == film.FilmEvents((), ())


def test_what_is_not_compressed_is_named():
    with pytest.raises(MatchDataError, match="cannot be decompressed"):
        read_film(b"no zlib here", 38)


def test_a_chunk_that_is_cut_off_is_named():
    with pytest.raises(MatchDataError, match="cut off"):
        read_film(film_chunk([event()] * 3)[:-9], 38)


def test_a_chunk_that_unpacks_to_too_much_is_refused():
    bomb = zlib.compress(bytes(film.MAX_FILM_BYTES + 1), 1)
    with pytest.raises(MatchDataError, match="unpacks to more than"):
        read_film(bomb, 38)
