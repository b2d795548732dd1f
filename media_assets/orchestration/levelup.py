"""What the UI shows of a LevelUp database that was taken over."""

from media_assets.orchestration.tables import Metadatum, markdown_table
from media_assets.store.levelup.checks import Figures, Validation
from media_assets.store.levelup.ledger import TakenOver

ASSET = "levelup_migration"


def validation_metadata(entry: TakenOver | None, figures: Figures) -> dict[str, Metadatum]:
    """The validation of one player as a table, with the figures of the shared tables."""
    shared: dict[str, Metadatum] = {
        "matches": figures.matches,
        "mean player count": figures.average_player_count,
        "matches of several players": figures.shared_matches,
        "duplicates": figures.duplicates,
        "orphans": figures.orphans,
        "lost rows": figures.lost_rows,
    }
    if entry is None:
        return {"state": "no LevelUp database of this player was taken over", **shared}
    saved = entry.bytes_before - entry.bytes_after if entry.bytes_after is not None else 0
    return {
        "state": entry.state,
        "problems": "; ".join(entry.validation.problems()) or "none",
        "validation": markdown_table(_rows(entry.validation), limit=20),
        "source": entry.source_file,
        "backup": entry.backup_file or "none",
        "bytes saved in the source": saved,
        **shared,
    }


def _rows(validation: Validation) -> list[dict[str, object]]:
    sums = validation.sums
    counted: list[dict[str, object]] = [
        {"what": part.kind, "in LevelUp": part.source, "here": part.here, "missing": part.lost}
        for part in validation.coverage
    ]
    for name, there, here in (
        ("sum of kills", sums.kills_source, sums.kills_here),
        ("sum of deaths", sums.deaths_source, sums.deaths_here),
    ):
        counted.append({"what": name, "in LevelUp": there, "here": here, "missing": there - here})
    return counted
