"""Which URLs a job of a land takes on."""

from datetime import timedelta

from media_assets.stages.land_rows import limits_of
from media_assets.stages.platform import Platform
from media_assets.store.web import Selection


def selection_of(platform: Platform, land: str) -> Selection:
    """The URLs that a job of this land takes on by itself."""
    section, limits = platform.settings.lands[land], platform.settings.web
    before = platform.now() - timedelta(days=limits.refresh_days) if limits.refresh_days else None
    return Selection(limits_of(limits), limits.attempts, section.depth, section.minrel, before)
