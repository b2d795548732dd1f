"""What published files say of lands: pages, media, and what joins them."""

from typing import NamedTuple

import polars as pl

from media_assets.store.export import Sources, together, working

_PAGES = """
SELECT player, page_url AS url, min(depth) AS depth, max(relevance) AS relevance,
       count(DISTINCT url) AS media_listed
FROM ({places}) WHERE page_url IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""

# A medium may stand on a page more than once; what is said of it there first, counts.
_PLACES = """
SELECT player, page_url, url,
       arg_min(claimed_type, (source, position)) AS claimed_type,
       arg_min(alt, (source, position)) AS alt
FROM ({places}) SEMI JOIN ({media}) USING (player, url)
WHERE page_url IS NOT NULL
GROUP BY ALL ORDER BY player, page_url, url
"""

# A content is compared once, however many URLs bring it: its first URL stands for it, and the
# others are joined to that one.
_NEAR = """
WITH shown AS (
    SELECT player, media_id, url, row_number() OVER (
        PARTITION BY player, media_id
        ORDER BY depth NULLS LAST, relevance DESC NULLS LAST, url) AS place
    FROM ({media}) WHERE media_id IS NOT NULL
)
SELECT a.player, a.url, b.url AS other_url, 'exact' AS class, NULL AS phash_bits,
       NULL AS dhash_bits, 1.0::DOUBLE AS agreement, NULL AS seconds_apart
FROM shown a JOIN shown b ON b.player = a.player AND b.media_id = a.media_id
WHERE a.place > 1 AND b.place = 1
UNION ALL
SELECT a.player, a.url, b.url, d.class, d.phash_bits, d.dhash_bits, d.agreement, d.seconds_apart
FROM ({duplicates}) d
JOIN shown a ON a.player = d.player AND a.media_id = d.media_id
JOIN shown b ON b.player = d.player AND b.media_id = d.compared_media_id
WHERE a.place = 1 AND b.place = 1
ORDER BY ALL
"""


class LandGraph(NamedTuple):
    """Pages, media, which page has which media, and pairs of media that are much the same."""

    pages: pl.DataFrame
    media: pl.DataFrame
    places: pl.DataFrame
    near: pl.DataFrame


def load_land_graph(media: Sources, places: Sources, duplicates: Sources) -> LandGraph:
    """What the published files of lands say, as `media_assets.web.graph` wants it.

    Raises:
        StoreError: a published file cannot be read.
    """
    with working(next(iter(media.values()))) as con:
        tables = {
            "media": together(con, media),
            "places": together(con, places),
            "duplicates": together(con, duplicates),
        }
        return LandGraph(
            con.sql(_PAGES.format(**tables)).pl(),
            con.sql(f"SELECT * FROM ({tables['media']}) ORDER BY player, url").pl(),
            con.sql(_PLACES.format(**tables)).pl(),
            con.sql(_NEAR.format(**tables)).pl(),
        )
