"""The promises about what is on disk."""

import shlex

import dagster as dg

from media_assets.orchestration.checks import player_check
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.scans import folder_verdicts


@player_check(
    asset="media_files",
    blocking=True,
    description="The latest scan of every folder is believed. When a folder is absent, unreadable "
    "or empty, or too many files are gone at once, nothing is marked missing and this check fails.",
)
def library_is_mounted(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    loaded = platform.load()
    player = context.partition_key
    verdicts = folder_verdicts(loaded, player)
    suspect = [verdict for verdict in verdicts if verdict["verdict"] == "suspect"]
    counts = {
        "folders": len(verdicts),
        "files seen": sum(int(str(verdict["files_seen"])) for verdict in verdicts),
        "files gone": sum(int(str(verdict["files_gone"])) for verdict in verdicts),
    }
    if not suspect:
        return dg.AssetCheckResult(passed=True, metadata=counts)
    reasons = "; ".join(f"{verdict['folder']}: {verdict['reason']}" for verdict in suspect)
    return dg.AssetCheckResult(
        passed=False,
        description=f"{reasons}. Mount the disk and scan again; when the files were really "
        f"removed, run: media-assets run --player {shlex.quote(player)} --allow-mass-missing",
        metadata={**counts, "suspect folders": len(suspect), "reasons": reasons},
    )
