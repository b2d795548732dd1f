"""The promises about what was taken over from LevelUp."""

import dagster as dg

from media_assets.orchestration.checks import Asked, Check, player_checks, promise
from media_assets.orchestration.levelup import ASSET
from media_assets.stages.levelup_validation import PROMISES, Promise, promise_kept


def _check(name: Promise) -> Check:
    def judge(asked: Asked) -> dg.AssetCheckResult:
        kept = promise_kept(asked.platform, asked.player, name)
        return dg.AssetCheckResult(
            passed=kept.passed,
            description=None if kept.passed else kept.reason,
            metadata=kept.numbers,
        )

    judge.__name__ = name
    return promise(asset=ASSET, description=PROMISES[name])(judge)


levelup_checks = player_checks("levelup_checks", *(_check(name) for name in PROMISES))
