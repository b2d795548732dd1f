"""The promises about vectors and neighbours."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise, share
from media_assets.orchestration.tables import figures
from media_assets.stages.vector_views import coverage, promises

MIN_COVERAGE = 0.95

_PROMISES = ("broken_lists", "lost_neighbors", "wrong_similarities")


@promise(
    asset="media_neighbors",
    additional_deps=["media_vectors", "media_embeddings"],
    description=f"In each space that has vectors, {MIN_COVERAGE:.0%} of the media of its kinds "
    "that could be read have one.",
)
def vector_coverage(asked: Asked) -> dg.AssetCheckResult:
    found = coverage(asked.platform, asked.player)
    low = [space for space, (media, vectors) in found.items() if vectors < MIN_COVERAGE * media]
    return dg.AssetCheckResult(
        passed=not low,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"many have no vector in {', '.join(low)}; `media-assets failures` says why"
        if low
        else None,
        metadata={
            "spaces": len(found),
            **{f"vectors in {space}": vectors for space, (_, vectors) in found.items()},
            **{
                f"share in {space}": share(vectors, media, 1.0)
                for space, (media, vectors) in found.items()
            },
        },
    )


@promise(
    asset="media_neighbors",
    additional_deps=["media_vectors"],
    description="Every list of neighbours counts from 1, falls in similarity, names nobody twice "
    "and nobody who has no vector; similarities of a sample are those that DuckDB computes.",
)
def neighbors_hold(asked: Asked) -> dg.AssetCheckResult:
    found = promises(asked.platform, asked.player)
    return dg.AssetCheckResult(
        passed=not any(found[name] for name in _PROMISES), metadata=figures(found)
    )


vector_checks = player_checks("vector_checks", vector_coverage, neighbors_hold)
