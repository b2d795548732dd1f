import pytest
from match_shapes import (
    END,
    START,
    core,
    event,
    film_chunk,
    match_id,
    medal,
    player,
    score,
    skill,
    skill_value,
    stats,
    utc,
    xuid,
)

from media_assets.errors import MatchDataError
from media_assets.matches.backfill import FROM_FILM, FROM_SKILL, FROM_STATS, Backfill
from media_assets.matches.rows import match_rows
from media_assets.matches.times import utc_time
from media_assets.store.tables import matches as tables

SET_BY_THE_RUN = {
    "playlist_name", "map_name", "pair_name", "game_variant_name", "player_count", "first_sync_by",
    "first_sync_at", "created_at", "updated_at", "levelup_parts",
}  # fmt: skip


def rows(response=None, skill_response=None, film=None):
    return match_rows(stats() if response is None else response, skill_response, film)


def only(response):
    (row,) = rows(response).participants
    return row


def event_rows(found):
    """The rows of the events, which come as columns."""
    return [
        dict(zip(found.events, values, strict=True))
        for values in zip(*found.events.values(), strict=True)
    ]


def whole():
    """A match of which everything is known."""
    earned = core(Medals=[medal(4_285_712_605, 2)], PersonalScores=[score(1_024_030_246, 2, 200)])
    players = [player(1, stats=[earned]), player(2, team=1)]
    events = [
        event("kill", 500, 1, "One"),
        event("death", 501, 2, "Two"),
        event("mode", 9, 2, "Two"),
    ]
    return rows(stats(players), skill(skill_value(1)), (38, film_chunk(events)))


def test_every_column_of_every_table_is_set():
    found = whole()
    assert found.registry.keys() == set(tables.MATCH_REGISTRY.column_names) - SET_BY_THE_RUN
    for table, filled in (
        (tables.MATCH_PARTICIPANTS, found.participants),
        (tables.HIGHLIGHT_EVENTS, event_rows(found)),
        (tables.PERSONAL_SCORES, found.scores),
        (tables.MEDALS_EARNED, found.medals),
        (tables.KILLER_VICTIM_PAIRS, found.pairs),
        (tables.XUID_ALIASES, found.aliases),
    ):
        assert filled
        assert all(row.keys() == set(table.column_names) for row in filled)
        required = [column.name for column in table.columns if column.required]
        assert all(row[name] is not None for row in filled for name in required)
    assert found.problems == ()


def test_the_registry_row():
    row = whole().registry
    assert row["match_id"] == match_id(1)
    assert row["start_time"] == utc_time(START) == utc("2025-01-29T04:07:25.964")
    assert row["end_time"] == utc_time(END)
    assert row["duration_seconds"] == 549.4211615
    assert (row["team_0_score"], row["team_1_score"]) == (31, 50)
    assert (row["playlist_id"], row["playlist_version_id"]) == (match_id(30), match_id(31))
    assert (row["map_id"], row["pair_id"]) == (match_id(10), match_id(40))
    assert row["game_variant_version_id"] == match_id(21)
    assert (row["game_variant_category"], row["mode_category"]) == (6, "slayer")
    assert row["participants_loaded"] is row["events_loaded"] is row["medals_loaded"] is True


def test_team_scores_follow_the_team_and_not_the_order():
    response = stats()
    response["Teams"].reverse()
    row = rows(response).registry
    assert (row["team_0_score"], row["team_1_score"]) == (31, 50)


def test_bits_say_what_was_attempted():
    def bits(*arguments):
        return rows(*arguments).registry["backfill_completed"]

    assert bits() == FROM_STATS == 1 | 8 | 32 | 64 | 512 | 1024 | 2048 | 4096 | 8192 | 32768
    assert bits(None, skill()) == FROM_STATS | FROM_SKILL == FROM_STATS | 4 | 128
    assert bits(None, None, "missing") == FROM_STATS | FROM_FILM == FROM_STATS | 2 | 16384
    assert bits(None, None, (38, b"broken")) == FROM_STATS | FROM_FILM
    assert sum(Backfill) == 2**16 - 1


