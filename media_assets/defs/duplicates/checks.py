"""The promises about duplicates."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share, shared_checks
from media_assets.orchestration.tables import figures
from media_assets.stages.duplicate_views import counts, promises
from media_assets.stages.shared_duplicates import promises as shared_promises

_PROMISES = ("unequal_copies", "outdated_figures", "broken_groups", "missing_members",
             "decisions_broken")  # fmt: skip


@promise(
    asset="duplicates",
    description="Every group holds: copies have equal hashes, figures are those of the stored "
    "hashes, each group has two present members or more and one best, and nothing that people told "
    "apart is in one. Says which share of the library copies take.",
)
def duplicates_verified(asked: Asked) -> dg.AssetCheckResult:
    loaded, player = asked.platform, asked.player
    found = promises(loaded, player)
    totals = counts(loaded, player)
    return dg.AssetCheckResult(
        passed=not any(found[name] for name in _PROMISES),
        metadata={
            **figures(found),
            "groups": totals["groups"],
            "bytes that could be saved": totals["copies_bytes"],
            "share that could be saved": share(
                totals["copies_bytes"], totals["library_bytes"], 0.0
            ),
        },
    )


@promise(
    shared=True,
    asset="shared_duplicates",
    description="Every group is of two players or more, who have equal hashes of what is exact.",
)
def shared_duplicates_verified(asked: Asked) -> dg.AssetCheckResult:
    found = shared_promises(asked.platform)
    return dg.AssetCheckResult(
        passed=not found["broken_groups"] and not found["unequal_copies"],
        metadata=figures(found),
    )


duplicate_checks = player_checks("duplicate_checks", duplicates_verified)
shared_duplicate_checks = shared_checks("shared_duplicate_checks", shared_duplicates_verified)
