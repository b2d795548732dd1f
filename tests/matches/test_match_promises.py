"""The promises about matches: each is kept by what the product makes, and seen when it is not."""

from pathlib import Path

import match_shapes as shapes
import pytest
from match_place import MatchPlace

from media_assets.stages import promises

FILM = [shapes.event("kill", 1000, 1, "Ana"), shapes.event("death", 1002, 2, "Ben")]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> MatchPlace:
    """Three matches as the product makes them: with a film, with none, and nobody looked."""
    place = MatchPlace(tmp_path_factory.mktemp("kept"))
    for number in (1, 2, 3):
        people = [shapes.player(1), shapes.player(2, team=1), shapes.player(6, bot=True)]
        place.write(f"{number}/stats.json", shapes.stats(people, match=number))
    place.write(f"38_{shapes.match_id(1)}.gzip", shapes.film_chunk(FILM))
    place.write(f"{shapes.match_id(2)}/film.missing", b"")
    place.load()
    place.derive("ana")
    return place


@pytest.fixture
def place(kept: MatchPlace, tmp_path: Path) -> MatchPlace:
    """The same, to be damaged."""
    return kept.copy(tmp_path)


def test_they_are_kept(kept: MatchPlace) -> None:
    assert promises.participants_complete(kept.platform) == promises.Broken(3, ())
    assert promises.events_complete(kept.platform) == promises.Broken(2, ())
    assert set(promises.duplicates(kept.platform).values()) == {0}
    assert promises.agreement(kept.platform, "ana") == {
        "matches": 3, "missing": 0, "different": 0, "miscounted": 0,
    }  # fmt: skip


def test_a_player_of_no_match_breaks_none(kept: MatchPlace) -> None:
    assert promises.agreement(kept.platform, "nobody") == dict.fromkeys(
        ("matches", "missing", "different", "miscounted"), 0
    )


def test_a_participant_that_is_gone_is_seen(place: MatchPlace) -> None:
    place.damage(f"DELETE FROM match_participants WHERE match_id = '{shapes.match_id(2)}' "
                 "AND is_bot")  # fmt: skip
    assert promises.participants_complete(place.platform).matches == (shapes.match_id(2),)
    # A response in UTF-16 is counted too.
    file = place.platform.places.raw_matches / shapes.match_id(1) / "stats.json"
    file.write_bytes(file.read_text("utf-8").encode("utf-16"))
    assert promises.participants_complete(place.platform).matches == (shapes.match_id(2),)
    file.write_bytes(b"broken")
    assert promises.participants_complete(place.platform).matches == (
        shapes.match_id(1), shapes.match_id(2),
    )  # fmt: skip


def test_events_that_are_gone_are_seen(place: MatchPlace) -> None:
    place.damage("DELETE FROM highlight_events")
    assert promises.events_complete(place.platform).matches == (shapes.match_id(1),)
    place.damage("UPDATE match_registry SET events_loaded = false")
    assert promises.events_complete(place.platform).matches == (shapes.match_id(1),)


def test_a_flag_without_events_is_seen(place: MatchPlace) -> None:
    place.damage(f"UPDATE match_registry SET events_loaded = true "
                 f"WHERE match_id = '{shapes.match_id(3)}'")  # fmt: skip
    assert promises.events_complete(place.platform).matches == (shapes.match_id(3),)


def test_a_film_that_is_named_among_the_failures_breaks_no_promise(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path)
    place.write("1/stats.json", shapes.stats())
    chunk = shapes.film_chunk([shapes.event(hint=77)])
    place.write(f"38_{shapes.match_id(1)}.gzip", chunk)
    place.load()
    assert place.shared("SELECT count(*) FROM source_files WHERE error_class IS NOT NULL") == [(1,)]
    assert promises.events_complete(place.platform) == promises.Broken(1, ())


@pytest.mark.parametrize("table", ["highlight_events", "match_registry", "killer_victim_pairs"])
def test_a_row_that_stands_twice_is_seen(place: MatchPlace, table: str) -> None:
    place.damage(f"CREATE TABLE twice AS FROM {table} UNION ALL FROM {table}; DROP TABLE {table}; "
                 f"ALTER TABLE twice RENAME TO {table}")  # fmt: skip
    found = promises.duplicates(place.platform)
    assert found[table] == place.shared(f"SELECT count(*) // 2 FROM {table}")[0][0] > 0
    assert sum(found.values()) == found[table]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE player_match_stats SET kills = kills + 1", ("different", "miscounted")),
        ("UPDATE player_match_stats SET accuracy = NULL", ("different",)),
        ("DELETE FROM player_match_stats", ("missing", "miscounted")),
        ("UPDATE player_match_stats SET match_id = 'x' || match_id", ("missing", "different")),
        ("UPDATE stats_by_hour SET matches = matches + 1", ("miscounted",)),
        ("DELETE FROM stats_by_mode", ("miscounted",)),
    ],
)
def test_numbers_that_do_not_agree_are_seen(
    place: MatchPlace, statement: str, wrong: tuple[str, ...]
) -> None:
    place.damage(statement, "ana")
    found = promises.agreement(place.platform, "ana")
    assert {name for name, count in found.items() if count} - {"matches"} == set(wrong)