def test_events_are_loaded_only_where_there_are_rows():
    for film in (None, "missing", (38, film_chunk([]))):
        assert rows(film=film).registry["events_loaded"] is False


def test_without_players_nothing_is_loaded():
    row = rows(stats([])).registry
    assert row["participants_loaded"] is row["medals_loaded"] is False


def test_events_pairs_and_aliases_of_a_film():
    found = whole()
    assert [(e["seq"], e["time_ms"], e["event_type"]) for e in event_rows(found)] == [
        (0, 9, "mode"), (1, 500, "kill"), (2, 501, "death"),
    ]  # fmt: skip
    assert found.pairs == [
        {
            "match_id": match_id(1), "killer_xuid": str(xuid(1)), "victim_xuid": str(xuid(2)),
            "kill_count": 1,
        }
    ]  # fmt: skip
    assert {(a["xuid"], a["gamertag"], a["source"]) for a in found.aliases} == {
        (str(xuid(1)), "One", "film"), (str(xuid(2)), "Two", "film"),
    }  # fmt: skip
    assert {a["last_seen"] for a in found.aliases} == {utc_time(END)}
    assert [p["gamertag"] for p in found.participants] == ["One", "Two"]


def test_teams_break_ties_of_pairs_only_where_there_are_teams():
    events = [
        event("kill", 7, 1), event("kill", 7, 3), event("death", 7, 2), event("death", 7, 4),
    ]  # fmt: skip
    four = [player(number, team=(number - 1) // 2) for number in (1, 2, 3, 4)]

    def killers(teams):
        found = rows(stats(four, teams=teams), film=(38, film_chunk(events)))
        return {(row["killer_xuid"], row["victim_xuid"]) for row in found.pairs}

    first, second, third, fourth = (str(xuid(number)) for number in (1, 2, 3, 4))
    assert killers(True) == {(first, fourth), (third, second)}
    assert killers(False) == {(first, second), (third, fourth)}


def test_a_broken_film_leaves_the_match_whole_and_is_named():
    found = rows(film=(38, b"broken"))
    assert len(found.participants) == 2
    assert event_rows(found) == []
    assert "cannot be decompressed" in found.problems[0]


def test_an_unreadable_event_is_named():
    found = rows(film=(38, film_chunk([event(), event(hint=77)])))
    assert len(event_rows(found)) == 1
    assert "type 77" in found.problems[0]


def test_a_bot_is_kept_and_marked():
    row = only(stats([player(6, bot=True)]))
    assert (row["xuid"], row["is_bot"], row["gamertag"]) == ("bid(6.0)", True, None)
    assert only(stats([player(6)]))["is_bot"] is False


def test_without_teams_nobody_has_one():
    found = rows(stats([player(1, team=0), player(2, team=11)], teams=False))
    assert [row["team_id"] for row in found.participants] == [None, None]
    assert found.registry["team_0_score"] is found.registry["team_1_score"] is None
    assert found.registry["teams_enabled"] is False


@pytest.mark.parametrize("team", [-1, None])
def test_a_player_without_a_team_has_none(team):
    assert only(stats([player(1, team=team)]))["team_id"] is None


def test_one_set_of_stats_stands_as_the_api_gives_it():
    row = only(stats([player(1, stats=[core(KDA=-0.66, Accuracy=47.54)])]))
    assert (row["kda"], row["accuracy"], row["average_life_seconds"]) == (-0.66, 47.54, 50.1)
    names = ("score", "personal_score", "kills", "deaths", "assists", "headshot_kills",
             "melee_kills", "grenade_kills", "power_weapon_kills", "suicides", "betrayals",
             "max_killing_spree", "shots_fired", "shots_hit", "damage_dealt",
             "damage_taken")  # fmt: skip
    assert [row[name] for name in names] == [
        10, 1000, 10, 8, 3, 4, 5, 3, 6, 1, 2, 7, 300, 100, 4000, 3000,
    ]  # fmt: skip


def test_several_teams_are_added_up():
    first = core(Kills=5, Deaths=2, Assists=4, ShotsFired=100, ShotsHit=60, MaxKillingSpree=5,
                 AverageLifeDuration="PT40S", Spawns=3, Medals=[medal(7, 1), medal(8)])  # fmt: skip
    second = core(Kills=1, Deaths=4, Assists=1, ShotsFired=300, ShotsHit=60, MaxKillingSpree=1,
                  AverageLifeDuration="PT10S", Spawns=1, Medals=[medal(7, 2)])  # fmt: skip
    found = rows(stats([player(1, team=1, stats=[first, second])]))
    (row,) = found.participants
    assert (row["kills"], row["deaths"], row["assists"], row["score"]) == (6, 6, 5, 20)
    assert row["kda"] == pytest.approx(6 + 5 / 3 - 6)
    assert row["accuracy"] == 30.0
    assert row["max_killing_spree"] == 5
    assert row["average_life_seconds"] == (40 * 3 + 10 * 1) / 4
    assert row["team_id"] == 1
    assert {(m["medal_name_id"], m["count"]) for m in found.medals} == {(7, 3), (8, 1)}


def test_a_number_that_the_api_does_not_know_is_none():
    assert only(stats([player(1, stats=[core(KDA="NaN", Accuracy=None)])]))["kda"] is None


def test_several_teams_without_a_shot_or_a_life():
    none = core(ShotsFired=0, ShotsHit=0, Spawns=0, AverageLifeDuration="PT4S")
    row = only(stats([player(1, stats=[none, none])]))
    assert (row["accuracy"], row["average_life_seconds"]) == (0.0, 4.0)


def test_who_never_played_has_no_numbers():
    row = only(stats([player(1, stats=[], Outcome=5)]))
    assert (row["outcome"], row["kills"], row["kda"], row["accuracy"]) == (5, None, None, None)


def test_who_joined_late_and_left_early():
    part = {
        "FirstJoinedTime": "2025-01-29T04:10:00.1234567Z", "PresentAtBeginning": False,
        "LastLeaveTime": "2025-01-29T04:11:01Z", "PresentAtCompletion": False,
        "TimePlayed": "PT1M1.5S",
    }  # fmt: skip
    row = only(stats([player(1, participation=part)]))
    assert row["first_joined_time"] == utc("2025-01-29T04:10:00.123456")
    assert row["last_leave_time"] == utc("2025-01-29T04:11:01")
    assert row["present_at_beginning"] is row["present_at_completion"] is False
    assert row["time_played_seconds"] == 61.5


@pytest.mark.parametrize(
    ("category", "experience", "expected"),
    [
        (42, None, ("firefight", True)),
        (42, 6, ("firefight", True)),
        (13, 6, ("king_of_the_hill", True)),
        (18, 2, ("oddball", False)),
        (18, None, ("oddball", False)),
        (9999, 2, (None, False)),
        (None, 6, (None, True)),
        (None, None, (None, None)),
    ],
)
def test_firefight_is_told_by_category_and_playlist(category, experience, expected):
    row = rows(stats(GameVariantCategory=category, PlaylistExperience=experience)).registry
    assert (row["mode_category"], row["is_firefight"]) == expected


def test_a_custom_match_has_no_playlist_and_is_not_ranked():
    row = rows(
        stats(LifecycleMode=1, Playlist=None, PlaylistMapModePair=None, SeasonId=None,
              PlaylistExperience=None)
    ).registry  # fmt: skip
    assert row["playlist_id"] is row["playlist_version_id"] is row["pair_id"] is None
    assert row["season_id"] is row["playlist_experience"] is None
    assert row["is_ranked"] is False


def placing(**numbers):
    value = skill_value(value=-1)
    for rank in value["Result"]["RankRecap"].values():
        rank.update(numbers)
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (skill_value(value=1532), True),
        (skill_value(tier="Onyx"), True),
        (placing(InitialMeasurementMatches=10), True),
        (placing(MeasurementMatchesRemaining=4), True),
        (skill_value(value=-1), False),
        (skill_value(), False),
        (skill_value(RankRecap=None), None),
        (skill_value(RankRecap={"PreMatchCsr": {}, "PostMatchCsr": {}}), None),
        (skill_value(code=1, value=1532), None),
    ],
)
def test_ranked_is_known_from_what_was_recorded(value, expected):
    assert rows(skill_response=skill(value)).registry["is_ranked"] is expected


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({}, None),
        ({"Playlist": {"AssetId": "edfef3ac-9cbe-4fa2-b949-8f29deafd483"}}, True),
        ({"Playlist": {"AssetId": "EDFEF3AC-9cbe-4fa2-b949-8f29deafd483"}}, True),
        ({"PlaylistExperience": 3}, False),
        ({"PlaylistExperience": 5}, False),
        ({"GameVariantCategory": 42}, False),
        ({"LifecycleMode": 1}, False),
        ({"LifecycleMode": None}, None),
    ],
)
def test_ranked_is_told_by_the_response_without_skill(info, expected):
    assert rows(stats(**info)).registry["is_ranked"] is expected


