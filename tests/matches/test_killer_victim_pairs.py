from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from media_assets.matches.film import FilmEvent
from media_assets.matches.pairs import MAX_GAP_MS, kill_counts, killer_victim_pairs


def at(event_type, time_ms, xuid):
    return FilmEvent(event_type, time_ms, xuid, xuid, 0, 0, None)


def found(*events, teams=None):
    return [(p.killer_xuid, p.victim_xuid) for p in killer_victim_pairs(events, teams)]


def test_the_nearest_death_is_taken():
    assert found(at("kill", 100, "a"), at("death", 103, "x"), at("death", 101, "y")) == [("a", "y")]


def test_nobody_kills_themselves():
    assert found(at("kill", 100, "a"), at("death", 100, "a")) == []
    assert found(at("kill", 100, "a"), at("death", 100, "a"), at("death", 104, "b")) == [("a", "b")]


def test_the_gap_is_five_milliseconds_either_way():
    for time_ms, expected in ((95, 1), (105, 1), (94, 0), (106, 0)):
        assert len(found(at("kill", 100, "a"), at("death", time_ms, "b"))) == expected


def test_a_death_is_used_once():
    assert found(at("kill", 100, "a"), at("kill", 101, "b"), at("death", 101, "x")) == [("b", "x")]


def test_equally_near_deaths_go_to_the_other_team_first():
    trade = (at("kill", 7, "a"), at("kill", 7, "y"), at("death", 7, "b"), at("death", 7, "x"))
    teams = {"a": 0, "b": 0, "x": 1, "y": 1}
    assert found(*trade, teams=teams) == [("a", "x"), ("y", "b")]
    assert found(*trade) == [("a", "b"), ("y", "x")]


def test_a_betrayal_is_a_pair_when_there_is_no_other_victim():
    events = (at("kill", 7, "a"), at("death", 7, "b"))
    assert found(*events, teams={"a": 0, "b": 0}) == [("a", "b")]


def test_players_without_a_team_are_no_team_mates():
    events = (at("kill", 7, "a"), at("death", 7, "b"), at("death", 7, "c"))
    assert found(*events, teams={"a": None, "b": None, "c": 1}) == [("a", "b")]


def test_only_kills_and_deaths_count():
    assert found(at("medal", 7, "a"), at("mode", 7, "a"), at("death", 7, "b")) == []


def test_counts_add_up():
    events = [at("kill", t, "a") for t in (0, 50)] + [at("death", t, "b") for t in (0, 50)]
    assert kill_counts(killer_victim_pairs(events)) == {("a", "b"): 2}


EVENTS = st.lists(
    st.builds(at, st.sampled_from(["kill", "death"]), st.integers(0, 60), st.sampled_from("abcd"))
)


@given(EVENTS)
def test_every_pair_keeps_the_rules(events):
    pairs = killer_victim_pairs(events)
    kills = Counter((e.time_ms, e.xuid) for e in events if e.event_type == "kill")
    deaths = Counter(e.xuid for e in events if e.event_type == "death")
    assert Counter((pair.time_ms, pair.killer_xuid) for pair in pairs) <= kills
    assert Counter(pair.victim_xuid for pair in pairs) <= deaths
    assert all(pair.killer_xuid != pair.victim_xuid for pair in pairs)
    assert [pair.time_ms for pair in pairs] == sorted(pair.time_ms for pair in pairs)


@given(EVENTS)
def test_there_is_no_pair_only_where_no_kill_is_near_a_death(events):
    near = any(
        kill.event_type == "kill"
        and death.event_type == "death"
        and kill.xuid != death.xuid
        and abs(kill.time_ms - death.time_ms) <= MAX_GAP_MS
        for kill in events
        for death in events
    )
    assert bool(killer_victim_pairs(events)) is near
