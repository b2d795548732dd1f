"""Which capture belongs to which match."""

from dataclasses import dataclass
from pathlib import Path

from media_assets.captures.association import Weights, title_factor
from media_assets.stages.platform import Platform
from media_assets.store import associations as store
from media_assets.store.connect import attach_shared, connect, in_memory


@dataclass(frozen=True, slots=True)
class AssociationReport:
    """What the table says now, how many captures were judged for it, and what of it is new.

    `decisions` counts captures by what was decided about their main match.
    """

    decisions: dict[str, int]
    judged: int
    rows_written: int
    rows_deleted: int


def associate(platform: Platform, player: str) -> AssociationReport:
    """Judge the captures whose associations may be others now; only what differs is written."""
    database = platform.player_database(player)
    shared = platform.shared_database()
    tolerance = platform.settings.matches.tolerance_minutes * 60
    parameters = {**Weights().parameters(), "tolerance": tolerance}
    with platform.writing(player):
        changes = _changes(database, shared, parameters)
        with in_memory() as con:
            rows = store.associate(con, changes.frames, parameters)
        written, deleted = store.write_associations(database, changes, rows, platform.now())
    with platform.reading(player) as con:
        decisions = store.count_decisions(con)
    return AssociationReport(decisions, changes.judged.height, written, deleted)


def _changes(database: Path, shared: Path, parameters: dict[str, float]) -> store.Changes:
    with connect(database, read_only=True) as con:
        attach_shared(con, shared)
        factors = {title: title_factor(title) for title in store.load_titles(con)}
        return store.load_changes(con, factors, parameters)
