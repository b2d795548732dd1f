"""The promises about files and pictures: each check passes, fails, and reports its figure."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from PIL import Image

from media_assets.definitions import defs
from media_assets.defs.automation.verification import nightly_verification, whose_turn
from media_assets.library.content import edges_of, hash_of
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform
from media_assets.stages.views import thumbnail_sample
from media_assets.store.tables.analysis import AUDIO_VALUES

PLAYER = "Ada"


@dataclass(frozen=True)
class Place:
    """A player with tables that a test fills, and no runs."""

    folder: Path

    @property
    def config_file(self) -> Path:
        return self.folder / "media_assets.toml"

    @property
    def platform(self) -> Platform:
        return Platform.load(self.config_file)

    def configure(self, text: str) -> None:
        self.config_file.write_text(text, "utf-8")

    def run(self, statement: str) -> None:
        with duckdb.connect(str(self.platform.player_database(PLAYER))) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute(statement)

    def add_files(self, count: int, *, kind: str = "image", size: int = 1000) -> None:
        """Present media whose ids are their numbers, from 0."""
        self.run(
            "INSERT INTO media_files BY NAME SELECT range::VARCHAR AS media_id, "
            f"'{PLAYER}' AS player, '/l' AS folder, '/l/' || range || '.png' AS file_path, "
            f"range || '.png' AS file_name, '.png' AS file_ext, '{kind}' AS kind, "
            f"{size} AS file_size, 0 AS mtime_ns, 'f' AS fingerprint, 'present' AS status, "
            "now()::TIMESTAMP AS first_seen_at, now()::TIMESTAMP AS last_scan_at "
            f"FROM range({count})"
        )

    def fail(self, count: int, stage: str = "thumbnails") -> None:
        self.run(
            "INSERT INTO media_failures BY NAME SELECT range::VARCHAR AS media_id, "
            f"'{stage}' AS stage, 'CorruptMediaError' AS error_class, 'x' AS message, "
            "1 AS attempts, now()::TIMESTAMP AS first_failed_at, now()::TIMESTAMP AS "
            "last_failed_at, now()::TIMESTAMP AS next_retry_at, 1 AS version, '' AS settings, "
            f"0 AS file_size, 0 AS mtime_ns FROM range({count})"
        )

    def decode(self, count: int, table: str) -> None:
        """The first media could be decoded."""
        own = {
            "image_metadata": "64 AS width, 48 AS height, 1.3 AS aspect_ratio, 'PNG' AS format, "
            "'RGB' AS color_mode, false AS has_alpha, 1 AS frames, 'ff' AS phash",
            "video_metadata": "64 AS width, 48 AS height, 'mp4' AS container",
            "audio_metadata": "'WAV' AS container",
            "audio_features": "120.0 AS bpm, '{}' AS method, '{}' AS confidence, '{}' AS reason",
        }[table]
        with duckdb.connect(str(self.platform.player_database(PLAYER))) as con:
            required = con.execute(
                "SELECT column_name, data_type FROM duckdb_columns() "
                "WHERE table_name = ? AND NOT is_nullable", [table]
            ).fetchall()  # fmt: skip
            given = {part.split(" AS ")[1] for part in own.split(", ")}
            rest = "".join(
                f", '0'::{kind} AS {name}" for name, kind in required
                if name not in {*given, "media_id"}
            )  # fmt: skip
            con.execute(f"INSERT INTO {table} BY NAME SELECT range::VARCHAR AS media_id, "
                        f"{own}{rest} FROM range({count})")  # fmt: skip

    def make_thumbnails(self, count: int) -> Path:
        """Posters of the first media; returns their folder."""
        folder = self.platform.places.derived(PLAYER)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.new("RGB", (32, 24)).save(folder / f"{number}.png")
        size = (folder / "0.png").stat().st_size
        self.run(
            f"INSERT INTO thumbnails BY NAME SELECT range::VARCHAR AS media_id, 'derived/{PLAYER}"
            f"/thumbs/' || range || '.png' AS thumbnail_file, 32 AS thumbnail_width, "
            f"24 AS thumbnail_height, {size} AS thumbnail_bytes, now()::TIMESTAMP AS generated_at "
            f"FROM range({count})"
        )
        return folder

    def run_config(self, **more: object) -> dict[str, object]:
        return {
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            "resources": {"platform": {"config": {"config_file": str(self.config_file)}}},
            **more,
        }

    def check(self, name: str) -> dg.AssetCheckEvaluation:
        """Evaluate one check, alone."""
        with dg.DagsterInstance.ephemeral() as instance:
            result = job_of(name).execute_in_process(
                instance=instance,
                tags={"dagster/partition": PLAYER},
                raise_on_error=False,  # as one that blocks does
                run_config=self.run_config(),
            )
        (evaluation,) = result.get_asset_check_evaluations()
        assert evaluation.partition == PLAYER
        return evaluation


@cache
def job_of(check: str) -> dg.JobDefinition:
    """A job of one check without its asset. The UI has none such: it could not choose a player."""
    keys = defs.get_repository_def().asset_graph.asset_check_keys
    (key,) = [key for key in keys if key.name == check]
    job = dg.define_asset_job(f"only_{check}", dg.AssetSelection.checks(key))
    return dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def(job.name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "library" / PLAYER).mkdir(parents=True)
    place = Place(tmp_path)
    place.configure("")
    return place


def figure(check: dg.AssetCheckEvaluation, name: str) -> object:
    return check.metadata[name].value


WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


class TestFailures:
    @pytest.mark.parametrize(("failed", "passed"), [(0, True), (2, True), (3, False)])
    def test_one_in_a_hundred_may_fail(self, place: Place, failed: int, passed: bool) -> None:
        place.add_files(200)
        place.fail(failed)
        check = place.check("few_failures")
        assert (check.passed, check.severity) == (passed, WARN)
        assert figure(check, "failed") == failed
        assert figure(check, "failed share") == failed / 200

    def test_a_share_is_not_rounded_into_the_promise(self, place: Place) -> None:
        place.add_files(100_000)
        place.fail(1001)
        assert not place.check("few_failures").passed


class TestThumbnails:
    def test_every_decodable_image_has_one(self, place: Place) -> None:
        place.add_files(3)
        place.decode(2, "image_metadata")
        place.make_thumbnails(2)
        check = place.check("thumbnail_coverage")
        assert check.passed
        assert (figure(check, "images"), figure(check, "image thumbnails")) == (2, 2)
        place.run("DELETE FROM thumbnails WHERE media_id = '1'")
        check = place.check("thumbnail_coverage")
        assert (check.passed, check.severity) == (False, ERROR)
        assert (figure(check, "images"), figure(check, "image thumbnails")) == (2, 1)

    @pytest.mark.parametrize(("made", "passed"), [(20, True), (19, True), (18, False)])
    def test_nineteen_of_twenty_clips_have_one(self, place: Place, made: int, passed: bool) -> None:
        place.add_files(20, kind="video")
        place.decode(20, "video_metadata")
        place.make_thumbnails(made)
        place.run("INSERT INTO media_stages BY NAME SELECT media_id, 'thumbnails' AS stage, "
                  "1 AS version, '' AS settings, file_size, mtime_ns, first_seen_at AS done_at, "
                  "'not eligible' AS reason FROM media_files WHERE media_id = '0'")  # fmt: skip
        check = place.check("thumbnail_coverage")
        assert check.passed == passed
        assert figure(check, "not eligible") == 1
        assert figure(check, "clip coverage") == made / 20

    def test_all_open_with_the_right_size(self, place: Place) -> None:
        place.add_files(3)
        place.make_thumbnails(3)
        check = place.check("thumbnails_open")
        assert check.passed
        assert [figure(check, name) for name in ("files", "opened")] == [3, 3]

    def test_without_any_none_is_wrong(self, place: Place) -> None:
        assert place.check("thumbnails_open").passed

    @pytest.mark.parametrize("harm", ["absent", "cut short", "preview absent"])
    def test_one_that_is_not_whole_is_found_wherever_it_is(self, place: Place, harm: str) -> None:
        place.add_files(300)
        folder = place.make_thumbnails(300)
        if harm == "absent":
            (folder / "257.png").unlink()
        elif harm == "cut short":
            (folder / "257.png").write_bytes((folder / "257.png").read_bytes()[:-1])
        else:
            place.run("UPDATE thumbnails SET preview_file = 'derived/Ada/thumbs/257.gif', "
                      "preview_bytes = 1 WHERE media_id = '257'")  # fmt: skip
        check = place.check("thumbnails_open")
        assert not check.passed
        assert figure(check, "absent or incomplete") == 1
        assert "257" in str(figure(check, "first wrong one"))

    @pytest.mark.parametrize("harm", ["no picture", "another size"])
    def test_one_that_does_not_open_as_its_row_says_is_found(self, place: Place, harm: str) -> None:
        place.add_files(1)
        folder = place.make_thumbnails(1)
        if harm == "no picture":
            size = (folder / "0.png").stat().st_size
            (folder / "0.png").write_bytes(b"x" * size)
        else:
            place.run("UPDATE thumbnails SET thumbnail_width = 33")
        check = place.check("thumbnails_open")
        assert (check.passed, check.severity) == (False, ERROR)
        assert figure(check, "broken or of another size") == 1

    def test_every_day_others_are_opened(self, place: Place) -> None:
        place.add_files(50)
        place.make_thumbnails(50)
        days = (datetime(2026, 5, day, tzinfo=UTC) for day in (1, 1, 2))
        samples = [
            {str(row["file"]) for row in thumbnail_sample(
                Platform(place.platform.settings, clock=lambda day=day: day), PLAYER, 10)}
            for day in days
        ]  # fmt: skip
        assert samples[0] == samples[1] != samples[2]

    @pytest.mark.parametrize(("share", "passed"), [(0.25, False), (0.9, True)])
    def test_they_take_a_set_share_of_the_library(
        self, place: Place, share: float, passed: bool
    ) -> None:
        place.configure(f"[thumbnails]\nmax_share = {share}\n")
        place.add_files(2, size=100)
        place.make_thumbnails(2)
        place.run("UPDATE thumbnails SET thumbnail_bytes = 50")
        check = place.check("derived_size")
        assert (check.passed, check.severity) == (passed, WARN)
        assert (figure(check, "share"), figure(check, "at most")) == (0.5, share)

    def test_a_poster_that_copies_share_counts_once(self, place: Place) -> None:
        place.add_files(2, size=100)
        place.make_thumbnails(2)
        place.run("UPDATE thumbnails SET thumbnail_bytes = 50, thumbnail_file = 'one'")
        assert figure(place.check("derived_size"), "derived bytes") == 50


class TestCaptures:
    @staticmethod
    def play(place: Place, count: int, start: str) -> None:
        """One match a day from `start`, each of ten minutes, with the numbers as ids."""
        place.run(
            "INSERT INTO player_match_stats BY NAME SELECT range::VARCHAR AS match_id, "
            f"'x' AS xuid, TIMESTAMP '{start}' + INTERVAL 1 DAY * range AS start_time, "
            "start_time + INTERVAL 10 MINUTE AS end_time, start_time AS joined_at, "
            f"end_time AS left_at, '0' AS session_id, 0 AS with_friends FROM range({count})"
        )

    @staticmethod
    def take(place: Place, count: int, utc: str, local: str = "", flags: str = "") -> None:
        """One capture a day, at a UTC time and where `local` is given at a wall clock in Paris."""
        place.add_files(count)
        zone = "'Europe/Paris'" if local else "NULL"
        wall = f"TIMESTAMP '{local}' + INTERVAL 1 DAY * range" if local else "NULL"
        place.run(
            "INSERT INTO capture_times BY NAME SELECT range::VARCHAR AS media_id, "
            f"TIMESTAMP '{utc}' + INTERVAL 1 DAY * range AS capture_start_utc, "
            f"capture_start_utc AS capture_end_utc, {zone} AS zone, {wall} AS local_time, "
            f"{zone} AS local_zone, '{flags}' AS flags, '' AS inputs, now()::TIMESTAMP "
            f"AS computed_at FROM range({count})"
        )

    def test_without_captures_or_matches_no_promise_is_broken(self, place: Place) -> None:
        plausible, fits, rate = map(
            place.check, ("capture_times_plausible", "zone_fits", "association_rate")
        )
        assert (plausible.passed, fits.passed, rate.passed) == (True, True, True)
        assert figure(plausible, "captures") == figure(fits, "captures with a local time") == 0
        assert (figure(fits, "best offset, hours"), figure(fits, "best zone")) == (0, "UTC")
        assert (figure(rate, "captures inside the history"), figure(rate, "rate")) == (0, 1)

    def test_times_in_the_future_and_long_before_the_first_match_are_counted(
        self, place: Place
    ) -> None:
        """A capture each: as it should be, just not too old, too old, to come, said to come."""
        self.take(place, 5, "2024-01-01 12:00")
        for number, utc in enumerate(["2014-01-02 00:00", "2013-12-31 00:00", "2124-01-01 12:00"]):
            place.run(f"UPDATE capture_times SET capture_start_utc = TIMESTAMP '{utc}' "
                      f"WHERE media_id = '{number}'")  # fmt: skip
        place.run("UPDATE capture_times SET flags = 'future trimmed' WHERE media_id = '3'")
        without_matches = place.check("capture_times_plausible")
        assert (figure(without_matches, "ancient"), figure(without_matches, "future")) == (0, 2)
        self.play(place, 1, "2024-01-01 12:00")
        check = place.check("capture_times_plausible")
        assert (check.passed, check.severity) == (False, WARN)
        assert [figure(check, name) for name in ("captures", "timed", "future", "ancient")] == [
            5, 5, 2, 1,
        ]  # fmt: skip

    @pytest.mark.parametrize(("hour", "passed"), [("20", True), ("01", False)])
    def test_a_zone_that_is_wrong_is_named(self, place: Place, hour: str, passed: bool) -> None:
        """The clock shows five past nine; matches were then in Paris, or five hours later."""
        place.configure("[players.Ada]\ntimezone = 'Europe/Paris'\n")
        self.play(place, 30, f"2024-01-{1 if passed else 2:02} {hour}:00")
        self.take(place, 30, "2024-01-01 20:05", "2024-01-01 21:05")
        check = place.check("zone_fits")
        assert (check.passed, check.severity) == (passed, WARN)
        assert figure(check, "captures with a local time") == 30
        assert figure(check, "best rate") == 1
        if not passed:
            assert figure(check, "rate as configured") == 0
            assert figure(check, "best offset, hours") == 5
            assert check.description
            assert 'Set timezone = "' in check.description
            picture = str(figure(check, "rate by offset"))
            assert "data:image/png;base64," in picture
            assert len(picture) < 60_000

    @pytest.mark.parametrize(("auto", "passed"), [(18, False), (19, True)])
    def test_more_than_nine_in_ten_find_their_match(
        self, place: Place, auto: int, passed: bool
    ) -> None:
        self.play(place, 20, "2024-01-01 12:00")
        self.take(place, 20, "2024-01-01 12:05")
        place.run(
            "INSERT INTO media_matches BY NAME SELECT range::VARCHAR AS media_id, media_id AS "
            "match_id, 'main' AS role, now()::TIMESTAMP AS match_start_time, "
            f"CASE WHEN range < {auto} THEN 'auto' ELSE 'review' END AS decision, "
            "0.9 AS confidence, 1.0 AS inside_share, "
            "0.9 AS time_quality, 1.0 AS title_factor, "
            "now()::TIMESTAMP AS associated_at FROM range(20)"
        )
        check = place.check("association_rate")
        assert (check.passed, check.severity) == (passed, WARN)
        assert (figure(check, "rate"), figure(check, "review")) == (auto / 20, 20 - auto)


class TestSound:
    @pytest.mark.parametrize(("failed", "passed"), [(0, True), (1, True), (2, False)])
    def test_fewer_than_one_in_twenty_may_fail(
        self, place: Place, failed: int, passed: bool
    ) -> None:
        place.add_files(60, kind="audio")
        place.decode(40, "audio_metadata")  # the other 20 are broken as a whole
        place.fail(failed, "audio_features")
        place.fail(3, "audio_metadata")
        check = place.check("most_music_is_heard")
        assert (check.passed, check.severity) == (passed, WARN)
        assert figure(check, "failed") == failed
        assert figure(check, "readable") == 40
        assert (check.description or "").startswith(
            f"{failed} of 40 files failed" if failed else ""
        )

    def test_without_music_it_holds(self, place: Place) -> None:
        assert place.check("most_music_is_heard").passed
        assert place.check("features_are_there_or_explained").passed

    def test_a_value_that_is_not_there_has_its_reason(self, place: Place) -> None:
        place.add_files(2, kind="audio")
        place.decode(2, "audio_features")
        lacking = [name for name in AUDIO_VALUES if name != "bpm"]
        reasons = json.dumps(dict.fromkeys(lacking, "silence"))
        place.run(f"UPDATE audio_features SET reason = '{reasons}'")
        check = place.check("features_are_there_or_explained")
        assert check.passed
        assert [figure(check, name) for name in ("files", "bpm", "key")] == [2, 2, 0]
        reasons = json.dumps({**dict.fromkeys(lacking, "silence"), "key": ""})
        place.run(f"UPDATE audio_features SET reason = '{reasons}' WHERE media_id = '1'")
        check = place.check("features_are_there_or_explained")
        assert not check.passed
        assert figure(check, "without a reason") == 1


class TestShrinkage:
    @pytest.mark.parametrize(
        ("gone", "hours", "passed"), [(0, 1, True), (50, 1, True), (51, 1, False), (51, 25, True)]
    )
    def test_a_partition_does_not_shrink_by_more_than_the_guard(
        self, place: Place, gone: int, hours: int, passed: bool
    ) -> None:
        place.add_files(100)
        place.run(
            "UPDATE media_files SET status = 'missing', deleted_at = now()::TIMESTAMP - "
            f"INTERVAL {hours} HOUR WHERE media_id::INTEGER < {gone}"
        )
        check = place.check("library_did_not_shrink")
        assert (check.passed, check.severity) == (passed, WARN)
        assert figure(check, "gone in a day") == (gone if hours < 24 else 0)
        if not passed:
            assert check.description
            assert check.description.startswith("51 of 100 files")
            assert figure(check, "share gone") == 0.51

    def test_a_scan_that_is_not_believed_fails_with_its_figure(self, place: Place) -> None:
        for number in range(3):
            (place.folder / "library" / PLAYER / f"{number}.png").touch()
        discover(place.platform, PLAYER)
        assert place.check("library_is_mounted").passed
        for file in (place.folder / "library" / PLAYER).iterdir():
            file.unlink()
        discover(place.platform, PLAYER)
        check = place.check("library_is_mounted")
        assert (check.passed, check.blocking) == (False, True)
        assert figure(check, "files gone") == 3
        assert place.check("library_did_not_shrink").passed


class TestVerification:
    """The check, and the job that reads the originals."""

    @pytest.fixture
    def filled(self, place: Place) -> Place:
        for number in range(3):
            Image.new("RGB", (32 + number, 24)).save(
                place.folder / "library" / PLAYER / f"{number} <b>.png"
            )
        discover(place.platform, PLAYER)
        for path in (place.folder / "library" / PLAYER).iterdir():
            edges, digest = edges_of(str(path), path.stat().st_size), hash_of(str(path))
            place.run(f"UPDATE media_files SET fingerprint = '{edges}', file_hash = '{digest}' "
                      f"WHERE file_name = '{path.name}'")  # fmt: skip
        place.run("INSERT INTO media_stages BY NAME SELECT media_id, 'thumbnails' AS stage, "
                  "1 AS version, '' AS settings, file_size, mtime_ns, first_seen_at AS done_at "
                  "FROM media_files")  # fmt: skip
        return place

    @pytest.fixture
    def instance(self, instance: dg.DagsterInstance) -> dg.DagsterInstance:
        instance.add_dynamic_partitions("players", [PLAYER, "Gone"])
        return instance

    @staticmethod
    def verify(
        place: Place, instance: dg.DagsterInstance, **config: float
    ) -> dg.AssetCheckEvaluation:
        result = defs.resolve_job_def("verify_originals").execute_in_process(
            instance=instance,
            partition_key=PLAYER,
            run_config=place.run_config(ops={"read_originals_again": {"config": config}}),
        )
        (event,) = [
            event
            for event in result.all_events
            if event.event_type_value == "ASSET_CHECK_EVALUATION"
        ]
        return event.asset_check_evaluation_data

    @staticmethod
    def rot(place: Place) -> None:
        path = place.folder / "library" / PLAYER / "1 <b>.png"
        status = path.stat()
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def test_what_was_never_verified_is_counted_and_passes(self, filled: Place) -> None:
        check = filled.check("originals_intact")
        assert check.passed
        assert figure(check, "never verified") == 3
        assert figure(check, "oldest verification") == "none"

    def test_the_job_reads_them_and_reports_for_the_player(
        self, filled: Place, instance: dg.DagsterInstance
    ) -> None:
        check = self.verify(filled, instance)
        assert (check.passed, check.partition) == (True, PLAYER)
        assert (figure(check, "ok"), figure(check, "never verified")) == (3, 0)
        key = dg.AssetCheckKey(dg.AssetKey("media_files"), "originals_intact")
        (latest,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
        assert (latest.partition, latest.status.value) == (PLAYER, "SUCCEEDED")

    def test_a_damaged_file_is_a_warning_with_its_name(
        self, filled: Place, instance: dg.DagsterInstance
    ) -> None:
        self.verify(filled, instance)
        self.rot(filled)
        check = self.verify(filled, instance)
        assert (check.passed, check.severity) == (False, WARN)
        assert (figure(check, "corrupt"), figure(check, "ok")) == (1, 2)
        (record,) = check.metadata["corrupt files"].records  # type: ignore[union-attr]
        assert str(record.data["file_path"]).endswith("1 <b>.png")
        assert record.data["last_ok_at"]
        again = filled.check("originals_intact")  # as it stands in every later run
        assert not again.passed
        assert "backup" in str(again.description)

    def test_no_more_than_20_names_are_told(self, place: Place) -> None:
        place.add_files(30)
        place.run(
            "INSERT INTO media_verifications BY NAME SELECT media_id, 'corrupt' AS result, "
            "now()::TIMESTAMP AS verified_at, file_size, mtime_ns FROM media_files"
        )
        check = place.check("originals_intact")
        assert figure(check, "corrupt") == 30
        assert len(check.metadata["corrupt files"].records) == 20  # type: ignore[union-attr]

    def test_it_ends_when_its_time_is_over(
        self, filled: Place, instance: dg.DagsterInstance
    ) -> None:
        check = self.verify(filled, instance, seconds=0)
        assert check.passed
        assert figure(check, "never verified") == 3

    def test_the_night_asks_for_a_run_of_every_player_that_is_there(
        self, place: Place, instance: dg.DagsterInstance
    ) -> None:
        moment = datetime(2026, 5, 4, 2, tzinfo=UTC)
        with dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=moment,
            repository_def=defs.get_repository_def(),
            resources={"platform": PlatformResource(config_file=str(place.config_file))},
        ) as context:
            requests = nightly_verification.evaluate_tick(context).run_requests or []
        assert [(one.partition_key, one.run_key) for one in requests] == [
            (PLAYER, f"{PLAYER} 2026-05-04")
        ]

    def test_many_players_take_turns(self) -> None:
        players = [f"{number:03}" for number in range(45)]
        first = date(2026, 5, 4)
        nights = [whose_turn(players, first + timedelta(days=night), 20) for night in range(3)]
        assert all(len(set(night)) == 20 for night in nights)
        assert {player for night in nights for player in night} == set(players)
        assert whose_turn(players[:3], first, 20) == players[:3]
