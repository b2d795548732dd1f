"""File names without what file managers, sync programs and cutters added to them."""

import re
import unicodedata
from collections.abc import Iterator

# No file system in use has longer names; what is longer is not looked at.
_LONGEST_NAME = 255
_MAX_ENDINGS = 4

_EXTENSION = re.compile(r"\.(?=[0-9]*[a-z])[0-9a-z]{1,5}\Z", re.IGNORECASE)
# What file managers add to a copy, in the languages of most players, and programs that keep folders
# alike on two machines to one of two versions.
_COPY = re.compile(
    r"(?: ?\([0-9]{1,4}\)| [-–—] (?:copy|copie|kopie|kopia|c[oó]pia|copia|kopi|kopya"
    r"|копия|コピー)| cop(?:y|ie)(?: [0-9]{1,3})?"
    r"|[-_ ]edited|~[0-9]"
    r"| \([^()]{0,60}conflicted copy[^()]{0,40}\)|\.sync-conflict-[0-9]{8}-[0-9]{6}-[0-9a-z]{7})\Z",
    re.IGNORECASE,
)
_COPY_OF = re.compile(r"(?:copy of|copie de|kopie von|copia de|cópia de) ", re.IGNORECASE)
# LosslessCut writes `-00.00.05.000-00.00.10.000` for a segment, `-cut-merged-<epoch>` for several.
_TRIM = re.compile(
    r"(?:[-_ ]?trim(?:med)?|-cut(?:-[^ _]*)?"
    r"|(?:-[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{3}){2}[^ ]*)\Z",
    re.IGNORECASE,
)
# Blanks of other widths become plain. Marks of writing direction, which some Windows programs put
# around the parts of a date, go.
_BLANKS = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_MARKS = str.maketrans(
    _BLANKS,
    " " * len(_BLANKS),
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
)


def plain(name: str) -> str:
    """A name as patterns and people expect it; nothing of one that is too long to be a name."""
    if len(name) > _LONGEST_NAME:
        return ""
    if name.isascii():
        return name
    # macOS stores letters and their accents apart; titles are compared.
    return unicodedata.normalize("NFC", name.translate(_MARKS))


def stem_of(file_name: str) -> str:
    """The plain name without its extension, and without the words that stand before a copy's."""
    name = plain(file_name)
    if ending := _EXTENSION.search(name, max(0, len(name) - 6)):
        name = name[: ending.start()]
    if name[:1] in "CcKk" and (copy := _COPY_OF.match(name)):
        return name[copy.end() :]
    return name


def shorter_stems(stem: str) -> Iterator[tuple[str, bool]]:
    """The stem, then without one ending after the other, and whether a part was cut away by then.

    At most `_MAX_ENDINGS` are taken away. One of a copy goes before one of a cut clip.
    """
    trimmed = False
    yield stem, trimmed
    for _ in range(_MAX_ENDINGS):
        shorter = _COPY.sub("", stem)
        if shorter == stem:
            shorter = _TRIM.sub("", stem)
            trimmed = True
        if shorter == stem:
            return
        stem = shorter
        yield stem, trimmed


def is_trimmed(file_name: str) -> bool:
    """Whether the name says that a part of the clip was cut away."""
    return any(trimmed for _, trimmed in shorter_stems(stem_of(file_name)))
