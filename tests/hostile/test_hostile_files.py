"""Hostile files beside good ones through discovery and analysis: each costs only itself."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cases import Case, good, hostile
from ground import Failure, Ground

from media_assets.settings import EngineSettings
from media_assets.stages.batch import AnalysisReport

GOOD, HOSTILE = list(good()), hostile()
STAGES = {
    "image": {"image_metadata", "thumbnails", "media_vectors"},
    "video": {"video_metadata", "thumbnails", "media_vectors"},
    "audio": {"audio_metadata", "thumbnails"},
}


@dataclass(frozen=True)
class Result:
    """What one run over all of them left."""

    ground: Ground
    report: AnalysisReport
    failures: dict[str, Failure]
    done: dict[str, frozenset[str]]
    kinds: dict[str, str]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    ground = Ground(
        tmp_path_factory.mktemp("hostile"),
        engine=EngineSettings(workers=2, item_timeout_seconds=30),
    )
    ground.lay({case.name: case.make for case in [*GOOD, *HOSTILE]})
    report = ground.work()
    kinds = dict(ground.rows("SELECT file_name, kind FROM media_files"))
    return Result(ground, report, ground.failures(), ground.done(), kinds)  # type: ignore[arg-type]  # two texts a row


def test_every_file_is_a_row_and_was_tried_once(result: Result) -> None:
    names = {case.name for case in [*GOOD, *HOSTILE]}
    assert set(result.kinds) == names
    assert result.report.media == len(names) == len(GOOD) + len(HOSTILE)
    assert result.done.keys() | result.failures.keys() == names
    for name, kind in result.kinds.items():
        failed = result.failures[name].stages if name in result.failures else frozenset()
        assert result.done.get(name, frozenset()) | failed == STAGES[kind], name
        assert not result.done.get(name, frozenset()) & failed, name


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_good_files_beside_them_are_done(case: Case, result: Result) -> None:
    assert case.name not in result.failures
    assert result.done[case.name] == STAGES[result.kinds[case.name]]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile_files_are_read_or_say_what_happened(case: Case, result: Result) -> None:
    failure = result.failures.get(case.name)
    if case.error is None:
        assert failure is None
        return
    assert failure is not None, "it was read as if nothing were wrong"
    assert failure.error_class == case.error, failure.message
    assert re.search(case.says, failure.message), failure.message
    assert failure.attempts == 1
    assert failure.pause == timedelta(hours=1)
    assert re.search("[a-z]{3} [a-z]", failure.message), "no words"
    assert not re.search("0x[0-9a-f]{6}|<.*object", failure.message), failure.message


def test_no_row_is_larger_than_a_reader_bears(result: Result) -> None:
    longest = result.ground.rows(
        "SELECT max(greatest(coalesce(length(exif), 0), coalesce(length(text), 0))) "
        "FROM image_metadata UNION ALL SELECT max(length(tags)) FROM video_metadata "
        "UNION ALL SELECT max(length(tags)) FROM audio_metadata"
    )
    assert all(0 < int(str(row[0])) < 1_100_000 for row in longest)


def test_nothing_is_tried_again_at_once(result: Result) -> None:
    assert result.ground.work().media == 0
