"""Rows of CSV files, of which a damaged one takes no other with it.

A quote that never closes would swallow the rest of the file: a value ends after `MOST_LINES` lines.
"""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from media_assets.errors import LandInputError
from media_assets.web.list_rows import Row, columns

MOST_LINES = 100
"""Of one row: texts of people have some; more is a quote that somebody forgot."""

_DELIMITERS = (",", ";", "\t")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def csv_rows(path: Path) -> Iterator[Row]:
    """The rows, with the line that each begins in; lines without a value are none.

    The header tells what stands between the columns. A list of one column has an address a line,
    commas included. Raises `LandInputError` for a file without header or in UTF-16.
    """
    with path.open("rb") as file:
        if file.read(2) in _UTF_16:
            raise LandInputError(f"{path}: is UTF-16; save it as UTF-8")
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = _Lines(file)
        header, delimiter = _header(lines, path)
        positions = columns(header, str(path))
        for place, values in _records(lines, delimiter):
            if isinstance(values, str):
                yield Row(place, values, bad="a quote is not closed")
            elif any(values[len(header) :]):
                yield _too_long(place, values, positions["url"], len(header))
            elif any(values):
                values += [""] * (len(header) - len(values))
                yield Row(place, **{name: values[at] for name, at in positions.items()})


class _Lines:
    """The lines of a file, without their ends. `place` counts those that were taken, from 1."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self.place = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self._ahead.popleft() if self._ahead else next(self._file, None)
            if line is None:
                return
            self.place += 1
            yield line.rstrip("\r\n")

    def rest_of_row(self) -> list[str] | None:
        """The lines up to one that closes a quote; None, and none is taken, where it is too far."""
        self._ahead.extend(islice(self._file, MOST_LINES - len(self._ahead)))
        for count, line in enumerate(self._ahead, 1):
            if line.count('"') % 2:
                self.place += count
                return [self._ahead.popleft().rstrip("\r\n") for _ in range(count)]
        return None


def _header(lines: _Lines, path: Path) -> tuple[list[str], str | None]:
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise LandInputError(f"{path}: is empty; a list begins with the names of its columns")
    rows = {delimiter: _split(first, delimiter) for delimiter in _DELIMITERS}
    names, delimiter = max(((row, of) for of, row in rows.items()), key=lambda one: len(one[0]))
    return names, delimiter if len(names) > 1 else None


def _records(lines: _Lines, delimiter: str | None) -> Iterator[tuple[int, list[str] | str]]:
    """The values of each row, and the line that it begins in; a text where it cannot be read."""
    for line in lines:
        place = lines.place
        if '"' not in line:  # most lines, in a fifth of the time
            yield place, [line] if delimiter is None else line.split(delimiter)
        elif line.count('"') % 2 == 0:
            yield place, _split(line, delimiter)
        elif (rest := lines.rest_of_row()) is not None:
            yield place, _split("\n".join([line, *rest]), delimiter)
        else:
            yield place, line


def _split(text: str, delimiter: str | None) -> list[str]:
    try:
        rows = csv.reader([text], delimiter=delimiter or "\0")
        return next(rows, [])
    except csv.Error:  # a value over the limit of the library, or a line end outside of quotes
        return [text] if delimiter is None else text.split(delimiter)


def _too_long(place: int, values: list[str], at: int, width: int) -> Row:
    more = f"{len(values)} values in {width} columns; what holds a comma stands in quotes"
    return Row(place, values[at], bad=more)
