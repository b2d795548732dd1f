"""The platform's own path over simulated players: capture times, associations, and the truth."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from benchmarks.simulation.player import SimulatedPlayer
from benchmarks.simulation.todays_rule import todays_rule
from media_assets.captures.association import Weights, title_factor
from media_assets.captures.times import CaptureTime, capture_time
from media_assets.store.associations import associate
from media_assets.store.connect import in_memory

NOW = datetime(2026, 6, 1, tzinfo=UTC)
"""After everything that is simulated."""
TOLERANCE_SECONDS = 300.0
"""The default of `matches.tolerance_minutes`."""

_CAPTURES: dict[str, pl.DataType] = {
    "media_id": pl.String(), "seed": pl.Int64(), "kind": pl.String(), "situation": pl.String(),
    "trouble": pl.List(pl.String()), "truth": pl.List(pl.String()), "decidable": pl.Boolean(),
    "source": pl.String(), "zone": pl.String(), "wall": pl.Float64(),
    "begins": pl.Float64(), "ends": pl.Float64(),
    "time_quality": pl.Float64(), "title_factor": pl.Float64(), "modified": pl.Float64(),
}  # fmt: skip
_MATCHES: dict[str, pl.DataType] = {
    "seed": pl.Int64(), "match_id": pl.String(), "start": pl.Float64(), "duration": pl.Float64(),
    "end": pl.Float64(), "joins": pl.Float64(), "leaves": pl.Float64(),
}  # fmt: skip
_EVENTS: dict[str, pl.DataType] = {"match_id": pl.String(), "happens": pl.Float64()}
_DECISIONS: dict[str, pl.DataType] = {
    "media_id": pl.String(),
    "match_id": pl.String(),
    "decision": pl.String(),
}


class Judged(NamedTuple):
    """What became of the captures of some players.

    `captures`: one row a capture, with its truth. `matches`: all that were played. `rows`: those of
    `media_matches`, with `kind` and `right`: whether the capture shows the match. `theirs`: what
    today's rule says.
    """

    captures: pl.DataFrame
    matches: pl.DataFrame
    rows: pl.DataFrame
    theirs: pl.DataFrame


def judge(players: Iterable[SimulatedPlayer]) -> Judged:
    """Capture times from evidence, then associations, a player at a time."""
    return joined(_judge_one(player) for player in players)


def joined(parts: Iterable[Judged]) -> Judged:
    """One after the other; ids are of one player each."""
    return Judged(*(pl.concat(part) for part in zip(*parts, strict=True)))


def _judge_one(player: SimulatedPlayer) -> Judged:
    captures = pl.DataFrame(list(_captures(player)), _CAPTURES, orient="row")
    matches = pl.DataFrame(list(_matches(player)), _MATCHES, orient="row")
    frames = {
        "captures": captures,
        "presences": matches.with_columns(match_start_time=pl.from_epoch("start")),
        "events": pl.DataFrame(list(_events(player)), _EVENTS, orient="row"),
        "decisions": pl.DataFrame(schema=_DECISIONS),
    }
    parameters = {**Weights().parameters(), "tolerance": TOLERANCE_SECONDS}
    with in_memory() as con:
        rows = associate(con, frames, parameters)
    truth = captures.select("media_id", "kind", "truth")
    right = pl.col("truth").list.contains(pl.col("match_id"))
    labelled = rows.join(truth, on="media_id").with_columns(right=right).drop("truth")
    return Judged(captures, matches, labelled, todays_rule(captures, matches))


def _matches(player: SimulatedPlayer) -> Iterator[tuple[object, ...]]:
    for match in player.history.matches:
        yield (
            player.seed, match.match_id, match.start, match.duration, match.end, match.joins,
            match.leaves,
        )  # fmt: skip


def _events(player: SimulatedPlayer) -> Iterator[tuple[object, ...]]:
    for match in player.history.matches:
        if match.filmed:
            yield from ((match.match_id, kill) for kill in match.kills)


def _captures(player: SimulatedPlayer) -> Iterator[tuple[object, ...]]:
    for number, capture in enumerate(player.captures):
        taken = capture_time(capture.evidence, capture.zone, NOW)
        yield (
            f"{player.seed}-{number:05d}", player.seed, capture.evidence.kind,
            capture.scene.situation, sorted(capture.trouble), sorted(capture.truth),
            capture.decidable, taken.source, taken.zone, _wall(taken), *_interval(taken),
            taken.time_quality, title_factor(taken.title), capture.evidence.mtime_ns / 1e9,
        )  # fmt: skip


def _interval(taken: CaptureTime) -> tuple[float | None, float | None]:
    begins, ends = taken.capture_start_utc, taken.capture_end_utc
    if begins is None or ends is None:
        return None, None
    return begins.timestamp(), ends.timestamp()


def _wall(taken: CaptureTime) -> float | None:
    """What the wall clock showed, as if it were UTC."""
    return None if taken.local_time is None else taken.local_time.replace(tzinfo=UTC).timestamp()
