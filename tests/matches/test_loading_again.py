"""What happens to a match that is loaded again, and which bits say what was attempted."""

from pathlib import Path

import match_shapes as shapes
import pytest
from match_place import MatchPlace
from raw_readers import BITS

from media_assets.matches.backfill import Backfill
from media_assets.matches.raw_store import RawStore

FILM = [shapes.event("kill", 1000, 1, "Ana"), shapes.event("death", 1002, 2, "Ben"),
        shapes.event("mode", 6543, 1, "Ana")]  # fmt: skip
ALL = sum(BITS.values())


def match(number: int = 1) -> dict[str, object]:
    return shapes.stats([shapes.player(1), shapes.player(2, team=1)], match=number)


def bits(place: MatchPlace) -> int:
    return int(place.shared("SELECT backfill_completed FROM match_registry")[0][0])  # type: ignore[call-overload]


def test_bits_have_the_names_of_the_specification() -> None:
    assert {bit.name.lower(): bit.value for bit in Backfill if bit.name} == BITS


def test_every_bit_is_set_by_the_step_that_attempts_it(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path)
    place.write("1/stats.json", match())
    place.load()
    from_film, from_skill = BITS["events"] | BITS["aliases"], BITS["skill"] | BITS["enemy_mmr"]
    scores = BITS["performance_scores"]
    assert bits(place) == ALL - from_film - from_skill - scores
    place.derive("ana")
    assert bits(place) == ALL - from_film - from_skill
    place.write(f"skill_{shapes.match_id(1)}.json", shapes.skill(shapes.skill_value(1)))
    place.write("1/film.missing", b"")
    RawStore(place.platform.places.raw_matches).put(shapes.match_id(1), "film.missing", b"")
    assert place.load().matches == 1
    assert bits(place) == ALL
    before = place.platform.places.shared_database.stat().st_mtime_ns
    place.load()
    place.derive("ana")
    place.derive("ben")
    assert place.platform.places.shared_database.stat().st_mtime_ns == before


def test_a_match_of_nobody_has_no_scores(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path, {"ana": "1"})
    place.write("1/stats.json", match())
    place.load()
    place.derive("ana")
    assert bits(place) & BITS["performance_scores"] == 0


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> MatchPlace:
    """A match with its film and skill, loaded."""
    place = MatchPlace(tmp_path_factory.mktemp("loaded"))
    earned = shapes.core(PersonalScores=[shapes.score(1_024_030_246, 3, 300)])
    people = [shapes.player(1, stats=[earned]), shapes.player(2, team=1)]
    place.write("1/stats.json", shapes.stats(people))
    place.write(f"38_{shapes.match_id(1)}.gzip", shapes.film_chunk(FILM))
    place.write(f"skill_{shapes.match_id(1)}.json", shapes.skill(shapes.skill_value(1)))
    place.load()
    return place


@pytest.fixture
def place(loaded: MatchPlace, tmp_path: Path) -> MatchPlace:
    """The same, to be changed."""
    return loaded.copy(tmp_path)


def forget(place: MatchPlace) -> None:
    """The match is pending again, as after a new part or a new version of the tables."""
    place.damage("UPDATE match_registry SET backfill_completed = 0")


TABLES = ("match_participants", "highlight_events", "medals_earned", "killer_victim_pairs",
          "personal_scores", "xuid_aliases")  # fmt: skip


def test_loading_again_changes_nothing(place: MatchPlace) -> None:
    before = [place.shared(f"FROM {table} ORDER BY ALL") for table in TABLES]
    forget(place)
    assert place.load().matches == 1
    assert [place.shared(f"FROM {table} ORDER BY ALL") for table in TABLES] == before
    registry = "SELECT first_sync_by, created_at, events_loaded, is_ranked FROM match_registry"
    assert place.shared(registry) == [("ana", place.platform.now(), True, False)]


def test_rows_that_a_match_no_longer_gives_go(place: MatchPlace) -> None:
    place.damage(
        f"INSERT INTO highlight_events SELECT match_id, 99, event_type, time_ms, xuid, gamertag, "
        f"type_hint, medal_value, medal_name FROM highlight_events WHERE seq = 0; "
        f"INSERT INTO match_participants (match_id, xuid, is_bot) "
        f"VALUES ('{shapes.match_id(1)}', 'bid(9.0)', true)"
    )
    forget(place)
    place.load()
    assert place.shared("SELECT seq FROM highlight_events ORDER BY 1") == [(0,), (1,), (2,)]
    assert place.shared("SELECT count(*) FROM match_participants") == [(2,)]


def test_what_the_responses_do_not_say_stays(place: MatchPlace) -> None:
    """Tables may know more than raw does: from another program, or from a part that was lost."""
    raw = place.platform.places.raw_matches / shapes.match_id(1)
    for part in ("skill.json", "film_38.gzip"):
        (raw / part).unlink()
    forget(place)
    place.load()
    assert place.shared("SELECT count(*) FROM highlight_events") == [(3,)]
    assert place.shared("SELECT events_loaded FROM match_registry") == [(True,)]
    assert place.shared(
        "SELECT team_mmr, kills_expected FROM match_participants WHERE xuid = ?",
        str(shapes.xuid(1)),
    ) == [(1349.07, 21.5)]


def test_new_and_known_matches_of_one_batch(place: MatchPlace) -> None:
    forget(place)
    place.write("2/stats.json", match(2))
    place.write(f"38_{shapes.match_id(2)}.gzip", shapes.film_chunk(FILM[:2]))
    assert place.load().matches == 2
    counts = "SELECT match_id, count(*) FROM {} GROUP BY 1 ORDER BY 1"
    first, second = shapes.match_id(1), shapes.match_id(2)
    assert place.shared(counts.format("highlight_events")) == [(first, 3), (second, 2)]
    assert place.shared(counts.format("match_participants")) == [(first, 2), (second, 2)]


def test_tables_of_an_older_version_get_what_they_lack(place: MatchPlace) -> None:
    before = place.shared("FROM personal_scores ORDER BY ALL")
    assert before
    place.damage(
        "DROP TABLE personal_scores; DROP TABLE career_progress; "
        "DELETE FROM schema_migrations WHERE version >= 4"
    )
    assert place.load().matches == 1
    assert place.shared("FROM personal_scores ORDER BY ALL") == before
    assert place.load().matches == 0


def test_a_player_who_is_known_by_the_gamertag_is_counted(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path)
    (tmp_path / "library" / "Cleo").mkdir(parents=True)
    place.write("users.json", [{"xuid": str(shapes.xuid(3)), "gamertag": "CLEO"}])
    place.write("1/stats.json", shapes.stats([shapes.player(1), shapes.player(3)]))
    place.load()
    assert place.shared("SELECT player_count FROM match_registry") == [(2,)]
