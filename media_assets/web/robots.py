"""What a host asks of those who come by themselves: `robots.txt` and `X-Robots-Tag`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from protego import Protego

from media_assets.errors import WebError, WebRefusedError

ROBOTS_BYTES: Final = 500 * 1024
"""What is behind is not read (RFC 9309, 2.5)."""
ROBOTS_REDIRECTS: Final = 5
"""As RFC 9309, 2.3.1.2."""

_NO_AI: Final = frozenset({"noai", "noimageai"})
_WITH_COLON: Final = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)
"""Wishes with a value, which else would look like the name of somebody that is addressed."""
_TOKEN: Final = re.compile(r"[A-Za-z_-]+")
_WORD: Final = re.compile(r"[a-z0-9_-]+")
_ADDRESSED: Final = re.compile(r"\s*user[-\s]*agent\b\s*:?(.*)", re.IGNORECASE | re.DOTALL)
_SOMEBODY: Final = "somebody!else"  # no word of an agent


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host asks. `closed`: why none of it is asked for; `delay`: seconds, 0 for none."""

    parser: Protego | None = None
    closed: WebError | None = None
    delay: float = 0.0

    @classmethod
    def read(cls, content: bytes, agent: str) -> Self:
        """Of a `robots.txt` as it came, for us."""
        text = content[:ROBOTS_BYTES].decode("utf-8-sig", "replace")
        parser = Protego.parse("\n".join(_for_us(text.splitlines(), agent)))
        return cls(parser, delay=max(0.0, parser.crawl_delay(agent) or 0.0))

    def refusal(self, url: str, agent: str) -> WebError | None:
        """Why a URL is not to be asked for; the rules may be others in the next run."""
        if self.closed is not None or self.parser is None:
            return self.closed
        if self.parser.can_fetch(url, agent):
            return None
        return WebRefusedError("RobotsRefused", "robots.txt of its host forbids it", final=False)


EVERYTHING: Final = Rules()


def unknown(reason: str) -> Rules:
    """The rules of a host that did not tell them: RFC 9309, 2.3.1.4, takes that for a no."""
    message = f"robots.txt of its host cannot be read: {reason}"
    return Rules(closed=WebRefusedError("RobotsUnknown", message, final=False))


def _for_us(lines: Iterable[str], agent: str) -> Iterator[str]:
    """The lines of a `robots.txt`, with all others who are addressed called by one name.

    The parser keeps every rule for everybody to whom it is addressed: half a megabyte that
    addresses 17,000 names before 22,000 rules would be 400 million rules.
    """
    words = {*_WORD.findall(agent.lower()), "*"}
    last = ""
    for line in lines:
        found = _ADDRESSED.match(line)
        if found is None:
            last = ""
            yield line
            continue
        name = found[1].partition("#")[0].strip().lower()
        addressed = f"User-agent: {name if name in words else _SOMEBODY}"
        if addressed != last:
            yield addressed
        last = addressed


def product_token(agent: str) -> str:
    """The name by which hosts address us: the first word of the agent, in lower case."""
    found = _TOKEN.match(agent)
    return found[0].lower() if found else agent.lower()


def forbidding_tag(headers: Iterable[str], token: str) -> str | None:
    """The wish of `X-Robots-Tag` that keeps us away, `noai` or `noimageai`; None for none.

    A header may address somebody (`somebot: noai`), and what follows in it is for that one.
    """
    for header in headers:
        addressed = True
        for item in header.lower().split(","):
            name, colon, wish = item.partition(":")
            if not colon or name.strip() in _WITH_COLON:
                wish = name
            else:
                addressed = name.strip() in {token, "*"}
            if addressed and wish.strip() in _NO_AI:
                return wish.strip()
    return None
