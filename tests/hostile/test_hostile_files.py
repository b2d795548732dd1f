"""Hostile files beside good ones through discovery and analysis: each costs only itself."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cases import Case, good, hostile
from ground import Failure, Ground

from media_assets.settings import EngineSettings
from media_assets.stages.batch import AnalysisReport

STAGES = {
    "image": {"image_metadata", "thumbnails", "media_vectors"},
    "video": {"video_metadata", "thumbnails", "media_vectors"},
    "audio": {"audio_metadata", "embedded_covers", "thumbnails", "audio_features"},
}


@dataclass(frozen=True)
class Result:
    """What one run over all of them left."""

    ground: Ground
    good: list[Case]
    hostile: list[Case]
    report: AnalysisReport
    failures: dict[str, Failure]
    done: dict[str, frozenset[str]]
    kinds: dict[str, str]

    @property
    def names(self) -> set[str]:
        return {case.name for case in [*self.good, *self.hostile]}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    ground = Ground(
        tmp_path_factory.mktemp("hostile"),
        engine=EngineSettings(workers=2, item_timeout_seconds=60),
    )
    beside, bad = list(good()), hostile()
    ground.lay({case.name: case.make for case in [*beside, *bad]})
    report = ground.work()
    kinds = dict(ground.rows("SELECT file_name, kind FROM media_files"))
    return Result(ground, beside, bad, report, ground.failures(), ground.done(), kinds)  # type: ignore[arg-type]  # two texts a row


def test_every_file_is_a_row_and_was_tried_once(result: Result) -> None:
    assert len(result.names) == len(result.good) + len(result.hostile)
    assert set(result.kinds) == result.names
    assert result.report.media == len(result.names)
    assert result.done.keys() | result.failures.keys() == result.names
    for name, kind in result.kinds.items():
        failed = result.failures[name].stages if name in result.failures else frozenset()
        assert result.done.get(name, frozenset()) | failed == STAGES[kind], name
        assert not result.done.get(name, frozenset()) & failed, name


def test_good_files_beside_them_are_done(result: Result) -> None:
    failed = {case.name for case in result.good} & result.failures.keys()
    assert failed == {"good.ape"}  # its header and tags are real, its sound is not
    assert result.failures["good.ape"].is_of_sound_alone


def test_hostile_files_are_read_or_say_what_happened(result: Result) -> None:
    wrong = {
        case.name: (case.error, case.says, result.failures.get(case.name))
        for case in result.hostile
        if not case.is_met_by(result.failures.get(case.name))
    }
    assert not wrong


def test_messages_are_words_and_a_retry_is_due_in_an_hour(result: Result) -> None:
    for name, failure in result.failures.items():
        assert re.search("[a-z]{3} [a-z]", failure.message), name
        assert not re.search("0x[0-9a-f]{6}|<.*object", failure.message), failure.message
        assert failure.message.isprintable(), name
        assert (failure.attempts, failure.pause) == (1, timedelta(hours=1)), name


def test_no_row_is_larger_than_a_reader_bears(result: Result) -> None:
    longest = result.ground.rows(
        "SELECT max(greatest(coalesce(length(exif), 0), coalesce(length(text), 0))) "
        "FROM image_metadata UNION ALL SELECT max(length(tags)) FROM video_metadata "
        "UNION ALL SELECT max(length(tags)) FROM audio_metadata"
    )
    assert all(0 < int(str(row[0])) < 1_100_000 for row in longest)


def test_nothing_is_tried_again_at_once(result: Result) -> None:
    assert result.ground.work().media == 0
