"""Sessions: where they start, what they are called, what they add up to."""

from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from player_frames import ALLY, DAY, FRIENDS, ME, RIVAL, STRANGER, at, participants, seat

from media_assets.matches.sessions import friends_present, player_sessions, session_ids
from media_assets.store.frames import empty_frame, frame_of, polars_schema
from media_assets.store.tables.players import PLAYER_MATCH_STATS, PLAYER_SESSIONS

PLAYED = {
    "match_id": pl.String(),
    "start_time": pl.Datetime("us"),
    "end_time": pl.Datetime("us"),
    "friends": pl.List(pl.String()),
}


def played(*matches):
    """Rows of (match, start, end, friends), the times in minutes."""
    rows = [(name, at(start), at(end), friends) for name, start, end, friends in matches]
    return pl.DataFrame(rows, schema=PLAYED, orient="row")


def sessions_of(*matches):
    return dict(session_ids(played(*matches)).iter_rows())


@pytest.mark.parametrize(
    ("start", "session"),
    [(10, "a"), (129, "a"), (130, "a"), (130.001, "b"), (600, "b"), (5, "a")],
)
def test_more_than_120_minutes_after_the_end_start_a_session(start, session):
    assert sessions_of(("a", 0, 10, []), ("b", start, 700, [])) == {"a": "a", "b": session}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([], [], True),
        (["X"], ["X"], True),
        (["X", "Y"], ["X", "Y"], True),
        ([], ["X"], False),
        (["X"], [], False),
        (["X"], ["Y"], False),
        (["X"], ["X", "Y"], False),
    ],
)
def test_other_friends_start_a_session(before, after, same):
    found = sessions_of(("a", 0, 10, before), ("b", 12, 20, after))
    assert found["b"] == ("a" if same else "b")


def test_a_session_is_named_by_its_first_match_in_time():
    found = sessions_of(
        ("m", 0, 10, []), ("a", 12, 20, []), ("z", 300, 310, ["X"]), ("b", 312, 320, ["X"]),
        ("k", 322, 330, []), ("c", 332, 340, ["X"]),
    )  # fmt: skip
    assert found == {"m": "m", "a": "m", "z": "z", "b": "z", "k": "k", "c": "c"}


def test_matches_of_one_start_are_in_order_of_their_id():
    assert sessions_of(("b", 0, 10, []), ("a", 0, 10, [])) == {"a": "a", "b": "a"}


histories = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 119, 120, 121, 500]),
        st.integers(1, 30),
        st.sampled_from([[], ["X"], ["X", "Y"]]),
    ),
    max_size=25,
)


def history(steps):
    """Matches with the gaps, durations and friends of the steps; ids are not in order of time."""
    matches, end = [], 0
    for number, (gap, minutes, friends) in enumerate(steps):
        start = end + gap
        end = start + minutes
        matches.append((f"m{(number * 7919) % 1000:03}", start, end, friends))
    return matches


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 25))
def test_later_matches_rename_no_session(steps, known):
    matches = history(steps)
    before = session_ids(played(*matches[:known]))
    assert session_ids(played(*matches)).head(known).equals(before)


@settings(max_examples=60, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(steps, random):
    matches = history(steps)
    shuffled = random.sample(matches, len(matches))
    assert session_ids(played(*shuffled)).equals(session_ids(played(*matches)))


@settings(max_examples=60, deadline=None)
@given(histories)
def test_sessions_are_runs_of_near_matches_with_the_same_friends(steps):
    matches = history(steps)
    found = sessions_of(*matches)
    for (name, _, end, friends), (following, start, _, company) in pairwise(matches):
        together = start - end <= 120 and friends == company
        assert found[following] == (found[name] if together else following)


def test_friends_present_are_sorted_names_without_the_player():
    seats = participants(
        *(seat("all", xuid) for xuid in (RIVAL, ME, STRANGER, ALLY)),
        seat("alone", ME),
        seat("stranger", STRANGER),
        seat("stranger", ME),
        seat("theirs", ALLY),
    )
    found = friends_present(ME, seats, FRIENDS)
    assert dict(found.iter_rows()) == {"all": ["Ally", "Rival"], "alone": [], "stranger": []}
    assert found["match_id"].to_list() == ["all", "alone", "stranger"]


def stats(*rows):
    """Rows of `player_match_stats` from (match, session, start, values)."""
    return frame_of(
        PLAYER_MATCH_STATS,
        [
            {"match_id": name, "session_id": session, "start_time": at(start),
             "end_time": at(start + 10), **values}
            for name, session, start, values in rows
        ],
    )  # fmt: skip


def presence(**friends):
    schema = {"match_id": pl.String(), "friends": pl.List(pl.String())}
    return pl.DataFrame(list(friends.items()), schema=schema, orient="row")


def test_a_session_adds_up_its_matches():
    frame = player_sessions(
        stats(
            ("c", "c", 300, {"outcome": 2, "kills": 5, "kda": 2.0}),
            ("b", "a", 15, {"outcome": 3, "kills": 4, "deaths": 2, "kda": 1.0}),
            ("a", "a", 0, {"outcome": 2, "kills": 10, "deaths": 5, "assists": 3, "kda": 4.0}),
            ("d", "a", 30, {"outcome": 4}),
            ("e", "a", 45, {"outcome": 1, "kda": 1.0}),
        ),
        presence(a=["Ally"], b=["Ally"], d=["Ally"], e=["Ally"]),
    )
    assert frame.schema == polars_schema(PLAYER_SESSIONS)
    assert frame.to_dicts() == [
        {"session_id": "a", "start_time": at(0), "end_time": at(55), "matches": 4, "wins": 1,
         "losses": 1, "kills": 14, "deaths": 7, "assists": 3, "kda_mean": 2.0,
         "friends": ["Ally"]},
        {"session_id": "c", "start_time": at(300), "end_time": at(310), "matches": 1, "wins": 1,
         "losses": 0, "kills": 5, "deaths": None, "assists": None, "kda_mean": 2.0,
         "friends": []},
    ]  # fmt: skip


def test_no_matches_have_no_sessions():
    frame = player_sessions(empty_frame(PLAYER_MATCH_STATS), presence())
    assert frame.equals(empty_frame(PLAYER_SESSIONS))
    assert frame.schema == polars_schema(PLAYER_SESSIONS)
    assert session_ids(played()).is_empty()
    assert friends_present(ME, participants(), FRIENDS).schema == presence().schema


def test_ten_thousand_matches():
    matches = [(f"m{n:05}", 0, 0, ["X"] if n % 200 >= 100 else []) for n in range(10_000)]
    spaced = played(*matches).with_columns(
        start_time=DAY + pl.int_range(10_000) * timedelta(minutes=15)
    )
    found = session_ids(spaced.with_columns(end_time=pl.col("start_time") + timedelta(minutes=10)))
    assert found["session_id"].unique(maintain_order=True).to_list() == [
        f"m{n:05}" for n in range(0, 10_000, 100)
    ]
