"""A copy of a database for a dry run."""

from pathlib import Path

from media_assets.store.connect import attach_read_only, in_memory
from media_assets.store.levelup.typed import text_literal


def copy_database(file: Path, target: Path) -> None:
    """Copy what a database holds into a new one; writers wait meanwhile."""
    with in_memory() as con:
        attach_read_only(con, file, "original")
        con.execute(f"ATTACH {text_literal(str(target))} AS copy (TYPE duckdb)")
        con.execute("COPY FROM DATABASE original TO copy")
