"""Teammates and opponents over all matches."""

import pytest
from player_frames import (
    ALLY,
    ME,
    RIVAL,
    STRANGER,
    aliases,
    at,
    match,
    medals,
    pairs,
    participants,
    registry,
    seat,
)

from media_assets.matches.companions import antagonists, known_gamertags, teammates
from media_assets.matches.player_stats import player_match_stats
from media_assets.store.frames import empty_frame, polars_schema
from media_assets.store.tables.players import ANTAGONISTS, TEAMMATES_AGGREGATE


def teammates_of(matches, seats, names=None):
    known, everybody = registry(*matches), participants(*seats)
    stats = player_match_stats(ME, known, everybody, medals(), {})
    return teammates(ME, everybody, known, aliases(**(names or {})), stats)


MATCHES = [match("m1", 0), match("m2", 15), match("m3", 30), match("ffa", 45, teams_enabled=False)]
SEATS = [
    seat("m1", ME, team_id=0, outcome=2, kda=4.0),
    seat("m1", ALLY, team_id=0, outcome=2, kda=-9.0),
    seat("m1", RIVAL, team_id=1, outcome=3),
    seat("m2", ME, team_id=1, outcome=3, kda=1.0),
    seat("m2", ALLY, team_id=1, outcome=4),
    seat("m2", RIVAL, team_id=1, outcome=3),
    seat("m2", "bid(1.0)", team_id=1, is_bot=True),
    seat("m3", ME, team_id=0, outcome=1, kda=2.5),
    seat("m3", ALLY, team_id=0, outcome=1),
    seat("m3", STRANGER, team_id=0, outcome=1),
    seat("ffa", ME, team_id=0, outcome=2, kda=99.0),
    seat("ffa", ALLY, team_id=0, outcome=3),
    seat("theirs", ALLY, team_id=0),
    seat("theirs", "5", team_id=0),
]


def test_teammates_are_the_humans_of_the_same_team():
    frame = teammates_of(MATCHES, SEATS, {"x2": "Ally"})
    assert frame.schema == polars_schema(TEAMMATES_AGGREGATE)
    names = TEAMMATES_AGGREGATE.column_names
    assert frame.to_dicts() == [
        dict(zip(names, row, strict=True))
        for row in [
            # the win rate leaves out the tie, and outcome and kda are the player's own
            (ALLY, "Ally", 3, 1, 1, 0.5, 2.5, at(0), at(30)),
            (RIVAL, None, 1, 0, 1, 0.0, 1.0, at(15), at(15)),
            (STRANGER, None, 1, 0, 0, None, 2.5, at(30), at(30)),
        ]
    ]


def test_nobody_without_a_team_is_a_teammate():
    frame = teammates_of([match("m")], [seat("m", ME), seat("m", ALLY)])
    assert frame.equals(empty_frame(TEAMMATES_AGGREGATE))


def test_most_matches_come_first_then_the_xuid():
    seats = [
        *(seat(f"m{n}", ME, team_id=0) for n in (1, 2)),
        *(seat("m1", xuid, team_id=0) for xuid in ("8", "10", "7")),
        *(seat("m2", xuid, team_id=0) for xuid in ("7", "8")),
    ]
    frame = teammates_of([match("m1"), match("m2", 15)], seats)
    assert frame["xuid"].to_list() == ["7", "8", "10"]


def test_kda_is_null_where_no_match_has_it():
    seats = [seat("m", ME, team_id=0), seat("m", ALLY, team_id=0)]
    assert teammates_of([match("m")], seats)["own_kda_mean"].to_list() == [None]


def test_the_alias_comes_before_the_name_of_the_latest_match():
    seats = participants(
        seat("new", ALLY, gamertag="Newer"),
        seat("old", ALLY, gamertag="Older"),
        seat("old", RIVAL, gamertag="Written"),
        seat("new", RIVAL),
        seat("new", STRANGER),
        seat("old", ME, gamertag="Former"),
    )
    known = registry(match("new", 100), match("old", 0))
    names = known_gamertags(aliases(x1="Now", x77="Elsewhere"), seats, known)
    assert dict(names.iter_rows()) == {
        ME: "Now", ALLY: "Newer", RIVAL: "Written", "77": "Elsewhere",
    }  # fmt: skip
    assert names["xuid"].to_list() == sorted(names["xuid"])


def test_a_teammate_without_an_alias_has_the_name_of_a_match():
    seats = [seat("m", ME, team_id=0), seat("m", ALLY, team_id=0, gamertag="Ally")]
    assert teammates_of([match("m")], seats)["gamertag"].to_list() == ["Ally"]


def test_antagonists_count_both_directions():
    fights = pairs(
        ("m1", ME, RIVAL, 3),
        ("m1", RIVAL, ME, 1),
        ("m2", ME, RIVAL, 2),
        ("m2", STRANGER, ME, 4),
        ("m3", RIVAL, ME, 1),
        ("m2", RIVAL, STRANGER, 9),
        ("m2", ME, ME, 5),
    )
    frame = antagonists(ME, fights, aliases(x3="Rival"))
    assert frame.schema == polars_schema(ANTAGONISTS)
    names = ANTAGONISTS.column_names
    assert frame.to_dicts() == [
        dict(zip(names, row, strict=True))
        for row in [(RIVAL, "Rival", 5, 2, 3, 3), (STRANGER, None, 0, 4, 1, -4)]
    ]


def test_antagonists_of_equally_many_matches_are_in_order_of_xuid():
    fights = pairs(*(("m", ME, xuid, count) for xuid, count in (("8", 1), ("10", 2), ("7", 9))))
    assert antagonists(ME, fights, aliases())["xuid"].to_list() == ["10", "7", "8"]


@pytest.mark.parametrize("fights", [[], [("m", ALLY, RIVAL, 1)]])
def test_without_fights_there_are_no_antagonists(fights):
    assert antagonists(ME, pairs(*fights), aliases()).equals(empty_frame(ANTAGONISTS))


def test_without_matches_there_are_no_teammates():
    frame = teammates_of([], [])
    assert frame.schema == polars_schema(TEAMMATES_AGGREGATE)
    assert frame.is_empty()


def test_the_order_of_the_rows_changes_nothing():
    expected = teammates_of(MATCHES, SEATS)
    for turn in range(1, len(SEATS)):
        seats = SEATS[turn:] + SEATS[:turn]
        assert teammates_of(MATCHES[::-1], seats).equals(expected)
