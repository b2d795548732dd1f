"""The promises about what is on disk."""

import shlex

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.tables import Metadatum, figures, record_table
from media_assets.stages.platform import Platform
from media_assets.stages.scans import folder_verdicts
from media_assets.stages.verify import findings, verified_state
from media_assets.stages.views import numbers
from media_assets.store.tables.library import MEDIA_FILES

ORIGINALS_INTACT = dg.AssetCheckKey(dg.AssetKey(MEDIA_FILES.name), "originals_intact")
MAX_NAMES = 20


@promise(
    asset="media_files",
    blocking=True,
    description="The latest scan of every folder is believed. When a folder is absent, unreadable "
    "or empty, or too many files are gone at once, nothing is marked missing and this check fails.",
)
def library_is_mounted(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    player = asked.player
    verdicts = folder_verdicts(loaded, player)
    suspect = [verdict for verdict in verdicts if verdict["verdict"] == "suspect"]
    present = int(numbers(loaded, player, "failures")["files"])
    counts = {"folders": len(verdicts), "files present": present}
    if not suspect:
        return dg.AssetCheckResult(passed=True, metadata=counts)
    reasons = "; ".join(f"{verdict['folder']}: {verdict['reason']}" for verdict in suspect)
    return dg.AssetCheckResult(
        passed=False,
        description=f"{reasons}{'' if reasons.endswith('?') else '.'} Mount the disk and scan "
        "again; when the files were really removed, run: "
        f"media-assets run --player {shlex.quote(player)} --allow-mass-missing",
        metadata={
            **counts,
            "suspect folders": len(suspect),
            "files gone": sum(int(str(verdict["files_gone"])) for verdict in suspect),
            "reasons": reasons,
        },
    )


@promise(
    asset="media_files",
    description="Within a day, no more files went missing than the mount guard lets pass in one "
    "scan. It looks at what was marked missing, whether scan by scan or accepted by a person.",
)
def library_did_not_shrink(asked: Asked) -> dg.AssetCheckResult:
    loaded = asked.platform
    guard = loaded.settings.library
    found = numbers(loaded, asked.player, "shrinkage")
    gone, before = found["gone_in_a_day"], found["files"] + found["gone_in_a_day"]
    passed = gone <= guard.max_missing_files or gone <= guard.max_missing_share * before
    return dg.AssetCheckResult(
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=None
        if passed
        else f"{gone} of {before} files went missing within a day; what is known of them stays, "
        "and is theirs again when they are back",
        metadata={**figures(found), "share gone": share(gone, before, 0.0)},
    )


@promise(
    asset=MEDIA_FILES.name,
    description="No file whose latest verification is known has other bytes than were recorded, "
    "under the same size and mtime. The job `verify_originals` reads the files.",
)
def originals_intact(asked: Asked) -> dg.AssetCheckResult:
    return intact(asked.platform, asked.player)


def intact(platform: Platform, player: str) -> dg.AssetCheckResult:
    """What the verifications so far say; the names of up to 20 files that are damaged."""
    state = verified_state(platform, player)
    corrupt = state.results["corrupt"]
    metadata: dict[str, Metadatum] = {
        **state.results,
        "never verified": state.never,
        "not read yet": state.not_read_yet,
        "oldest verification": f"{state.oldest:%Y-%m-%d %H:%M} UTC" if state.oldest else "none",
    }
    if corrupt:
        rows = findings(platform, player, ("corrupt",)).head(MAX_NAMES)
        metadata["corrupt files"] = record_table(
            rows.select("file_path", "last_ok_at", "verified_at", "message").to_dicts()
        )
    return dg.AssetCheckResult(
        passed=not corrupt,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{corrupt} files have other bytes than were recorded, under the same size and "
        "mtime: compare them with a backup of the time of `last_ok_at`"
        if corrupt
        else None,
        metadata=metadata,
    )


mount_check = player_checks("mount_check", library_is_mounted)
library_checks = player_checks("library_checks", library_did_not_shrink, originals_intact)
