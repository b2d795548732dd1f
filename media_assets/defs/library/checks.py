"""The promises about what is on disk."""

import shlex

import dagster as dg

from media_assets.orchestration.checks import player_check, players_of
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
    players = players_of(context, loaded)
    verdicts = [verdict for player in players for verdict in folder_verdicts(loaded, player)]
    suspect = [verdict for verdict in verdicts if verdict["verdict"] == "suspect"]
    counts = {
        "folders": len(verdicts),
        "files seen": sum(int(str(verdict["files_seen"])) for verdict in verdicts),
        "files gone": sum(int(str(verdict["files_gone"])) for verdict in verdicts),
    }
    if not suspect:
        return dg.AssetCheckResult(passed=True, metadata=counts)
    reasons = "; ".join(f"{verdict['folder']}: {verdict['reason']}" for verdict in suspect)
    names = " ".join(f"--player {shlex.quote(player)}" for player in players)
    return dg.AssetCheckResult(
        passed=False,
        description=f"{reasons}. Mount the disk and scan again; when the files were really "
        f"removed, run: media-assets run {names} --allow-mass-missing",
        metadata={**counts, "suspect folders": len(suspect), "reasons": reasons},
    )
