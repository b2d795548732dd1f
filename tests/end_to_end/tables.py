"""The content of all tables of a data folder, without what each writing names anew."""

import hashlib
from pathlib import Path

import duckdb

WRITTEN_AT = {
    "first_seen_at", "last_scan_at", "done_at", "generated_at", "created_at", "computed_at",
    "associated_at", "read_at", "first_sync_at", "updated_at", "changed_at", "first_failed_at",
    "last_failed_at", "next_retry_at", "applied_at", "found_at", "indexed_at", "generation",
    "collected_at",
}  # fmt: skip


OF_ONE_RUN = {"scan_figures"}
"""Tables that say how long the work took and what memory."""


def digest_tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Name, mtime and digest of every file."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def databases(data: Path) -> list[Path]:
    """Every database file, sorted."""
    return sorted(data.rglob("*.duckdb"))


def table_rows(file: Path, *, timeless: bool = True) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables of one database, sorted."""
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
            ).fetchall()
            if not (timeless and name in OF_ONE_RUN)
        ]
        rows = {}
        for name in names:
            columns = [
                column
                for (column,) in con.execute(
                    "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [name]
                ).fetchall()
                if not (timeless and column in WRITTEN_AT)
            ]
            chosen = ", ".join(columns)
            rows[name] = con.execute(f"SELECT {chosen} FROM {name} ORDER BY ALL").fetchall()
    return rows


def all_rows(data: Path, *, timeless: bool = True) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all databases below a data folder."""
    return {
        f"{file.relative_to(data)}:{table}": rows
        for file in databases(data)
        for table, rows in table_rows(file, timeless=timeless).items()
    }
