"""Single values of a response, checked for the column that takes them.

A value of another type would fail the whole batch when it is inserted; here it fails its match.
"""

import math

from media_assets.errors import MatchDataError


def integer(value: object, bits: int = 32) -> int:
    """A whole number that fits a signed column of so many bits.

    Raises:
        MatchDataError: when it is none or does not fit.
    """
    limit = 1 << (bits - 1)
    if type(value) is int and -limit <= value < limit:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise MatchDataError(f"{value!r} is not a whole number")
    number = int(value)
    if not -limit <= number < limit:
        raise MatchDataError(f"{number} does not fit {bits} bits")
    return number


def optional_integer(value: object) -> int | None:
    """A whole number of 32 bits, or None.

    Raises:
        MatchDataError: when it is neither.
    """
    return None if value is None else integer(value)


def finite(value: object) -> float | None:
    """A number; None for null and for `NaN`, which the API writes where it has no answer.

    Raises:
        MatchDataError: when it is no number.
    """
    if value is None or value == "NaN":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MatchDataError(f"{value!r} is not a number")
    number = float(value)
    return number if math.isfinite(number) else None


def flag(value: object) -> bool:
    """True or false.

    Raises:
        MatchDataError: when it is neither.
    """
    if not isinstance(value, bool):
        raise MatchDataError(f"{value!r} is neither true nor false")
    return value


def optional_text(value: object) -> str | None:
    """A text, or None.

    Raises:
        MatchDataError: when it is neither.
    """
    if value is not None and not isinstance(value, str):
        raise MatchDataError(f"{value!r} is not a text")
    return value
