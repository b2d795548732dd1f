"""The mount guard: when a scan is not believed, nothing is marked missing."""

from dataclasses import dataclass
from typing import Literal

from media_assets.settings import LibrarySettings

Verdict = Literal["clean", "suspect"]


@dataclass(frozen=True, slots=True)
class FolderCount:
    """What one scan of one folder found against what was known of it.

    `entries` counts everything in it that is not hidden or ignored, `seen` media files. `recorded`
    are its media in the store, `known` those of them that were not missing, and `gone` those of
    these that now are nowhere.
    """

    folder: str
    root_error: str | None
    root_absent: bool
    entries: int
    seen: int
    recorded: int
    known: int
    gone: int


@dataclass(frozen=True, slots=True)
class FolderVerdict:
    """Whether the scan of one folder is believed, and why not."""

    count: FolderCount
    verdict: Verdict
    reason: str | None


def judge(
    counts: tuple[FolderCount, ...], settings: LibrarySettings, *, allow_mass_missing: bool
) -> tuple[FolderVerdict, ...]:
    """A verdict for each folder of one player.

    A root that is absent, unreadable, or empty with files gone is suspect; but not an absent one
    whose media are all missing already, for then a person has accepted that. So is every folder
    with files gone when, over all folders, more than `max_missing_files` and more than
    `max_missing_share` of the player's files are gone.
    """
    known = sum(count.known for count in counts)
    gone = sum(count.gone for count in counts)
    mass = gone > settings.max_missing_files and gone > settings.max_missing_share * known
    return tuple(_judge_folder(count, mass, gone, known, allow_mass_missing) for count in counts)


def _judge_folder(
    count: FolderCount, mass: bool, gone: int, known: int, allowed: bool
) -> FolderVerdict:
    reason = None
    given_up = count.root_absent and count.recorded and not count.known
    if count.root_error is not None and not given_up:
        reason = f"the folder cannot be read: {count.root_error}"
    elif count.gone and not count.entries:
        reason = f"the folder is empty, {count.gone} files were in it: is its disk mounted?"
    elif mass and count.gone:
        reason = f"{gone} of {known} files are gone at once"
    # A person may accept that a folder is gone, but not that one cannot be looked at.
    believed = reason is None or (allowed and (count.root_error is None or count.root_absent))
    return FolderVerdict(count, "clean" if believed else "suspect", None if believed else reason)