def test_a_recorded_rank_stands_above_what_the_playlist_seems_to_be():
    ranked = skill(skill_value(value=1532))
    assert rows(stats(PlaylistExperience=5), ranked).registry["is_ranked"] is True
    assert rows(stats(LifecycleMode=1), ranked).registry["is_ranked"] is False


SKILL_COLUMNS = ("team_mmr", "kills_expected", "kills_stddev", "deaths_expected", "deaths_stddev")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (skill_value(1), (1349.07, 21.5, 5.5, 14.7, 5.1)),
        (skill_value(1, code=1), (None,) * 5),
        ({"Id": f"xuid({xuid(1)})", "ResultCode": 1, "Result": None}, (None,) * 5),
        (skill_value(2), (None,) * 5),
        (skill_value(1, StatPerformances={}), (1349.07, None, None, None, None)),
        (skill_value(1, TeamMmr="NaN"), (None, 21.5, 5.5, 14.7, 5.1)),
    ],
)
def test_skill_of_a_player(value, expected):
    row = match_rows(stats([player(1)]), skill(value), None).participants[0]
    assert tuple(row[name] for name in SKILL_COLUMNS) == expected


def test_a_skill_response_of_another_shape_is_named_and_costs_nothing_else():
    found = rows(skill_response={"Value": [{"Id": "xuid(1)"}]})
    assert len(found.participants) == 2
    assert "skill response has another shape" in found.problems[0]


