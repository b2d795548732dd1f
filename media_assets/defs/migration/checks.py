"""The promises about what was taken over from LevelUp."""

import dagster as dg

from media_assets.orchestration.checks import player_check
from media_assets.orchestration.levelup import ASSET
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.levelup_validation import PROMISES, Promise, promise_kept


def _check(promise: Promise) -> dg.AssetChecksDefinition:
    def check(
        context: dg.AssetCheckExecutionContext, platform: PlatformResource
    ) -> dg.AssetCheckResult:
        kept = promise_kept(platform.load(), context.partition_key, promise)
        return dg.AssetCheckResult(
            passed=kept.passed,
            description=None if kept.passed else kept.reason,
            metadata=kept.numbers,
        )

    check.__name__ = promise
    return player_check(asset=ASSET, description=PROMISES[promise])(check)


coverage_whole = _check("coverage_whole")
no_rows_lost = _check("no_rows_lost")
no_duplicates = _check("no_duplicates")
levelup_no_orphans = _check("no_orphans")
sums_equal = _check("sums_equal")
