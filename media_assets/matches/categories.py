"""Names of the numbers that a response gives for its mode."""

from functools import lru_cache

FIREFIGHT = "firefight"
_WITHOUT_NAME = frozenset({-1, 0})  # "unknown" and "none" say nothing about a match


@lru_cache(maxsize=1)
def category_names() -> dict[int, str]:
    """Number of the game variant category -> name, such as 18 -> `oddball`.

    Taken from the enumeration of `spnkr`, whose import (0.46 s) is therefore put off to the first
    call.
    """
    from spnkr.models.refdata import GameVariantCategory

    return {
        member.value: member.name.removeprefix("MULTIPLAYER_").lower()
        for member in GameVariantCategory
        if member.value not in _WITHOUT_NAME
    }


def mode_category(number: int | None) -> str | None:
    """The name of a category; None for one that nobody has named."""
    return None if number is None else category_names().get(number)


def is_firefight(number: int | None) -> bool | None:
    """Whether the category is Firefight; None where the response gives no category."""
    return None if number is None else mode_category(number) == FIREFIGHT
