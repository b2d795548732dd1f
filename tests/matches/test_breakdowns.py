"""Matches by map, mode, playlist and hour of the week, on cases that were computed by hand."""

from datetime import timedelta

import polars as pl
import pytest
from player_frames import DAY
from stats_frames import own, stats

from media_assets.matches.breakdowns import by_hour, by_map, by_mode, by_playlist
from media_assets.store.tables.statistics import TALLY

FIVE = stats(
    own("a", 0, map_name="Bazaar", outcome=2, kills=10, deaths=5, assists=1, kda=5.0,
        shots_fired=100, shots_hit=50, time_played_seconds=600.0, performance_score=80.0),
    own("b", 20, map_name="Bazaar", outcome=3, kills=4, deaths=8, assists=2, kda=-3.0,
        shots_fired=300, shots_hit=50, time_played_seconds=300.0),
    own("c", 40, map_name="Bazaar", outcome=1, kills=2, deaths=2, assists=0, kda=0.0),
    own("d", 60, map_name="Bazaar", outcome=4),
    own("e", 80, map_name="Aquarius", outcome=5),
)  # fmt: skip


def only(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    row = frame.row(by_predicate=pl.all_horizontal(pl.col(n) == v for n, v in key.items()),
                    named=True)  # fmt: skip
    assert isinstance(row, dict)
    return row


def test_everything_is_counted_of_the_matches_on_a_map() -> None:
    assert only(by_map(FIVE), map="Bazaar") == {
        "map": "Bazaar", "matches": 4, "wins": 1, "losses": 1, "ties": 1, "unfinished": 1,
        "win_rate": 0.5, "kills": 16, "deaths": 15, "assists": 3,
        "kda_mean": pytest.approx(2 / 3), "accuracy": 25.0, "performance_mean": 80.0,
        "time_played_seconds": 900.0, "first_played": DAY,
        "last_played": DAY + timedelta(minutes=60),
    }  # fmt: skip


def test_what_is_not_known_is_null_and_not_zero() -> None:
    row = only(by_map(FIVE), map="Aquarius")
    unknown = ("win_rate", "kills", "deaths", "assists", "kda_mean", "accuracy",
               "performance_mean", "time_played_seconds")  # fmt: skip
    assert [row[name] for name in unknown] == [None] * len(unknown)
    assert (row["matches"], row["wins"], row["losses"], row["unfinished"]) == (1, 0, 0, 1)


def test_the_most_matches_come_first_then_the_name() -> None:
    maps = stats(*(own(name, map_name=name[0]) for name in ("b", "a", "c1", "c2")))
    assert by_map(maps)["map"].to_list() == ["c", "a", "b"]


def test_a_map_without_a_name_is_its_asset() -> None:
    maps = stats(own("a", map_name=None, map_id="7"), own("b"), own("c", map_id="8", map_name="X"))
    assert sorted(by_map(maps)["map"]) == ["7", "X", "unknown"]


def test_two_assets_of_one_name_are_one_map() -> None:
    maps = stats(own("a", map_name="X", map_id="1"), own("b", map_name="X", map_id="2"))
    assert by_map(maps).select("map", "matches").rows() == [("X", 2)]


def test_modes_and_playlists() -> None:
    matches = stats(
        own("a", mode_category="ctf", playlist_name="Quick", playlist_id="1"),
        own("b", mode_category="ctf", playlist_id="2"),
        own("c"),
    )
    assert by_mode(matches).select("mode", "matches").rows() == [("ctf", 2), ("unknown", 1)]
    assert sorted(by_playlist(matches).select("playlist", "matches").rows()) == [
        ("2", 1), ("Quick", 1), ("none", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "weekday", "hour"),
    # DAY is a Friday, 20:00 UTC.
    [("UTC", 5, 20), ("Europe/Paris", 5, 21), ("Asia/Kolkata", 6, 1), ("America/New_York", 5, 15)],
)
def test_the_hour_is_that_of_the_players_clock(zone: str, weekday: int, hour: int) -> None:
    row = by_hour(stats(own("a")), zone).row(0, named=True)
    assert (row["weekday"], row["hour"]) == (weekday, hour)


def test_the_clock_change_moves_the_hour() -> None:
    days = 30 * 24 * 60  # 31 March 2024, when the clocks of Paris went forward
    assert by_hour(stats(own("a"), own("b", days)), "Europe/Paris").select(
        "weekday", "hour"
    ).rows() == [(5, 21), (7, 22)]


def test_every_match_is_in_each_breakdown_once() -> None:
    for found in (by_map(FIVE), by_mode(FIVE), by_playlist(FIVE), by_hour(FIVE, "UTC")):
        assert found["matches"].sum() == FIVE.height
        assert found["kills"].sum() == FIVE["kills"].sum()
        assert found.columns[-len(TALLY) :] == [column.name for column in TALLY]


def test_nothing_gives_nothing() -> None:
    for found in (by_map(stats()), by_mode(stats()), by_playlist(stats()), by_hour(stats(), "UTC")):
        assert found.height == 0


def test_the_order_of_the_rows_does_not_matter() -> None:
    assert by_map(FIVE.reverse()).equals(by_map(FIVE))
