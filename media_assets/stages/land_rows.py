"""From what the fetcher answers to the row of a URL."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from media_assets.web.fetched import Fetched
from media_assets.web_settings import WebSettings

Row = dict[str, object]

FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(days=7)
_JITTER = 0.25

_LIMITS = (
    "types", "min_width", "min_height", "max_file_size", "max_redirects", "robots", "noai",
    "allowed_endpoints",
)  # fmt: skip
_OF_CONTENT = (
    "kind", "width", "height", "file_name", "file_hash", "file_size", "etag", "last_modified",
    "content_type", "fetched_at",
)  # fmt: skip


def limits_of(settings: WebSettings) -> str:
    """The limits that a URL is skipped or refused by, as its row keeps them."""
    return json.dumps(settings.model_dump(include=set(_LIMITS), mode="json"), sort_keys=True)


def tried_row(
    got: Fetched,
    before: Mapping[str, object],
    settings: WebSettings,
    now: datetime,
    chance: float,
    *,
    counts: bool = True,
) -> Row:
    """The row of a URL after it was tried. `before` is its row until now.

    With `has_content`, what was fetched before stays where nothing else comes: a server that
    fails, or has it no more, takes nothing away. What failed is due again after 15 minutes, twice
    that with every job more, a week at most, give or take a quarter by `chance` (0 to 1); later
    where its server says so. Without `counts` it is no attempt: there was no network.
    """
    row: Row = {
        "url": got.url,
        "reason": got.reason,
        "error_class": got.error_class,
        "is_final": False,
        "attempts": 0,
        "next_retry_at": None,
        "settings": None,
        "http_status": got.http_status,
        "final_url": got.final_url if got.final_url != got.url else None,
        "seconds": got.seconds,
        "checked_at": now,
    }
    if got.outcome == "fetched":
        return {**row, "status": "fetched", **_content(got, now)}
    kept = {name: before[name] for name in _OF_CONTENT}
    if got.outcome == "unchanged":
        validators = {name: getattr(got, name) or kept[name] for name in ("etag", "last_modified")}
        return {**row, "status": "fetched", **kept, **validators}
    # A page in the place of a medium is how many servers say that they have it no more.
    is_gone = before["has_content"] and got.error_class == "NotMedia"
    if got.outcome == "skipped" and not is_gone:
        nothing = dict.fromkeys(_OF_CONTENT)
        told = {name: getattr(got, name) for name in ("kind", "width", "height", "content_type")}
        return {**row, "status": "skipped", "is_final": True, "settings": limits_of(settings),
                **nothing, **told}  # fmt: skip
    attempts = int(str(before["attempts"])) + counts
    return {**row, **kept, **_not_had(got, before, settings, attempts, now, chance)}


def _content(got: Fetched, now: datetime) -> Row:
    return {
        "kind": got.kind,
        "width": got.width,
        "height": got.height,
        "file_name": got.file_name.rpartition("/")[2] if got.file_name else None,
        "file_hash": got.file_hash,
        "file_size": got.file_size,
        "etag": got.etag,
        "last_modified": got.last_modified,
        "content_type": got.content_type,
        "fetched_at": now,
    }


def _not_had(
    got: Fetched,
    before: Mapping[str, object],
    settings: WebSettings,
    attempts: int,
    now: datetime,
    chance: float,
) -> Row:
    """What a URL without an answer that can be used is: there all the same, waiting, or failed."""
    if before["has_content"]:
        reason = f"asked again in vain, what came before stays: {got.reason}"
        return {"status": "fetched", "reason": reason}
    if got.outcome == "deferred":
        # What was refused is no longer: its limits are others now, or its host allows it.
        status = "failed" if before["status"] == "failed" else "pending"
        later = max(_asked(got, now), now + _pause(1, chance))
        return {"status": status, "attempts": before["attempts"], "next_retry_at": later}
    row: Row = {"status": got.outcome, "attempts": attempts, "is_final": got.final}
    if got.outcome == "refused":
        row["settings"] = limits_of(settings)
    if got.final:
        return row
    if attempts >= settings.attempts:
        return {**row, "reason": f"{got.reason}; given up after {attempts} attempts"}
    return {**row, "next_retry_at": max(_asked(got, now), now + _pause(attempts, chance))}


def _asked(got: Fetched, now: datetime) -> datetime:
    """How long its server, or the pause of its host, asks to wait."""
    return got.not_before.astimezone(UTC).replace(tzinfo=None) if got.not_before else now


def _pause(attempts: int, chance: float) -> timedelta:
    pause = min(FIRST_RETRY * 2.0 ** min(max(0, attempts - 1), 20), LONGEST_RETRY)
    return pause * (1 - _JITTER + 2 * _JITTER * chance)
