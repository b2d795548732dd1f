"""What waits for a person, as the UI shows it: the pictures, the reasons, and the commands."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from media_assets.orchestration.pictures import inline_pictures
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.orchestration.tables import Metadatum, escaped
from media_assets.review_text import line
from media_assets.stages.platform import Platform
from media_assets.stages.review import waiting

MAX_ROWS = 10
"""The dialog of the UI opens at its end where it is higher than the window: twenty rows are."""
_THUMBNAIL = (128, 72)
_REASON_LENGTH = 250


def review_metadata(platform: Platform, player: str) -> dict[str, Metadatum]:
    """How many associations wait for a decision, the newest of them, and how to decide."""
    rows = waiting(platform, player)
    if not rows:
        return {"to review": 0}
    command = f"media-assets review list --player {shlex.quote(player)}"
    return {
        "to review": len(rows),
        "waiting for review": review_table(rows),
        "review with": dg.MetadataValue.text(command),
    }


def review_table(rows: Sequence[dict[str, Any]]) -> dg.MarkdownMetadataValue:
    """At most ten associations with small pictures, which are made coarser until they fit the log.

    Text from files is escaped.
    """
    names = ["", "file", "taken (UTC)", "match", "confidence", "because", "accept with"]
    lines = ["|".join(["", *names, ""]), "|---" * len(names) + "|"]
    rows = rows[:MAX_ROWS]
    files = [Path(file) if (file := row["thumbnail_path"]) else None for row in rows]
    for row, picture in zip(rows, inline_pictures(files, _THUMBNAIL, MAX_BYTES), strict=True):
        told = line(row)
        cells = [
            picture,
            *(escaped(told[name]) for name in ("file", "taken (UTC)", "match", "confidence")),
            escaped(row["explanation"], _REASON_LENGTH),
            f"`media-assets review accept {row['media_id']}`",
        ]
        lines.append("|".join(["", *cells, ""]))
    return dg.MetadataValue.md("\n".join(lines))
