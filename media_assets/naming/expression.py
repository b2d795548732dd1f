r"""File name patterns, written as regular expressions with named groups.

For names that no template describes. Python's matcher tries one way after the other, so that an
innocent `(\w+)+` can take longer than the universe is old. An expression is therefore refused when
the number of ways in which it may read one name has no small bound.
"""

import re
import warnings
from dataclasses import dataclass

from media_assets.errors import ConfigurationError
from media_assets.naming.template import GROUPS, NamePattern, check_groups

MAX_WAYS = 1_000_000
"""Ways to read one name: two open ends and a little. Trying all takes 20 ms for the worst name."""
MAX_LENGTH = 500
"""Characters of an expression."""
LONGEST_STEM = 255
"""Characters of a name: what has no bound of its own repeats at most so often."""

_TOKEN = re.compile(
    r"""(?P<atom> \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \(\?P=\w+\))
      | (?P<open> \(\?(?:P<\w+>|:|>|=|!|<=|<!) | \((?!\?) )
      | (?P<close> \))
      | (?P<other> \|)
      | (?P<repeat> [*+?] | \{[0-9]*,[0-9]*\} | \{[0-9]+\}) [+?]?
      | (?P<odd> \(\?.)
      | (?P<plain> .)""",
    re.VERBOSE | re.DOTALL,
)


def compile_expression(expression: str) -> NamePattern:
    """Compile an expression; it must fit the whole stem, and letters match in either case.

    Raises:
        ConfigurationError: it is none, a group is not known, the day is not whole, or a name could
            be read in more than `MAX_WAYS` ways.
    """
    where = f"expression {expression!r}"
    if len(expression) > MAX_LENGTH:
        raise ConfigurationError(f"{where}: longer than {MAX_LENGTH} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(expression, re.IGNORECASE)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise ConfigurationError(f"{where}: no regular expression: {error}") from error
    if unknown := pattern.groupindex.keys() - GROUPS:
        allowed = ", ".join(sorted(GROUPS))
        raise ConfigurationError(
            f"{where}: group {min(unknown)!r} is not known; allowed: {allowed}"
        )
    check_groups(where, pattern.groupindex.keys())
    if _ways(where, expression) > MAX_WAYS:
        raise ConfigurationError(
            f"{where}: one name could be read in more than {MAX_WAYS:,} ways, which could take for "
            r"ever; write \d{1,2} for \d+, have two open parts such as .* or [a-z]+ at most, and "
            "repeat no group that has one"
        )
    return NamePattern(pattern, "", None)


@dataclass(slots=True)
class _Group:
    """The ways of one group: of the alternatives before, of this one, of its last part."""

    before: int = 0
    product: int = 1
    last: int = 1

    def add(self, ways: int) -> None:
        self.product *= self.last
        self.last = ways

    def repeat(self, least: int, most: int) -> None:
        """`n` times a part with `w` ways has w^n; summed over all n that are allowed."""
        self.last = (most - least + 1) * self.last**most

    def alternative(self) -> None:
        self.before = self.ways
        self.product = self.last = 1

    @property
    def ways(self) -> int:
        return self.before + self.product * self.last


def _ways(where: str, expression: str) -> int:
    """In how many ways the expression may read one name, at most."""
    groups = [_Group()]
    for token in _TOKEN.finditer(expression):
        if token["odd"]:
            raise ConfigurationError(f"{where}: {token['odd']!r} is not allowed")
        if token["open"]:
            groups.append(_Group())
        elif token["close"]:
            closed = groups.pop()
            groups[-1].add(closed.ways)
        elif token["other"]:
            groups[-1].alternative()
        elif token["repeat"]:
            groups[-1].repeat(*_bounds(token["repeat"]))
        else:
            groups[-1].add(1)
        if groups[-1].ways > MAX_WAYS:
            return groups[-1].ways
    return groups[0].ways


def _bounds(repeat: str) -> tuple[int, int]:
    if repeat in "*+?":
        return {"*": (0, LONGEST_STEM), "+": (1, LONGEST_STEM), "?": (0, 1)}[repeat]
    least, _, most = repeat[1:-1].partition(",")
    first = min(int(least or 0), LONGEST_STEM)
    if "," not in repeat:
        return first, first
    return first, min(int(most), LONGEST_STEM) if most else LONGEST_STEM
