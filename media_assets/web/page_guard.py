"""What a page costs to read, estimated before it is read: a parser's work may be quadratic.

The HTML standard searches the open elements at most start tags, compares the attributes of a tag
with each other, and opens unclosed elements of style again in every paragraph. A page of a megabyte
that is made for it takes hours. Browsers stop at 512 elements in one another.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from media_assets.errors import LandInputError

MOST_NESTED = 1000
MOST_ATTRIBUTES = 300
MOST_REOPENED = 5_000_000
"""Elements of style that are opened again, over the whole page: half a kilobyte of memory each."""

_TAG = re.compile(
    rb"<!--(?:-?>|.*?(?:-->|--!>|\Z))"
    rb"|<(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]).*?(?:</\1(?=[\s/>])|\Z)"
    rb"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    rb"(?P<attributes>(?:[^>=]++|=\s*+\"[^\"]*+\"?+|=\s*+'[^']*+'?+|=)*+)(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_ATTRIBUTE = re.compile(rb"[^\s/=]+(?:\s*=\s*\S*)?")


def _names(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


_VOID = _names(
    "area base br col embed frame hr image img input keygen link meta param source track wbr"
    " html head body"  # there is one of each, whatever is written
)
_STYLE = _names("b big code em font i s small strike strong tt u")
_CELLS = _names("caption td th")
_TABLE = _CELLS | _names("colgroup table tbody tfoot thead tr")
_FOREIGN = _names("svg math")
_CLOSED_BY_THE_NEXT = _names("dd dt li option p rp rt")
_INLINE = _STYLE | _CLOSED_BY_THE_NEXT | _names("a abbr span")
_LEFT_ALONE = _STYLE | _names("a form nobr")
"""Their end tags take out one element, and what is inside it stays open."""
_BLOCKS = _names(
    "address article aside blockquote button center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup li main menu nav ol p pre"
    " search section select summary ul"
)
_TABLES = _names("table template")
_SCOPES = _CELLS | _TABLES | _FOREIGN | _names("applet marquee object")


def check_cost(content: bytes, name: str) -> None:
    """Raise `LandInputError` for a page that cannot be read in reasonable time and memory."""
    page = _Open()
    for tag in _TAG.finditer(content):
        if (element := tag["name"]) is None:
            continue
        element, attributes = element.lower(), tag["attributes"]
        if tag["end"]:
            page.close(element)
        elif element not in _VOID and not (page.foreign and attributes.endswith(b"/")):
            page.open(element, attributes)
        page.reopened += len(page.style)
        if len(page.stack) > MOST_NESTED:
            raise LandInputError(f"{name}: more than {MOST_NESTED} elements inside one another")
        if len(attributes) > 2 * MOST_ATTRIBUTES and _count(attributes) > MOST_ATTRIBUTES:
            raise LandInputError(f"{name}: an element of more than {MOST_ATTRIBUTES} attributes")
        if page.reopened > MOST_REOPENED:
            raise LandInputError(f"{name}: too many elements of style that are never closed")


def _count(attributes: bytes) -> int:
    return sum(1 for _ in _ATTRIBUTE.finditer(_QUOTED.sub(b"", attributes)))


@dataclass(slots=True)
class _Open:
    """The open elements about as a parser has them.

    `stack`: each with the length that `style` had; `style`: those that the next paragraph opens
    again, with their attributes; three equal ones at most.
    """

    stack: list[tuple[bytes, int]] = field(default_factory=list)
    counts: Counter[bytes] = field(default_factory=Counter)
    style: list[tuple[bytes, bytes]] = field(default_factory=list)
    reopened: int = 0

    @property
    def foreign(self) -> bool:
        return self.counts[b"svg"] > 0 or self.counts[b"math"] > 0

    def open(self, element: bytes, attributes: bytes) -> None:
        if not self.foreign:
            if element in _CLOSED_BY_THE_NEXT:
                self._cut(element, lambda above: above not in _INLINE)
            elif element in _TABLE and element != b"table":
                self._cut(element, _TABLES.__contains__)
        self.stack.append((element, len(self.style)))
        self.counts[element] += 1
        if element in _STYLE:
            same = (element, attributes)
            if self.style.count(same) == 3:
                self.style.remove(same)
            self.style.append(same)

    def close(self, element: bytes) -> None:
        if element in _LEFT_ALONE:
            self._take_out(element)
        elif element in _TABLE:
            self._cut(element, _TABLES.__contains__)
        elif element in _BLOCKS:
            self._cut(element, _SCOPES.__contains__)
        elif self.counts[element]:
            stops = _BLOCKS | _SCOPES
            self._cut(element, lambda above: above in stops)

    def _cut(self, element: bytes, stops: Callable[[bytes], bool]) -> None:
        """Close the last of this name and all in it, unless something above it stops that."""
        for at in range(len(self.stack) - 1, -1, -1) if self.counts[element] else ():
            above = self.stack[at][0]
            if above == element:
                self._close_from(at)
                return
            if stops(above):
                return

    def _close_from(self, at: int) -> None:
        for name, style in self.stack[at:]:
            self.counts[name] -= 1
            if name in _CELLS:
                del self.style[style:]
        del self.stack[at:]

    def _take_out(self, element: bytes) -> None:
        named = [at for at, (name, _) in enumerate(self.style) if name == element]
        if named:
            del self.style[named[-1]]
        for at in range(len(self.stack) - 1, -1, -1) if self.counts[element] else ():
            if self.stack[at][0] == element:
                del self.stack[at]
                self.counts[element] -= 1
                return
