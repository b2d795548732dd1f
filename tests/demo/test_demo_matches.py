"""The recorded matches of the sample library, read by the client library that knows the API."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from spnkr.film import highlight_events
from spnkr.models import discovery_ugc
from spnkr.models.gamecms_hacs import MedalMetadata
from spnkr.models.profile import User
from spnkr.models.skill import MatchSkill
from spnkr.models.stats import MatchHistory, MatchStats

from media_assets.demo.captures import plan_captures
from media_assets.demo.film import DEATH, KILL, FilmEvent, encode_film, readable_time
from media_assets.demo.matches import play_matches
from media_assets.demo.people import AMELIE, KETAN, NORTH, OWNERS, Bot, Owner, Person
from media_assets.demo.recorded import RecordedFile, film_events, recorded_files
from media_assets.demo.responses import duration, moment
from media_assets.demo.schedule import EARLY, LATE, REMATCH, place_of

SEED = 7
MATCHES = play_matches(SEED)
CLOCKS_GO_BACK = (
    (AMELIE, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (NORTH, datetime(2026, 11, 1, 6, tzinfo=UTC)),
)


@pytest.fixture(scope="module")
def files() -> dict[str, RecordedFile]:
    return {file.path: file for file in recorded_files(MATCHES, SEED)}


@pytest.fixture(scope="module")
def stats(files: dict[str, RecordedFile]) -> dict[str, MatchStats]:
    whole = (f for f in files.values() if f.path.startswith("stats/") and not f.broken)
    parsed = [MatchStats.model_validate_json(file.content) for file in whole]
    return {str(match.match_id): match for match in parsed}


def test_about_forty_matches_over_ten_days(stats: dict[str, MatchStats]) -> None:
    starts = sorted(match.match_info.start_time for match in stats.values())
    assert 38 <= len(starts) <= 45
    assert timedelta(days=8) < starts[-1] - starts[0] < timedelta(days=11)


def test_every_way_to_share_a_match_is_there(stats: dict[str, MatchStats]) -> None:
    ours = {owner.person.xuid for owner in OWNERS}
    shared = [len(ours.intersection(match.xuids)) for match in stats.values()]
    assert set(shared) == {1, 2, 3}
    for xuid in ours:
        assert sum(xuid in match.xuids for match in stats.values()) >= 15


def test_matches_of_one_player_never_overlap(stats: dict[str, MatchStats]) -> None:
    infos = sorted((m.match_info for m in stats.values()), key=lambda info: info.start_time)
    for before, after in pairwise(infos):
        assert before.end_time <= after.start_time
        assert before.start_time + before.duration < before.end_time


def test_teams_free_for_all_bots_and_customs_are_there(stats: dict[str, MatchStats]) -> None:
    infos = [match.match_info for match in stats.values()]
    assert {info.teams_enabled for info in infos} == {True, False}
    assert {info.game_variant_category.value for info in infos} == {6, 11, 15, 18}
    assert any(info.playlist is None for info in infos)
    bots = [p for match in stats.values() for p in match.players if not p.is_human]
    assert len(bots) == 4
    assert all(bot.bot_attributes for bot in bots)


def test_one_comes_late_and_one_leaves_early(stats: dict[str, MatchStats]) -> None:
    players = [(m, p) for m in stats.values() for p in m.players if p.is_human]
    late = [(m, p) for m, p in players if p.participation_info.joined_in_progress]
    early = [(m, p) for m, p in players if p.participation_info.left_in_progress]
    assert [p.player_id for _, p in late] == [NORTH.person.player_id]
    assert [p.player_id for _, p in early] == [KETAN.person.player_id]
    ((match, player),) = late
    joined = player.participation_info.first_joined_time - match.match_info.start_time
    assert joined.total_seconds() == pytest.approx(LATE.seconds, abs=0.001)
    ((match, player),) = early
    left = player.participation_info.last_leave_time
    assert left is not None
    assert (left - match.match_info.start_time).total_seconds() == pytest.approx(EARLY.seconds)
    assert player.outcome == 4


def test_the_rematch_begins_two_seconds_after_the_end() -> None:
    place = place_of(REMATCH)
    first, second = MATCHES[place - 1 : place + 1]
    assert second.start - first.end == timedelta(seconds=2)


@pytest.mark.parametrize(("owner", "turn"), CLOCKS_GO_BACK)
def test_the_hour_that_comes_twice_is_played(owner: Owner, turn: datetime) -> None:
    for first in (turn - timedelta(hours=1), turn):
        assert any(
            match.start < first + timedelta(hours=1) and match.end > first
            for match in MATCHES
            if match.seat_of(owner.person) is not None
        )


def test_films_agree_with_stats(
    files: dict[str, RecordedFile], stats: dict[str, MatchStats]
) -> None:
    films = [f for f in files.values() if f.path.startswith("films/") and not f.broken]
    versions = set()
    for file in films:
        version, match_id = Path(file.path).stem.split("_")
        events = list(highlight_events.read(file.content, int(version)))
        assert highlight_events.check(events, stats[match_id]) == []
        assert [event.time_ms for event in events] == sorted(event.time_ms for event in events)
        versions.add(int(version))
    assert versions == {40, 41}  # both layouts
    assert len(MATCHES) * 0.8 < len(films) < len(MATCHES)


def test_a_film_names_people_as_users_do(files: dict[str, RecordedFile]) -> None:
    users = {user["xuid"]: user["gamertag"] for user in json.loads(files["users.json"].content)}
    for event in film_events(MATCHES[0]):
        assert users[str(event.xuid)] == event.gamertag


def test_the_broken_files_cannot_be_read(files: dict[str, RecordedFile]) -> None:
    broken = {file.path.partition("/")[0]: file for file in files.values() if file.broken}
    assert set(broken) == {"stats", "films"}
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken["stats"].content)
    with pytest.raises(zlib.error, match="incomplete or truncated"):
        zlib.decompress(broken["films"].content)


def test_skill_is_there_for_every_human_of_a_matchmade_match(
    files: dict[str, RecordedFile],
) -> None:
    for match in MATCHES:
        file = files.get(f"skill/{match.match_id}.json")
        assert (file is not None) == (match.playlist is not None)
        if file is None:
            continue
        skill = MatchSkill.model_validate_json(file.content)
        people = [seat.who.player_id for seat in match.seats if isinstance(seat.who, Person)]
        assert [value.id for value in skill.value] == people
        ranked = {value.result.rank_recap.pre_match_csr.tier.value != "" for value in skill.value}
        assert ranked == {match.playlist.ranked}


@pytest.mark.parametrize("owner", OWNERS)
def test_history_pages_have_all_matches_latest_first(
    owner: Owner, files: dict[str, RecordedFile], stats: dict[str, MatchStats]
) -> None:
    prefix = f"history/{owner.person.xuid}_"
    pages = [
        MatchHistory.model_validate_json(f.content)
        for p, f in files.items()
        if p.startswith(prefix)
    ]
    pages.sort(key=lambda page: page.start)
    results = [result for page in pages for result in page.results]
    assert {page.count for page in pages} == {25}
    assert [page.result_count for page in pages] == [len(page.results) for page in pages]
    mine = {i for i, match in stats.items() if owner.person.xuid in match.xuids}
    assert [str(result.match_id) for result in results] == sorted(
        mine, key=lambda i: stats[i].match_info.start_time, reverse=True
    )
    for result in results:
        players = stats[str(result.match_id)].players
        own = next(p for p in players if p.player_id == owner.person.player_id)
        assert (result.outcome, result.rank) == (own.outcome, own.rank)


def test_everything_that_was_played_has_a_name(
    files: dict[str, RecordedFile], stats: dict[str, MatchStats]
) -> None:
    models = {
        "map": discovery_ugc.Map,
        "variant": discovery_ugc.UgcGameVariant,
        "playlist": discovery_ugc.Playlist,
        "pair": discovery_ugc.MapModePair,
    }
    named = set()
    for path, file in files.items():
        if path.startswith("assets/"):
            kind = path.removeprefix("assets/").partition("_")[0]
            asset = models[kind].model_validate_json(file.content)
            named.add((asset.asset_id, asset.version_id))
    for match in stats.values():
        info = match.match_info
        used = (info.map_variant, info.ugc_game_variant, info.playlist, info.playlist_map_mode_pair)
        for asset in filter(None, used):
            assert (asset.asset_id, asset.version_id) in named
    medals = MedalMetadata.model_validate_json(files["medals.json"].content)
    known = {medal.name_id.value for medal in medals.medals}
    for match in stats.values():
        for player in match.players:
            for part in player.player_team_stats:
                assert known.issuperset(m.name_id.value for m in part.stats.core_stats.medals)


def test_every_human_has_a_gamertag(
    files: dict[str, RecordedFile], stats: dict[str, MatchStats]
) -> None:
    users = [User.model_validate(user) for user in json.loads(files["users.json"].content)]
    known = {int(user.xuid) for user in users}
    assert known == {xuid for match in stats.values() for xuid in match.xuids}
    assert len({user.gamertag for user in users}) == len(users)
    assert all(2e15 < xuid < 3e15 for xuid in known)


def test_teams_are_the_sum_of_their_players(stats: dict[str, MatchStats]) -> None:
    for match in stats.values():
        for team in match.teams:
            own = [
                part.stats.core_stats
                for player in match.players
                for part in player.player_team_stats
                if part.team_id == team.team_id
            ]
            core = team.stats.core_stats
            assert core.kills == sum(part.kills for part in own)
            assert core.deaths == sum(part.deaths for part in own)
            assert sum(m.count for m in core.medals) == sum(m.count for p in own for m in p.medals)


def test_sprees_are_rewarded(stats: dict[str, MatchStats]) -> None:
    sprees = set()
    for match in stats.values():
        for player in match.players:
            core = player.player_team_stats[0].stats.core_stats
            earned = {medal.name_id.display_name for medal in core.medals}
            assert ("Killing Spree" in earned) == (core.max_killing_spree >= 5)
            assert ("Killing Frenzy" in earned) == (core.max_killing_spree >= 10)
            sprees.add(core.max_killing_spree)
    assert max(sprees) >= 10


def test_the_same_seed_gives_the_same_files(files: dict[str, RecordedFile]) -> None:
    again = {file.path: file for file in recorded_files(play_matches(SEED), SEED)}
    assert again == files
    assert play_matches(SEED + 1)[0].match_id != MATCHES[0].match_id


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_any_seed_can_be_planned(seed: int) -> None:
    captures = plan_captures(play_matches(seed), seed)
    assert len({capture.path for capture in captures}) == len(captures) > 60


@pytest.mark.parametrize("version", [38, 39, 40, 41])
def test_a_film_is_read_back(version: int) -> None:
    times = [readable_time(ms) for ms in (375, 3_000, 12_000, 60_001, 192_003, 384_000, 700_000)]
    person = AMELIE.person
    written = [
        FilmEvent(person.xuid, person.gamertag, hint, time_ms, False, 0)
        for time_ms in times
        for hint in (KILL, DEATH)
    ]
    read = list(highlight_events.read(encode_film(written, version), version))
    assert [(e.xuid, e.gamertag, e.type_hint, e.time_ms) for e in read] == [
        (e.xuid, e.gamertag, e.hint, e.time_ms) for e in written
    ]


def test_a_time_that_looks_like_the_end_of_an_event_is_moved() -> None:
    assert readable_time(12_000) == 12_001
    assert readable_time(96_003) == 96_008
    assert readable_time(100_000) == 100_000


@pytest.mark.parametrize(
    ("seconds", "digits", "text"),
    [
        (549.4211615, 7, "PT9M9.4211615S"),
        (3600.0, 3, "PT1H"),
        (0.0, 1, "PT0S"),
        (19.0, 1, "PT19S"),
        (60.0, 1, "PT1M"),
    ],
)
def test_durations_are_written_as_the_api_does(seconds: float, digits: int, text: str) -> None:
    assert duration(seconds, digits) == text


def test_times_are_written_as_the_api_does() -> None:
    assert moment(datetime(2025, 1, 29, 4, 7, 55, 660_000, UTC)) == "2025-01-29T04:07:55.66Z"
    assert moment(datetime(2025, 1, 29, 4, 7, 55, tzinfo=UTC)) == "2025-01-29T04:07:55Z"


def test_bots_have_no_events_in_a_film() -> None:
    match = next(m for m in MATCHES if any(isinstance(seat.who, Bot) for seat in m.seats))
    assert {event.xuid for event in film_events(match)} == {KETAN.person.xuid}


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("category", "recorded"),
    [(6, "get_match_stats"), (15, "get_match_stats_ctf"), (18, "get_match_stats_oddball")],
)
def test_stats_have_the_keys_and_types_of_recorded_ones(
    category: int, recorded: str, files: dict[str, RecordedFile], corpus: Path
) -> None:
    real = json.loads((corpus / "halo" / "responses" / f"{recorded}.json").read_bytes())
    match = next(m for m in MATCHES if m.mode.category == category and m.playlist)
    ours = json.loads(files[f"stats/{match.match_id}.json"].content)
    assert shape(ours) == shape(real)


@pytest.mark.corpus
def test_other_responses_have_the_keys_and_types_of_recorded_ones(
    files: dict[str, RecordedFile], corpus: Path
) -> None:
    responses = corpus / "halo" / "responses"
    skill = next(m for m in MATCHES if m.playlist and m.playlist.ranked and m.mode.teams)
    history = next(path for path in files if path.startswith("history/"))
    pairs = {
        f"skill/{skill.match_id}.json": "get_match_skill",
        history: "get_match_history",
        "users.json": "get_users",
    }
    for path, recorded in pairs.items():
        real = json.loads((responses / f"{recorded}.json").read_bytes())
        assert shape(json.loads(files[path].content)) == shape(real), path


def shape(value: object, path: str = "") -> set[str]:
    """Every path of keys with the type that stands there; of a list, its first entry."""
    if isinstance(value, dict):
        return {line for key, item in value.items() for line in shape(item, f"{path}.{key}")}
    if isinstance(value, list):
        return shape(value[0], f"{path}[]") if value else {f"{path}[]"}
    return {f"{path}: {type(value).__name__}"}
