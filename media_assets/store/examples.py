"""The example queries of the README: what analysts begin with, kept true by tests and a check."""

import re
import time
from functools import cache
from importlib.resources import files
from pathlib import Path

from media_assets.store.connect import in_memory

_BEGIN = "-- name: "
_FILE = re.compile(r"'\$published/([^']+\.parquet)'")


@cache
def examples() -> dict[str, str]:
    """Each query by what it asks; `$published` and `$player` are to be replaced."""
    text = files("media_assets.store").joinpath("sql", "examples.sql").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split(_BEGIN)[1:])
    return {title.strip(): query.strip() for title, _, query in parts}


def rendered(query: str, published: Path, player: str) -> str:
    """A query over the published files of one player and the shared ones."""
    folder = published.as_posix().replace("'", "''")
    return query.replace("$published", folder).replace("$player", player.replace("'", "''"))


def timed(published: Path, player: str) -> dict[str, float]:
    """Seconds that each query takes when it is asked the second time.

    Queries of files that were not published yet are left out.
    """
    taken = {}
    with in_memory() as con:
        for title, query in examples().items():
            files_asked = (name.replace("$player", player) for name in _FILE.findall(query))
            if not all((published / name).is_file() for name in files_asked):
                continue
            for _ in range(2):
                started = time.perf_counter()
                con.execute(rendered(query, published, player)).fetchall()
                taken[title] = time.perf_counter() - started
    return taken
