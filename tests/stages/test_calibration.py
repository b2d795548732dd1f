"""How sure the rules are by themselves, and what people say of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from analysed_home import PLAYER, Home, png

from media_assets.stages.associate import associate
from media_assets.stages.calibration import calibration, is_right
from media_assets.stages.capture_times import compute_times
from media_assets.stages.discover import discover
from media_assets.stages.views import newest_associations
from media_assets.store.connect import connect
from media_assets.store.frames import frame_of
from media_assets.store.migrate import migrate
from media_assets.store.tables.captures import ASSOCIATION_DECISIONS
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.write import upsert

DAY = datetime(2026, 5, 3, tzinfo=UTC)
FIRST, SECOND = "first", "second"
PRESENCES = {
    FIRST: (DAY + timedelta(hours=12), DAY + timedelta(hours=12, minutes=10)),
    SECOND: (DAY + timedelta(hours=12, minutes=13), DAY + timedelta(hours=12, minutes=22)),
}
INSIDE, OTHER, AWAY = (f"Screenshot 2026-05-03 {clock}.png" for clock in ("12-05-00", "12-07-00",
                                                                          "18-00-00"))  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    for number, name in enumerate((INSIDE, OTHER, AWAY)):
        home.write(name, png(number))
    discover(home.platform, PLAYER)
    migrate(home.platform.shared_database(), "shared")
    rows = [
        {
            "match_id": match_id, "xuid": "1", "start_time": joined, "end_time": left,
            "joined_at": joined, "left_at": left, "session_id": "1", "with_friends": 0,
            "map_name": "Bazaar", "mode_category": "slayer",
        }
        for match_id, (joined, left) in PRESENCES.items()
    ]  # fmt: skip
    with connect(home.platform.player_database(PLAYER)) as con:
        upsert(con, PLAYER_MATCH_STATS, frame_of(PLAYER_MATCH_STATS, rows))
    compute_times(home.platform, PLAYER)
    associate(home.platform, PLAYER)
    return home


def decide(home: Home, name: str, match_id: str, decision: str) -> None:
    ((media_id,),) = home.rows(f"SELECT media_id FROM media_files WHERE file_name = '{name}'")
    row: dict[str, Any] = {"media_id": media_id, "match_id": match_id, "decision": decision,
                           "decided_at": DAY}  # fmt: skip
    with connect(home.platform.player_database(PLAYER)) as con:
        upsert(con, ASSOCIATION_DECISIONS, frame_of(ASSOCIATION_DECISIONS, [row]))
    associate(home.platform, PLAYER)


def test_what_nobody_decided_about_has_its_confidence(home: Home) -> None:
    ((confidence,),) = home.rows(
        "SELECT DISTINCT confidence FROM media_matches WHERE role = 'main'"
    )
    assert calibration(home.platform, PLAYER) == [(confidence, None)] * 2


@pytest.mark.parametrize(
    ("match_id", "decision", "right"),
    [
        (FIRST, "accepted", True), (FIRST, "assigned", True), (FIRST, "rejected", False),
        (SECOND, "assigned", False), (SECOND, "rejected", None),
    ],
)  # fmt: skip
def test_a_decision_does_not_help_the_rules(
    home: Home, match_id: str, decision: str, right: bool | None
) -> None:
    (alone, _) = calibration(home.platform, PLAYER)
    decide(home, INSIDE, match_id, decision)
    judged = calibration(home.platform, PLAYER)
    assert sorted(judged, key=str) == sorted([alone, (alone[0], right)], key=str)


def test_another_match_tells_against_a_picture_but_a_clip_may_show_both() -> None:
    row = {"media_id": "m", "match_id": FIRST}
    said = {("m", SECOND): "accepted", ("other", FIRST): "rejected"}
    assert is_right(row, "image", said) is False
    assert is_right(row, "video", said) is None
    assert is_right(row, "video", {("m", SECOND): "assigned"}) is False


def test_associations_to_review_come_first_then_the_newest(home: Home) -> None:
    home.run(f"UPDATE media_matches SET decision = 'review' WHERE media_id = (SELECT media_id "
             f"FROM media_files WHERE file_name = '{INSIDE}')")  # fmt: skip
    found = newest_associations(home.platform, PLAYER)
    assert [row["file_name"] for row in found] == [INSIDE, OTHER]
    assert {row["map_name"] for row in found} == {"Bazaar"}
    assert [row["thumbnail_file"] for row in found] == [None, None]
    assert len(newest_associations(home.platform, PLAYER, rows=1)) == 1
