"""Lists of media: CSV, JSON lines and Parquet, a row for each medium on a page."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from media_assets.errors import LandInputError
from media_assets.web.csv_rows import csv_rows
from media_assets.web.found import Reading
from media_assets.web.list_rows import MOST_ROWS, Row, columns, reading_of, too_many_rows

MOST_BYTES = 1024**3
"""Of a list: some millions of rows."""


def read_list(path: Path) -> Reading:
    """What a list says, in its order, by the ending of its name.

    `.csv`, `.tsv`: a header, with commas, semicolons or tabs between; UTF-8. `.jsonl`, `.ndjson`:
    an object a line. `.json`: one array of objects. `.parquet`. Columns in any order and case:
    `url`, and where they are known `page_url`, `depth`, `relevance`, `type`, `alt` or `alt_text`;
    others are ignored. A row without a usable address is found with its problem; a value that is
    none is unknown, and `problems` tells its line. What is one row and cannot be read takes no
    other with it. An address may be relative to that of its page.

    Raises `LandInputError` for a file that cannot be read, has no column `url` or is too large.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise LandInputError(f"{path}: a list ends in one of {', '.join(LIST_SUFFIXES)}")
    read, unit = reader
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LandInputError(f"{path}: a list has at most 1 GiB; split it into several")
        return reading_of(read(path), unit, str(path))
    except OSError as error:
        raise LandInputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for place, line in enumerate(file, 1):
            if line.strip():
                yield _from_line(line, place)


def _from_line(text: str, place: int) -> Row:
    try:
        return _from_object(json.loads(text), place)
    except (ValueError, RecursionError) as error:  # not JSON, a number too long, brackets too deep
        return Row(place, text, bad=f"cannot be read as JSON: {error}")


def _json_array(path: Path) -> Iterator[Row]:
    try:
        rows = json.loads(path.read_text("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise LandInputError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(rows, list):
        raise LandInputError(f"{path}: holds no array; one object a line is a .jsonl file")
    return (_from_object(row, place) for place, row in enumerate(rows, 1))


def _from_object(row: object, place: int) -> Row:
    if not isinstance(row, dict):
        return Row(place, str(row), bad="is no object with the key 'url'")
    try:
        positions = columns(row, f"{len(row)} keys")
    except LandInputError:
        return Row(place, bad="has no key 'url'")
    values = list(row.values())
    return Row(place, **{name: values[at] for name, at in positions.items()})


def _parquet(path: Path) -> Iterator[Row]:
    import polars as pl  # takes longer to import than most lists to read

    try:
        lazy = pl.scan_parquet(path, glob=False)
        names = lazy.collect_schema().names()
        if lazy.select(pl.len()).collect().item() > MOST_ROWS:  # a few bytes may say a billion
            raise too_many_rows(str(path))
        wanted = {name: names[at] for name, at in columns(names, str(path)).items()}
        table = pl.read_parquet(path, columns=list(wanted.values()), glob=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise LandInputError(f"{path}: cannot be read as Parquet: {str(error)[:200]}") from error
    rows = table.rename({column: name for name, column in wanted.items()}).iter_rows(named=True)
    return (Row(place, **row) for place, row in enumerate(rows, 1))


_READERS: dict[str, tuple[Callable[[Path], Iterator[Row]], str]] = {
    ".csv": (csv_rows, "line"),
    ".tsv": (csv_rows, "line"),
    ".jsonl": (_json_lines, "line"),
    ".ndjson": (_json_lines, "line"),
    ".json": (_json_array, "entry"),
    ".parquet": (_parquet, "row"),
}
LIST_SUFFIXES = tuple(_READERS)
