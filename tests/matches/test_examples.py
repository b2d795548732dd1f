"""The example queries of the README answer, and say what is true."""

from pathlib import Path

import match_shapes as shapes
import pytest
from match_place import MatchPlace

from media_assets.stages.promises import example_seconds
from media_assets.stages.publish import publish_player, publish_shared
from media_assets.store.connect import in_memory
from media_assets.store.examples import examples, rendered

MEDAL = 622_331_684


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> MatchPlace:
    """Two matches of both players, published."""
    place = MatchPlace(tmp_path_factory.mktemp("it's"))
    earned = shapes.core(Medals=[shapes.medal(MEDAL, 2)], Kills=7)
    for number in (1, 2):
        people = [shapes.player(1, stats=[earned]), shapes.player(2, team=1, Outcome=3)]
        place.write(f"{number}/stats.json", shapes.stats(people, match=number))
    users = [{"xuid": str(shapes.xuid(1)), "gamertag": "Ana"}]
    place.write("users.json", users)
    place.write("medals.json", {"medals": [{"nameId": MEDAL, "name": {"value": "Double Kill"}}]})
    place.load()
    place.derive("ana")
    publish_shared(place.platform)
    publish_player(place.platform, "ana")
    return place


def ask(place: MatchPlace, title: str) -> list[tuple[object, ...]]:
    query = rendered(examples()[title], place.platform.places.published_shared.parent, "ana")
    with in_memory() as con:
        return con.execute(query).fetchall()


def test_they_say_what_is_true(place: MatchPlace) -> None:
    assert ask(place, "on which maps a player wins") == [(shapes.match_id(10), 2, 100.0, 3.0)]
    assert ask(place, "how all players did in the matches that they shared") == [
        ("Ana", 2, 14, 16, 33.3)
    ]
    assert ask(place, "which medals a player earns") == [("Double Kill", 4, 2)]
    assert ask(place, "the captures of a player with what happened in the match") == []


def test_each_is_timed(place: MatchPlace) -> None:
    seconds = example_seconds(place.platform, "ana")
    assert list(seconds) == list(examples())
    assert all(one > 0 for one in seconds.values())


def test_what_is_not_published_is_not_asked(place: MatchPlace) -> None:
    assert example_seconds(place.platform, "ben") == {
        title: pytest.approx(one, abs=99)
        for title, one in example_seconds(place.platform, "ben").items()
        if "$player" not in examples()[title]
    }


def test_quotes_in_a_name_end_no_text() -> None:
    text = rendered("FROM '$published/$player.parquet'", Path("/a'b"), "c'd")
    assert text == "FROM '/a''b/c''d.parquet'"
