"""The attribute `srcset`: one image in several sizes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(r"[\s,]*(\S+)")
_DESCRIPTORS = re.compile(r"((?:[^,(]|\([^)]*\)?)*),?")  # a comma in brackets ends nothing
_WIDTH = re.compile(r"\d{1,9}w")
_HEIGHT = re.compile(r"\d{1,9}h")
_DENSITY = re.compile(r"\d*\.?\d+(?:e[+-]?\d{1,2})?x", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One size: its address as written; `width` in pixels and `density`, 0 and 1 unless told."""

    address: str
    width: int = 0
    density: float = 1.0


def candidates(srcset: str) -> Iterator[Candidate]:
    """In the order of the attribute, by the rules of the HTML standard, section 4.8.4.2.2.

    Addresses may contain commas, but not end in one. What has descriptors that are none is left
    out, as browsers do.
    """
    position = 0
    while match := _ADDRESS.match(srcset, position):
        position = match.end()
        address, written = match[1], ""
        if address.endswith(","):
            address = address.rstrip(",")
        elif found := _DESCRIPTORS.match(srcset, position):
            position, written = found.end(), found[1]
        if address and (candidate := _described(address, written.split())):
            yield candidate


def largest(srcset: str) -> Candidate | None:
    """The widest, or where no width is told the densest; the first of equal ones."""
    return max(candidates(srcset), key=lambda one: (one.width, one.density), default=None)


def _described(address: str, descriptors: list[str]) -> Candidate | None:
    width, density = 0, 1.0
    for text in descriptors:
        if _WIDTH.fullmatch(text):
            width = int(text[:-1])
        elif _DENSITY.fullmatch(text):
            density = float(text[:-1])
        elif not _HEIGHT.fullmatch(text):
            return None
    return Candidate(address, width, density)
