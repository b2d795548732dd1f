"""When each capture was taken."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from media_assets.captures.name_rules import RuleBook, own_rules, rule_book
from media_assets.captures.names import own_rule
from media_assets.captures.times import RULES_VERSION, CaptureEvidence, capture_time
from media_assets.captures.zone_plan import ZonePlan, zone_plan
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import captures as store
from media_assets.store.connect import Connection, connect, transaction
from media_assets.store.frames import frame_of
from media_assets.store.tables.captures import CAPTURE_TIMES

BATCH_CAPTURES = 5000

_STAYS = {"begins": pl.Datetime("us"), "ends": pl.Datetime("us"), "zone": pl.String()}
_OWN_RULES = {"media_id": pl.String(), "rule": pl.String()}


@dataclass(frozen=True, slots=True)
class TimesReport:
    """How many capture times were computed, and how many of those captures got one."""

    computed: int
    timed: int


def compute_times(platform: Platform, player: str, *, listener: Listener = silent) -> TimesReport:
    """Compute the time of every capture whose evidence, zone or rule is new, batch by batch."""
    database = platform.player_database(player)
    plan = zone_plan(platform.settings.player(player))
    rules = rule_book(own_rules(platform.settings.captures))
    timed = 0
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            pending = _pending(con, plan, rules, platform.now())
        meter = Meter(f"{player}: capture times", pending.height, listener)
        for batch in pending.iter_slices(BATCH_CAPTURES):
            now = platform.clock()
            rows = [_row(evidence, plan, now, rules) for evidence in batch.iter_rows(named=True)]
            with connect(database) as con, transaction(con):
                meter.count(done=store.write_times(con, frame_of(CAPTURE_TIMES, rows)))
            timed += sum(1 for row in rows if row["capture_start_utc"] is not None)
    return TimesReport(meter.done, timed)


def _pending(con: Connection, plan: ZonePlan, rules: RuleBook, now: datetime) -> pl.DataFrame:
    frames = {
        "stays": pl.DataFrame(list(plan.stays), schema=_STAYS, orient="row"),
        "own_rules": _own_rules(con, rules, now),
    }
    return store.load_evidence(con, frames, home=plan.home, version=RULES_VERSION, now=now)


def _own_rules(con: Connection, rules: RuleBook, now: datetime) -> pl.DataFrame:
    """Which rule of the user's own reads which name: a changed one concerns no other capture."""
    found: list[tuple[str, str]] = []
    if rules.own_image or rules.own_video:
        for media_id, kind, file_name in store.load_names(con).iter_rows():
            if rule := own_rule(kind, file_name, now, rules):
                found.append((media_id, rule.digest))
    return pl.DataFrame(found, schema=_OWN_RULES, orient="row")


def _row(
    evidence: dict[str, Any], plan: ZonePlan, now: datetime, rules: RuleBook
) -> dict[str, object]:
    created = evidence["creation_time"]
    known = CaptureEvidence(
        kind=evidence["kind"],
        file_name=evidence["file_name"],
        folder_name=evidence["folder_name"] or "",
        mtime_ns=evidence["mtime_ns"],
        duration_seconds=evidence["duration_seconds"],
        gamedvr=evidence["gamedvr"],
        exif_original=evidence["exif_original"],
        exif_offset=evidence["exif_offset"],
        exif_subsec=evidence["exif_subsec"],
        creation_time=created.replace(tzinfo=UTC) if created else None,
    )
    return {
        "media_id": evidence["media_id"],
        "inputs": evidence["inputs"],
        "computed_at": now,
        **asdict(capture_time(known, plan, now, rules)),
    }
