"""What is asked of the fetcher for one URL, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from media_assets.library.kinds import Kind

Outcome = Literal["fetched", "unchanged", "skipped", "failed", "refused", "deferred"]
"""`fetched`: its content is in the folder. `unchanged`: the server says that it is as it was.
`skipped`: a filter leaves it out. `failed`: it could not be had. `refused`: we do not ask for it,
or are asked not to. `deferred`: its host is not asked now; that counts as no attempt."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One URL to be fetched. `etag` and `last_modified` are those of the content that is there."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one URL.

    `reason`: why it is not there, in words; None where it is. `error_class`: a short name of what
    happened (`HTTP 404`, `ConnectTimeout`, `AddressRefused`). `final`: asking again by itself is of
    no use. `not_before`: the server, or the pause of its host, asks to wait until then (aware, in
    UTC). `attempts`: requests that were made for it now, redirects not counted.

    Of what was fetched: `file_name` below the folder of downloads, `file_hash` (blake3, hex) and
    `file_size` (bytes) of its content, `kind` as the content tells; `is_new`: no other URL had
    brought it; `content_type` as the server claims. `width` and `height` where the header was
    read. `seconds`: how long it took.
    """

    url: str
    outcome: Outcome
    reason: str | None = None
    error_class: str | None = None
    final: bool = False
    not_before: datetime | None = None
    attempts: int = 0
    http_status: int | None = None
    final_url: str | None = None
    content_type: str | None = None
    kind: Kind | None = None
    file_name: str | None = None
    file_hash: str | None = None
    file_size: int | None = None
    is_new: bool = False
    width: int | None = None
    height: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    seconds: float = 0.0
