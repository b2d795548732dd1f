"""A URL as it is asked for: read as browsers do, over HTTP, without a name or password in it."""

from dataclasses import dataclass
from typing import Final

from ada_url import URL

from media_assets.errors import WebCallError, WebRefusedError

LONGEST_URL: Final = 8192
"""Servers take no longer ones; a redirect to one is to fill a table."""


@dataclass(frozen=True, slots=True)
class Target:
    """`origin` is scheme, host and port: what counts as one host."""

    url: str
    origin: str


def wanted_target(url: str) -> Target:
    """Of a URL that somebody wants.

    Raises:
        WebCallError: it is no URL.
        WebRefusedError: its scheme is another one, or there is a name or password in it.
    """
    parts = _parsed(url, None)
    if parts.username or parts.password:
        message = "it has a name or password in it, which are not sent"
        raise WebRefusedError("UserinfoRefused", message)
    return Target(parts.href, parts.origin)


def redirect_target(location: str, base: str) -> Target:
    """Of what `base` redirects to; a name or password in it is left out.

    It may lead from https to http: nothing secret is sent, and what comes is told by its content.

    Raises:
        WebCallError: it is no URL.
        WebRefusedError: its scheme is another one.
    """
    parts = _parsed(location, base)
    parts.username = parts.password = ""
    return Target(parts.href, parts.origin)


def _parsed(url: str, base: str | None) -> URL:
    how = "it" if base is None else "what it redirects to"
    if len(url) > LONGEST_URL:
        message = f"{how} has {len(url):,} characters: more than {LONGEST_URL:,}"
        raise WebCallError("BadUrl", message, final=True)
    try:
        parts = URL(url, base)
    except ValueError as error:
        raise WebCallError("BadUrl", f"{how} is no URL: {url[:200]!r}", final=True) from error
    if parts.protocol not in {"http:", "https:"}:
        named = parts.protocol[:30].removesuffix(":")
        raise WebRefusedError("SchemeRefused", f"{how} is of the scheme {named!r}, not http(s)")
    return parts
