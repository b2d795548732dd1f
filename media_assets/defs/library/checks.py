"""The promises about what is on disk."""

import shlex

import dagster as dg

from media_assets.orchestration.checks import player_check
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.scans import folder_verdicts
from media_assets.stages.views import numbers


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
