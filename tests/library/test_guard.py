"""The mount guard: which scans are believed."""

from dataclasses import replace

import pytest

from media_assets.library.guard import FolderCount, judge
from media_assets.settings import LibrarySettings

SETTINGS = LibrarySettings(max_missing_files=50, max_missing_share=0.2)
WHOLE = FolderCount(
    folder="/a", root_error=None, root_absent=False,
    entries=100, seen=100, recorded=100, known=100, gone=0,
)  # fmt: skip
ABSENT = replace(
    WHOLE, root_error="No such file or directory", root_absent=True, entries=0, seen=0, gone=100
)
UNREADABLE = replace(WHOLE, root_error="Permission denied", entries=0, seen=0, gone=0)
EMPTY = replace(WHOLE, entries=0, seen=0, gone=100)


def verdicts(*counts: FolderCount, allow: bool = False) -> list[str]:
    judged = judge(counts, SETTINGS, allow_mass_missing=allow)
    assert [verdict.count for verdict in judged] == list(counts)
    for verdict in judged:
        assert (verdict.reason is None) == (verdict.verdict == "clean")
    return [verdict.verdict for verdict in judged]


def reason(*counts: FolderCount) -> str:
    reasons = [verdict.reason for verdict in judge(counts, SETTINGS, allow_mass_missing=False)]
    return next(text for text in reasons if text)


def test_a_whole_folder_is_believed() -> None:
    assert verdicts(WHOLE) == ["clean"]


@pytest.mark.parametrize("count", [ABSENT, UNREADABLE, EMPTY])
def test_a_root_that_shows_nothing_is_not_believed(count: FolderCount) -> None:
    assert verdicts(count) == ["suspect"]
    assert verdicts(replace(count, recorded=1, known=1, gone=min(1, count.gone))) == ["suspect"]


def test_a_person_may_accept_all_but_what_cannot_be_looked_at() -> None:
    assert verdicts(ABSENT, EMPTY, replace(WHOLE, gone=99), allow=True) == ["clean"] * 3
    assert verdicts(UNREADABLE, allow=True) == ["suspect"]


def test_what_was_accepted_stays_accepted() -> None:
    assert verdicts(replace(ABSENT, known=0, gone=0)) == ["clean"]
    assert verdicts(replace(EMPTY, known=0, gone=0)) == ["clean"]


def test_a_folder_that_never_had_a_file_may_be_empty_but_not_absent() -> None:
    nothing = {"recorded": 0, "known": 0, "gone": 0}
    assert verdicts(replace(EMPTY, **nothing)) == ["clean"]
    assert verdicts(replace(ABSENT, **nothing)) == ["suspect"]


def test_an_empty_folder_whose_files_are_elsewhere_is_believed() -> None:
    assert verdicts(replace(EMPTY, gone=0), WHOLE) == ["clean", "clean"]


@pytest.mark.parametrize(
    ("known", "gone", "verdict"),
    [
        (100, 50, "clean"),  # no more than max_missing_files
        (100, 51, "suspect"),
        (255, 51, "clean"),  # exactly the share
        (254, 51, "suspect"),
        (40, 40, "clean"),  # all, but few
    ],
)
def test_mass_missing_needs_more_than_the_number_and_more_than_the_share(
    known: int, gone: int, verdict: str
) -> None:
    count = replace(WHOLE, recorded=known, known=known, gone=gone, seen=known - gone)
    assert verdicts(count) == [verdict]


def test_a_limit_of_nothing_suspects_the_first_file() -> None:
    strict = LibrarySettings(max_missing_files=0, max_missing_share=0)
    judged = judge((replace(WHOLE, gone=1),), strict, allow_mass_missing=False)
    assert judged[0].verdict == "suspect"


def test_a_share_of_one_never_suspects_a_mass() -> None:
    lax = LibrarySettings(max_missing_files=0, max_missing_share=1)
    judged = judge((replace(WHOLE, gone=100, seen=0),), lax, allow_mass_missing=False)
    assert judged[0].verdict == "clean"


def test_the_mass_is_that_of_the_player_and_taints_the_folders_with_losses() -> None:
    some = replace(WHOLE, gone=31)
    assert verdicts(some) == ["clean"]
    assert verdicts(some, replace(some, folder="/b"), replace(WHOLE, folder="/c")) == [
        "suspect",
        "suspect",
        "clean",
    ]


def test_the_reason_names_the_figures() -> None:
    assert reason(replace(WHOLE, gone=60)) == "60 of 100 files are gone at once"
    assert "No such file or directory" in reason(ABSENT)
    assert "100 files" in reason(EMPTY)
    assert "mounted" in reason(EMPTY)


def test_a_player_without_folders_has_no_verdicts() -> None:
    assert judge((), SETTINGS, allow_mass_missing=False) == ()