def without(field):
    response = stats()
    del response["MatchInfo"][field]
    return response


def doubled():
    return stats([player(1), player(1)])


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (without("Duration"), "a field 'Duration' is missing"),
        (stats(StartTime="soon"), "'soon' is not a time"),
        (stats(MapVariant=5), "a field is of another type"),
        (stats([player(1, stats=[core(Kills=2**31)])]), "does not fit 32 bits"),
        (stats([player(1, stats=[core(Kills=1.5)])]), "1.5 is not a whole number"),
        (stats([player(1, stats=[core(Medals=[medal(2**63)])])]), "does not fit 64 bits"),
        (stats([player(1, Rank=2**15)]), "does not fit 16 bits"),
        (stats([player(1, stats=[core(Deaths=2**30)] * 2)]), "does not fit 32 bits"),
        (stats([player(1, stats=[core(KDA="many")])]), "'many' is not a number"),
        (stats([player(1, participation={"PresentAtBeginning": "yes"})]), "neither true nor false"),
        (stats(SeasonId=7), "7 is not a text"),
        (stats([player(1, PlayerId="somebody")]), "'somebody' is not a player"),
        (doubled(), "stands twice"),
    ],
)
def test_a_broken_response_is_named_with_its_match(response, words):
    with pytest.raises(MatchDataError, match=f"^match {match_id(1)}: .*{words}"):
        rows(response)


def test_a_response_without_a_match_id_is_named():
    with pytest.raises(MatchDataError, match="is not a match id"):
        rows({})


def test_the_match_id_is_in_lower_case():
    response = stats()
    response["MatchId"] = "63391382-6B88-43F9-9FF4-6313404C419C"
    assert rows(response).registry["match_id"] == "63391382-6b88-43f9-9ff4-6313404c419c"


def test_nothing_of_the_response_is_changed():
    response, again = (stats([player(1, stats=[core(), core()])]) for _ in range(2))
    rows(response)
    assert response == again
