"""What a list or a page says of one medium: both ways of input end in this."""

from dataclasses import dataclass
from typing import Literal

ClaimedType = Literal["img", "video", "audio"]


@dataclass(frozen=True, slots=True)
class Found:
    """One medium on one page.

    `url` is clean; where `problem` says why it cannot be used, it is as it was written. `depth`: 0
    is a seed page; `relevance`: 0 or more; None where they are not known. `claimed_type` is what
    the list or the element of the page says; the content tells it in the end.
    """

    url: str
    page_url: str | None = None
    depth: int | None = None
    relevance: float | None = None
    claimed_type: ClaimedType | None = None
    alt: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one list or page holds.

    `rows`: rows of a list, or media of a page, those that cannot be used included. `problems`: what
    is wrong, with the line where there is one, at most `MOST_PROBLEMS`.
    """

    found: tuple[Found, ...]
    rows: int
    problems: tuple[str, ...] = ()


MOST_PROBLEMS = 20
