"""How a value of a LevelUp database is read, whatever type its column happens to have."""

from collections.abc import Callable

from media_assets.store.levelup.columns import SourceColumn, ValueKind

_BLANK = "('', 'nan', 'NaN', 'None', 'NULL', 'null')"
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_OFFSET = ":[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
_WHOLE = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT",
)  # fmt: skip
NUMERIC = (*_WHOLE, "FLOAT", "DOUBLE", "DECIMAL")
_FIRST_MOMENT, _LAST_MOMENT = "TIMESTAMP '1970-01-01'", "TIMESTAMP '9999-12-31'"
_MILLISECONDS_FROM = 100_000_000_000
"""A moment as a number is in seconds below this and in milliseconds above: that is the year 5138,
or 1973."""


def quoted(name: str) -> str:
    """A name of a column, table or catalog."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text in SQL, where none can be bound."""
    return "'" + text.replace("'", "''") + "'"


def is_there(value: str) -> str:
    """Whether an expression says anything: empty texts and `nan` do not."""
    return f"({value} IS NOT NULL AND trim(CAST({value} AS VARCHAR)) NOT IN {_BLANK})"


def typed(value: str, stored: str, column: SourceColumn, zone: str) -> str:
    """An expression of the column's own type; NULL where the value is not one.

    `stored` is the type of the source column. `zone` is that of its naive times.
    """
    return f"TRY_CAST({_READERS[column.kind](value, stored, zone)} AS {column.type})"


def _text(value: str, stored: str, zone: str) -> str:
    text = f"trim(CAST({value} AS VARCHAR))"
    return f"CASE WHEN {text} NOT IN {_BLANK} THEN {text} END"


def _match(value: str, stored: str, zone: str) -> str:
    text = _text(value, stored, zone)
    return f"CASE WHEN regexp_full_match({text}, '{_UUID}') THEN lower({text}) ELSE {text} END"


def _player(value: str, stored: str, zone: str) -> str:
    """`xuid(2535...)`, a number and a number with a fraction of 0 are all digits; bots stay."""
    if stored.startswith(NUMERIC):
        return f"CAST(TRY_CAST({value} AS HUGEINT) AS VARCHAR)"
    inner = f"regexp_replace({_text(value, stored, zone)}, '^xuid\\((.*)\\)$', '\\1', 'i')"
    return f"regexp_replace({inner}, '^([0-9]+)\\.0+$', '\\1')"


def _medal(value: str, stored: str, zone: str) -> str:
    """Medals are unsigned numbers of 32 bits: a negative one was cut by a column of 32 bits."""
    number = f"TRY_CAST({_text(value, stored, zone)} AS BIGINT)"
    return f"CASE WHEN {number} < 0 THEN {number} + 4294967296 ELSE {number} END"


def _integer(value: str, stored: str, zone: str) -> str:
    if stored.startswith(_WHOLE):
        return value
    if stored.startswith(NUMERIC):
        return f"CASE WHEN isfinite(CAST({value} AS DOUBLE)) THEN {value} END"
    return _number(value, stored, zone)


def _number(value: str, stored: str, zone: str) -> str:
    """By its text, so that the 12.34 of a FLOAT is 12.34, not 12.34000015."""
    if stored.startswith(_WHOLE):
        return value
    text = f"CAST({value} AS VARCHAR)" if stored.startswith(NUMERIC) else f"trim({value}::VARCHAR)"
    number = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _flag(value: str, stored: str, zone: str) -> str:
    if stored.startswith(NUMERIC):
        return f"({value} <> 0)"
    return _text(value, stored, zone)


def _time(value: str, stored: str, zone: str) -> str:
    """UTC, of years that a date can have. What has an offset says itself what it is; the rest was
    written in `zone`."""
    moment = _moment(value, stored, zone)
    return f"CASE WHEN {moment} BETWEEN {_FIRST_MOMENT} AND {_LAST_MOMENT} THEN {moment} END"


def _moment(value: str, stored: str, zone: str) -> str:
    if stored.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"CAST({value} AS TIMESTAMP)"
    if stored.startswith(NUMERIC):
        number = f"CAST({value} AS DOUBLE)"
        scale = f"CASE WHEN abs({number}) < {_MILLISECONDS_FROM} THEN 1000000 ELSE 1000 END"
        return f"TRY(make_timestamp(CAST({number} * {scale} AS BIGINT)))"
    if stored.startswith(("TIMESTAMP", "DATE")):
        return _from_zone(f"CAST({value} AS TIMESTAMP)", zone)
    text = _text(value, stored, zone)
    local = _from_zone(f"TRY_CAST({text} AS TIMESTAMP)", zone)
    moment = f"CAST(TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)"
    return f"CASE WHEN regexp_matches({text}, '{_OFFSET}') THEN {moment} ELSE {local} END"


def _from_zone(moment: str, zone: str) -> str:
    if zone == "UTC":
        return moment
    return f"CAST(timezone({text_literal(zone)}, {moment}) AS TIMESTAMP)"


_READERS: dict[ValueKind, Callable[[str, str, str], str]] = {
    "text": _text,
    "match": _match,
    "player": _player,
    "medal": _medal,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "time": _time,
}
