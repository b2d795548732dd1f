"""What Dagster loads: every asset, check, job, sensor and schedule of the platform."""

import dagster as dg

from media_assets.defs.analysis import assets as analysis_assets
from media_assets.defs.analysis import checks as analysis_checks
from media_assets.defs.audio import assets as audio_assets
from media_assets.defs.audio import checks as audio_checks
from media_assets.defs.automation.jobs import JOBS, prune_run_history
from media_assets.defs.automation.schedules import SCHEDULES
from media_assets.defs.automation.sensors import SENSORS
from media_assets.defs.automation.syncs import SYNC_SCHEDULES, SYNC_SENSORS
from media_assets.defs.automation.verification import nightly_verification, verify_originals
from media_assets.defs.captures import assets as capture_assets
from media_assets.defs.captures import checks as capture_checks
from media_assets.defs.duplicates import assets as duplicate_assets
from media_assets.defs.duplicates import checks as duplicate_checks
from media_assets.defs.library import assets as library_assets
from media_assets.defs.library import checks as library_checks
from media_assets.defs.matches import assets as match_assets
from media_assets.defs.matches import checks as match_checks
from media_assets.defs.migration import assets as migration_assets
from media_assets.defs.migration import checks as migration_checks
from media_assets.defs.music import assets as music_assets
from media_assets.defs.music import checks as music_checks
from media_assets.defs.players import assets as player_assets
from media_assets.defs.players import checks as player_checks
from media_assets.defs.publishing import assets as publishing_assets
from media_assets.defs.search import assets as search_assets
from media_assets.defs.search import checks as search_checks
from media_assets.defs.vectors import assets as vector_assets
from media_assets.defs.vectors import checks as vector_checks
from media_assets.defs.web import assets as web_assets
from media_assets.defs.web import checks as web_checks
from media_assets.orchestration.resources import PlatformResource, SharedMatchesResource

# What a run is configured with reaches also the resources that build on this one.
platform = PlatformResource.configure_at_launch()

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(
        [
            web_assets,
            library_assets,
            analysis_assets,
            audio_assets,
            match_assets,
            player_assets,
            capture_assets,
            duplicate_assets,
            music_assets,
            vector_assets,
            search_assets,
            publishing_assets,
            migration_assets,
        ]
    ),
    asset_checks=dg.load_asset_checks_from_modules(
        [
            web_checks,
            library_checks,
            analysis_checks,
            audio_checks,
            match_checks,
            player_checks,
            capture_checks,
            duplicate_checks,
            music_checks,
            vector_checks,
            search_checks,
            migration_checks,
        ]
    ),
    jobs=[*JOBS, prune_run_history, verify_originals],
    schedules=[*SCHEDULES, *SYNC_SCHEDULES, nightly_verification],
    sensors=[*SENSORS, *SYNC_SENSORS],
    resources={"platform": platform, "shared": SharedMatchesResource(platform=platform)},
    # A step in this process costs 50 ms, one in a process of its own 3 to 5 s; the work that
    # needs cores has its own pool.
    executor=dg.in_process_executor,
)
