"""What is true of the sample library, so that what is computed can be held against it."""

import json

from media_assets.demo.captures import Capture
from media_assets.demo.odd import OddFile
from media_assets.demo.songs import Track


def truth_text(captures: tuple[Capture, ...], odd: list[OddFile], tracks: tuple[Track, ...]) -> str:
    """The truth as JSON.

    `captures`: path relative to the library, with slashes, to `match_id` (null: in no match),
    `second_match_id` (a clip that reaches into the next match), `start_utc`, `end_utc` (ISO 8601;
    null: never taken in a game), `player`. Every image and clip is in it. `tracks`: path to `bpm`,
    `key` and `scale`.
    """
    rows = {capture.path: _row(capture) for capture in captures}
    for file in odd:
        if file.media and not file.path.endswith(".flac"):
            rows[file.path] = _odd_row(file)
    sounds = {
        track.path: {"bpm": track.bpm, "key": track.key, "scale": track.scale} for track in tracks
    }
    truth = {"captures": dict(sorted(rows.items())), "tracks": dict(sorted(sounds.items()))}
    return json.dumps(truth, indent=1) + "\n"


def _row(capture: Capture) -> dict[str, str | None]:
    return {
        "player": capture.owner.name,
        "match_id": capture.match_id,
        "second_match_id": capture.second_match_id,
        "start_utc": capture.start.isoformat(timespec="milliseconds"),
        "end_utc": capture.end.isoformat(timespec="milliseconds"),
    }


def _odd_row(file: OddFile) -> dict[str, str | None]:
    if file.shows is not None:
        return _row(file.shows)
    taken = file.taken.isoformat(timespec="milliseconds") if file.taken else None
    return {
        "player": file.path.partition("/")[0],
        "match_id": None,
        "second_match_id": None,
        "start_utc": taken,
        "end_utc": taken,
    }
