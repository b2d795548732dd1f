"""How text becomes the words that are searched for: the same for what is indexed and what is asked.

Case, accents and apostrophes do not count: `Sigur Rós`, `SIGUR ROS` and `sigur ros` are the same
words, and `don't` is `dont`. Scripts without blanks give a word a letter.
"""

import re
import unicodedata

VERSION = 1
"""Raised whenever the same text gives other words: indexes are made anew then."""

LONGEST_WORD = 64
_MOST_WORDS = 400
"""Of one field: a note can be a whole book."""

# What decomposition leaves as it is, though people type it with plain letters.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe",
     "þ": "th", "ŋ": "n"}
)  # fmt: skip
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´＇"))
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def folded(text: str) -> str:
    """The text without case, accents and apostrophes, words parted by one blank."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_LETTERS)
    kept = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(word[:LONGEST_WORD] for word in _WORD.findall(kept)[:_MOST_WORDS])


def words(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return folded(text).split()
