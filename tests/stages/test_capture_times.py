"""The stage that computes capture times: what it does again when something changes."""

import os
import time as system_time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scanned_library import PLAYER, ScannedLibrary

from media_assets.capture_settings import CaptureSettings, NameRuleSettings, StaySettings
from media_assets.settings import PlayerSettings
from media_assets.stages.capture_times import compute_times
from media_assets.stages.zone_check import check_zone
from media_assets.store.connect import connect

# Names with local times on two days, and two that need no zone.
JANUARY, JULY = "Halo 2024-01-31 21-05-33.png", "Halo 2024-07-05 21-05-33.png"
IN_UTC, WITHOUT = "2024-07-05T20-05-33.mp4", "a.png"
OWN = "Halo@050724_2105.png"


@pytest.fixture
def library(tmp_path: Path) -> ScannedLibrary:
    made = ScannedLibrary(tmp_path)
    for name in (JANUARY, JULY, IN_UTC, WITHOUT, OWN):
        made.write(name, name)
    made.scan()
    live_in(made, "Europe/Paris")
    compute_times(made.platform, PLAYER)
    return made


def live_in(library: ScannedLibrary, zone: str, *travel: StaySettings) -> None:
    player = PlayerSettings(timezone=zone, travel=travel)
    library.settings = library.settings.model_copy(update={"players": {PLAYER: player}})


def journey(first: int, last: int, zone: str) -> StaySettings:
    """Days of July 2024."""
    days = {"from": datetime(2024, 7, first), "until": datetime(2024, 7, last)}  # noqa: DTZ001
    return StaySettings(**days, timezone=zone)


def own(library: ScannedLibrary, *patterns: str) -> None:
    rules = tuple(NameRuleSettings(name="mine", pattern=pattern) for pattern in patterns)
    changed = CaptureSettings(name_rules=rules)
    library.settings = library.settings.model_copy(update={"captures": changed})


def computed_again(library: ScannedLibrary) -> set[str]:
    """Names whose times a run computes; a run without news opens the file for reading only."""
    library.now += timedelta(hours=1)
    before = library.written()
    report = compute_times(library.platform, PLAYER)
    with connect(library.database, read_only=True) as con:
        rows = con.execute(
            "SELECT file_name FROM capture_times JOIN media_files USING (media_id) "
            "WHERE computed_at = ?", [library.platform.now()]
        ).fetchall()  # fmt: skip
    names = {name for (name,) in rows}
    assert report.computed == len(names)
    assert (library.written() == before) == (not names)
    return names


def taken(library: ScannedLibrary, name: str) -> tuple[str, str]:
    with connect(library.database, read_only=True) as con:
        row = con.execute(
            "SELECT capture_start_utc::VARCHAR, coalesce(local_zone, '') FROM capture_times "
            "JOIN media_files USING (media_id) WHERE file_name = ?", [name]
        ).fetchone()  # fmt: skip
    assert row is not None
    return row


def test_a_second_run_computes_nothing(library: ScannedLibrary) -> None:
    assert taken(library, JULY) == ("2024-07-05 19:05:33", "Europe/Paris")
    assert computed_again(library) == set()


def test_a_change_of_the_zone_concerns_local_times_alone(library: ScannedLibrary) -> None:
    live_in(library, "America/New_York")

    assert computed_again(library) == {JANUARY, JULY}
    assert taken(library, JANUARY) == ("2024-02-01 02:05:33", "America/New_York")
    assert taken(library, IN_UTC) == ("2024-07-05 20:05:33", "")
    assert computed_again(library) == set()


def test_a_journey_concerns_the_captures_within_it_alone(library: ScannedLibrary) -> None:
    live_in(library, "Europe/Paris", journey(1, 6, "America/New_York"))
    assert computed_again(library) == {JULY}
    assert taken(library, JULY) == ("2024-07-06 01:05:33", "America/New_York")

    # Longer, or with another beside it: nothing changes for them.
    live_in(library, "Europe/Paris", journey(2, 8, "America/New_York"), journey(9, 10, "UTC"))
    assert computed_again(library) == set()

    live_in(library, "Asia/Tokyo", journey(2, 8, "America/New_York"))
    assert computed_again(library) == {JANUARY}

    live_in(library, "Asia/Tokyo", journey(6, 8, "America/New_York"))
    assert computed_again(library) == {JULY}
    assert taken(library, JULY) == ("2024-07-05 12:05:33", "Asia/Tokyo")


