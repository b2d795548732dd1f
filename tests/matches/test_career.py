"""Career ranks: recorded responses about them, through the tables, to the player."""

from pathlib import Path

import match_shapes as shapes
import pytest
from match_place import MatchPlace

from media_assets.errors import MatchDataError
from media_assets.matches.career import career_rows
from media_assets.matches.source_files import read_source
from media_assets.stages.take_in import take_in

ANA = str(shapes.xuid(1))


def progress(rank: object = 7, points: int = 120, highest: object = False) -> dict[str, object]:
    return {"Rank": rank, "PartialProgress": points, "IsOwned": False, "HasReachedMaxRank": highest}


def track(rank: int, number: int = 1, code: int = 0) -> dict[str, object]:
    return {
        "Id": f"xuid({shapes.xuid(number)})", "ResultCode": code,
        "Result": {"TrackType": "CareerRank", "CurrentProgress": progress(rank)},
    }  # fmt: skip


def rank(number: int, title: str, more: str = "", grade: str = "") -> dict[str, object]:
    names = {"RankTitle": title, "RankSubTitle": more, "RankTier": grade}
    return {"Rank": number, **{name: {"value": text} for name, text in names.items()}}


LADDER = {"TrackId": "careerRank1", "Ranks": [
    rank(1, "Recruit"), rank(8, "Private", "Gold", "1"), rank(9, "Hero"),
]}  # fmt: skip


def test_what_was_recorded_becomes_the_players_ranks(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path)
    place.write(f"career_{ANA}.json", {"CurrentProgress": progress(7)})
    place.write("everybody.json", {"RewardTracks": [track(9), track(3, 2), track(0, 3, code=2)]})
    place.write("ladder.json", LADDER)
    assert place.load().matches == 0
    assert place.shared("SELECT xuid, rank FROM career_progress ORDER BY rank") == [
        (str(shapes.xuid(2)), 3), (ANA, 7), (ANA, 9),
    ]  # fmt: skip
    assert place.derive("ana")["career_ranks"].rows == 2
    ranks = "SELECT rank, name FROM career_ranks ORDER BY rank"
    assert place.own("ana", ranks) == [(7, "Private Gold 1"), (9, "Hero")]
    # From what was kept alone.
    place.platform.places.shared_database.unlink()
    for file in place.source.iterdir():
        file.unlink()
    assert take_in(place.platform).failed == 0
    assert place.shared("SELECT count(*) FROM career_progress") == [(3,)]
    again = place.derive("ana")["career_ranks"]
    assert (again.rows, again.written) == (2, 0)


def test_whose_it_is_stands_in_the_name_or_the_folder(tmp_path: Path) -> None:
    place = MatchPlace(tmp_path)
    place.write(f"{ANA}/career.json", {"CurrentProgress": progress()})
    assert read_source(place.source / ANA / "career.json").owner == ANA
    place.write("career.json", {"CurrentProgress": progress()})
    with pytest.raises(MatchDataError, match="career_<xuid>"):
        read_source(place.source / "career.json")


@pytest.mark.parametrize(
    "parsed",
    [
        {"CurrentProgress": None},
        {"CurrentProgress": {"Rank": 1}},
        {"CurrentProgress": progress(rank="high")},
        {"CurrentProgress": progress(highest="no")},
        {"RewardTracks": [{"Id": "somebody", "Result": {"CurrentProgress": progress()}}]},
        {"RewardTracks": 5},
    ],
)
def test_another_shape_is_named(parsed: dict[str, object]) -> None:
    with pytest.raises(MatchDataError):
        career_rows(parsed, ANA, shapes.utc("2026-01-01"))
