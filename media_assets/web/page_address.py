"""Where a saved page was, as it says itself."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from media_assets.errors import UnusableUrlError
from media_assets.web.urls import absolute_url, clean_url

_SAVED_FROM = re.compile(r"\s*saved from url=\(\d{1,6}\)(\S+)")


@dataclass(frozen=True, slots=True)
class PageAddress:
    """`page_url`: the clean address of the page; `base`: what its relative addresses begin with.

    `saved`: a browser saved it, and may have put copies of its media beside it.
    """

    page_url: str | None
    base: str | None
    saved: bool


def address_of(page: LexborHTMLParser) -> PageAddress:
    """The address is what the page calls canonical, else `og:url`, else where it was saved from.

    Relative addresses begin with `base`, as in browsers; else with where the page was saved from,
    which is where it stood, and then with its own address.
    """
    saved = _usable(_saved_from(page), None)
    said = [_attribute(page, 'link[rel~="canonical" i][href]', "href")]
    said += [
        _attribute(page, f'meta[{name}="og:url" i]', "content") for name in ("property", "name")
    ]
    stands = saved or next((url for one in said if (url := _usable(one, None))), None)
    base = _usable(_attribute(page, "base[href]", "href"), stands) or stands
    urls = (_usable(one, base) for one in said)
    page_url = next((url for url in urls if url), None) or saved
    return PageAddress(_cleaned(page_url), base, saved is not None)


def _attribute(page: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = page.css_first(selector)
    return node.attributes.get(name) if node else None


def _usable(text: str | None, base: str | None) -> str | None:
    try:
        return absolute_url(text, base) if text else None
    except UnusableUrlError:
        return None


def _cleaned(url: str | None) -> str | None:
    return clean_url(url) if url else None


def _saved_from(page: LexborHTMLParser) -> str | None:
    """Browsers write it as a comment before or just inside the first element."""
    for comment in _first_comments(page.root):
        if match := _SAVED_FROM.match(comment):
            return match[1]
    return None


def _first_comments(root: LexborNode | None) -> list[str]:
    before = root.prev if root else None
    nodes = [before, before.prev if before else None]
    for parent in (root, root.child if root else None):
        nodes += list(parent.iter(include_text=True))[:5] if parent else []
    return [node.comment_content or "" for node in nodes if node and node.is_comment_node]
