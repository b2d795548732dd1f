"""Raw matches as they are kept: statistics, skill and film of matches like those of the sample.

They are real in shape, not in size: a recorded film has 0.7 to 1.6 MiB where one of these has
40 KiB, and its events take most of the time that a match takes.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from pathlib import Path

from media_assets.demo.film import encode_film
from media_assets.demo.matches import play_matches
from media_assets.demo.play import Match
from media_assets.demo.recorded import film_events
from media_assets.demo.responses import match_stats
from media_assets.demo.skills import match_skill

_SEASON = timedelta(days=10)
_WITHOUT_FILM = 14  # each so many-th, as in the sample


def raw_matches(folder: Path, matches: int) -> None:
    """Different matches of the three sample players, a folder each."""
    for number, match in enumerate(islice(_played(), matches)):
        _write(folder / match.match_id, number, match)


def _played() -> Iterator[Match]:
    """One schedule of the sample after the other, each ten days before the last."""
    for seed in count():
        for match in play_matches(seed):
            earlier = seed * _SEASON
            yield replace(match, start=match.start - earlier, end=match.end - earlier)


def _write(folder: Path, number: int, match: Match) -> None:
    folder.mkdir()
    (folder / "stats.json").write_bytes(json.dumps(match_stats(match), indent=1).encode())
    if match.playlist is not None:
        (folder / "skill.json").write_bytes(json.dumps(match_skill(match), indent=1).encode())
    if number % _WITHOUT_FILM == 0:
        (folder / "film.missing").touch()
    else:
        version = 40 + number % 2
        (folder / f"film_{version}.gzip").write_bytes(encode_film(film_events(match), version))
