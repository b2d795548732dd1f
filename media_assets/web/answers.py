"""What the head of an answer says."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from media_assets.errors import WebCallError

LONGEST_WAIT: Final = 7 * 86_400.0
"""What a server may ask us to wait, in seconds: no typing error there shall last for years."""

LONGEST_VALIDATOR: Final = 1024
"""Characters of an ETag that are kept: some are made to follow people, and no ETag is long."""

REDIRECTS: Final = frozenset({300, 301, 302, 303, 307, 308})
_AGAIN: Final = frozenset({408, 425, 429})
_WHOLE: Final = frozenset({200, 201, 203})


def refuse_status(response: httpx.Response, now: datetime) -> None:
    """Let only an answer with a whole content pass.

    Raises:
        WebCallError: what else came, and whether the next attempt may get more.
    """
    status = response.status_code
    if status in _WHOLE:
        return
    name = f"HTTP {status}"
    if status in _AGAIN or status >= 500:
        wait = retry_after(response.headers.get("retry-after"), response.headers.get("date"), now)
        ill = status == 429 or status >= 500
        raise WebCallError(name, _words(status), again=True, of_host=ill, wait=wait)
    raise WebCallError(name, _words(status), final=status >= 400 or status in REDIRECTS)


def retry_after(header: str | None, sent: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` of seconds or an HTTP date; None for none or nonsense.

    A date is counted from `sent`, the `Date` of the same answer, so that it does not matter what
    the clock here says; without one, from `now`. A moment that is over is 0.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(LONGEST_WAIT, float(text[:9]))
    moment = _http_date(text)
    if moment is None:
        return None
    seconds = (moment - (_http_date(sent or "") or now)).total_seconds()
    return min(LONGEST_WAIT, max(0.0, seconds))


def validator(header: str | None) -> str | None:
    """An `ETag` or `Last-Modified` that can be sent back; None for one that cannot."""
    if header and len(header) <= LONGEST_VALIDATOR and header.isascii() and header.isprintable():
        return header
    return None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _words(status: int) -> str:
    known = {
        204: "an answer without content",
        206: "a part that was not asked for",
        304: "says that it is as it was, which was not asked",
        429: "its host has had too many requests",
    }
    if status in known:
        return f"HTTP {status}: {known[status]}"
    if status in REDIRECTS:
        return f"HTTP {status}: a redirect to nowhere"
    phrase = httpx.codes.get_reason_phrase(status)
    return f"HTTP {status}: {phrase}" if phrase else f"HTTP {status}"
