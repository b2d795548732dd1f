"""The sections of the configuration about media of the web: what is fetched, and how politely."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from media_assets.section import Section


def _endpoint(text: str) -> str:
    """An address and a port, as an exception from what may be reached."""
    host, _, port = text.rpartition(":")
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    if address is None or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"{text!r} is no address with a port, such as '127.0.0.1:8080'")
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class WebSettings(Section):
    """Every limit of fetching. Sizes are bytes, times seconds; 0 means no limit where it is legal.

    `allowed_endpoints`: addresses with a port that may be reached though they are not global.
    `attempts`: jobs in which a URL could not be had, before it is given up until somebody asks for
    it; each makes `requests_per_attempt` at most. `refresh_days`: what is older is asked for again,
    by its ETag; 0 never.
    """

    types: tuple[Literal["image", "video", "audio"], ...] = Field(
        ("image", "video", "audio"), strict=False, min_length=1
    )
    min_width: int = Field(0, ge=0)
    min_height: int = Field(0, ge=0)
    max_file_size: int = Field(50 * 1024**2, ge=1)
    connect_seconds: float = Field(5, gt=0, le=300)
    read_seconds: float = Field(10, gt=0, le=300)
    total_seconds: float = Field(30, gt=0, le=3600)
    max_redirects: int = Field(3, ge=0, le=10)
    concurrency: int = Field(32, ge=1, le=256)
    host_concurrency: int = Field(4, ge=1, le=64)
    host_requests_per_second: float = Field(5, ge=0, le=10_000)
    attempts: int = Field(8, ge=1, le=20)
    requests_per_attempt: int = Field(3, ge=1, le=10)
    backoff_seconds: float = Field(1, ge=0, le=60)
    max_wait_seconds: float = Field(30, ge=0, le=600)
    host_failures: int = Field(5, ge=1, le=1000)
    host_pause_seconds: float = Field(60, ge=0, le=3600)
    robots: bool = True
    noai: bool = True
    refresh_days: float = Field(0, ge=0, le=3650)
    user_agent: str = Field("media_assets", min_length=1, max_length=200, pattern="^[ -~]+$")
    allowed_endpoints: tuple[Endpoint, ...] = Field((), strict=False)


class LandSettings(Section):
    """A land: a player whose media are found on the web. `folder` has its lists and pages.

    What is deeper than `depth`, less relevant than `minrel`, or of unknown depth or relevance where
    that is asked for, waits. `limit`: media of one run, 0 all. `batch_size`: media that are written
    and analysed together.
    """

    folder: str | None = Field(None, min_length=1)
    depth: int | None = Field(None, ge=0)
    minrel: float | None = Field(None, ge=0)
    limit: int = Field(0, ge=0)
    batch_size: int = Field(1000, ge=1, le=100_000)