def test_a_rule_concerns_the_names_that_it_reads_alone(library: ScannedLibrary) -> None:
    own(library, "{title}@{day}{month}{year2}_{hour}{minute}")
    assert computed_again(library) == {OWN}
    assert taken(library, OWN) == ("2024-07-05 19:05:00", "Europe/Paris")

    # One that reads nothing here, before it, changes nothing.
    own(library, "{title}#{year}{month}{day}", "{title}@{day}{month}{year2}_{hour}{minute}")
    assert computed_again(library) == set()

    own(library, "{title}@{month}{day}{year2}_{hour}{minute}")
    assert computed_again(library) == {OWN}
    assert taken(library, OWN)[0] == "2024-05-07 19:05:00"

    own(library)
    assert computed_again(library) == {OWN}
    assert taken(library, OWN)[1] == ""


def test_a_file_that_is_touched_or_renamed_is_computed_again(library: ScannedLibrary) -> None:
    library.touch(JANUARY)
    library.move(JULY, "Halo 2024-07-06 21-05-33.png")
    library.scan()

    assert computed_again(library) == {JANUARY, "Halo 2024-07-06 21-05-33.png"}


@pytest.mark.skipif(not hasattr(system_time, "tzset"), reason="only POSIX can change its zone")
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"])
def test_the_tables_are_the_same_on_every_machine(
    tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process and the database both believe that they run in that zone."""
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            system_time.tzset()
            library = ScannedLibrary(tmp_path)
            for night in ("2024-03-31 02-30-00", "2024-10-27 02-30-00", "2024-03-10 02-30-00"):
                library.write(f"Halo {night}.png", night)
            library.write(WITHOUT, WITHOUT)
            os.utime(library.path(WITHOUT), ns=(1_711_848_600_000_000_000,) * 2)
            library.scan()
            live_in(library, "Europe/Paris", journey(1, 6, "America/New_York"))
            compute_times(library.platform, PLAYER)
            assert computed_again(library) == set()
            names = ["Halo 2024-03-31 02-30-00.png", "Halo 2024-10-27 02-30-00.png",
                     "Halo 2024-03-10 02-30-00.png", WITHOUT]  # fmt: skip
            assert [taken(library, name)[0] for name in names] == [
                "2024-03-31 01:30:00", "2024-10-27 00:30:00", "2024-03-10 01:30:00",
                "2024-03-31 01:30:00",
            ]  # fmt: skip
    finally:
        system_time.tzset()


def test_the_zone_is_checked_with_what_the_tables_have(library: ScannedLibrary) -> None:
    """Captures of this game whose time was read off a wall clock, and the player's matches."""
    for day in range(1, 30):
        library.write(f"Halo Infinite 2024-02-{day:02} 21-05-33.png", str(day))
        library.write(f"Forza 2024-02-{day:02} 21-05-33.png", f"forza {day}")
    library.scan()
    compute_times(library.platform, PLAYER)
    with connect(library.database) as con:
        con.execute(
            "INSERT INTO player_match_stats BY NAME SELECT range::VARCHAR AS match_id, "
            "'x' AS xuid, TIMESTAMP '2024-02-02 02:00' + INTERVAL 1 DAY * range AS joined_at, "
            "joined_at + INTERVAL 10 MINUTE AS left_at, joined_at AS start_time, "
            "left_at AS end_time, '0' AS session_id, 0 AS with_friends FROM range(28)"
        )

    found = check_zone(library.platform, PLAYER)

    assert found.captures == 29, "neither other games nor times without a zone"
    assert found.clear
    assert (found.best.zone, found.best.shift_hours) == ("America/New_York", 6.0)
