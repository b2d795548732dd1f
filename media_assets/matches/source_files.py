"""Recorded files of the match source: found, recognised and read.

Any depth and any name will do. A JSON response is told by its content; a film chunk by its name,
`<major version>_<match id>.gzip`, because its content names no match. For the same reason a skill
response needs a match id in its own name or in that of its folder. The layout of `raw_store` is
accepted too.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from media_assets.errors import LibraryError, MatchDataError
from media_assets.library.mtime import storable
from media_assets.matches.film import decompress_film
from media_assets.matches.ids import match_id_in, match_id_of
from media_assets.matches.raw_store import (
    FILM_MISSING,
    SKILL,
    SKILL_MISSING,
    STATS,
    film_part,
    film_version,
)
from media_assets.matches.responses import (
    ContentKind,
    JsonValue,
    asset_kind,
    content_kind,
    parse_json,
    stats_match_id,
)

MAX_SOURCE_BYTES: Final = 256 * 1024**2
"""Largest file that is read; recorded responses have up to 0.4 MiB."""

_HEAD_BYTES = 1024
_MISSING: Final[Mapping[str, ContentKind]] = {FILM_MISSING: "film", SKILL_MISSING: "skill"}
_FILM_NAME = re.compile(r"(?P<version>\d{1,4})_(?P<match>[0-9a-fA-F-]{36})\.gzip", re.ASCII)
_XUID = re.compile(r"(?<![0-9a-zA-Z])\d{15,20}(?![0-9a-zA-Z])", re.ASCII)
_JSON_STARTS = (b"{", b"[")
_MARKS = b"\0\xef\xbb\xbf\xff\xfe"  # of a byte order mark, and what UTF-16 puts between


@dataclass(frozen=True, slots=True)
class SourceStat:
    """A file as it stands in the folder. Bytes of a path that are not UTF-8 are surrogates."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class SourceContent:
    """What a recorded file holds.

    `parsed` is the value of a JSON response, None for a film. `part` is the name under which the
    raw store keeps it for `match_id`; None for a response that is about no single match. `owner` is
    the xuid of the player whom a response is about that does not name them.
    """

    content: ContentKind
    match_id: str | None
    parsed: JsonValue
    data: bytes
    part: str | None
    owner: str | None = None


def walk_source(directory: Path) -> Iterator[SourceStat]:
    """Every file below a folder, folder by folder in order of the names.

    Names that begin with a dot are the system's or unfinished and are left out, and so are symbolic
    links, which may lead out or in circles. A folder that cannot be listed is given out itself,
    with size 0: `read_source` then says why.

    Raises:
        LibraryError: when the folder itself is not there.
    """
    if not directory.is_dir():
        raise LibraryError(f"the folder of recorded matches is not there: {directory}")
    pending = [os.fspath(directory)]
    while pending:
        folder = pending.pop()
        try:
            entries = _entries(folder)
        except FileNotFoundError:  # removed since it was listed
            continue
        except OSError:
            yield SourceStat(folder, 0, 0)
            continue
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and (found := _stat(entry)):
                yield found
        pending.extend(
            entry.path for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)
        )


def read_source(path: str | Path) -> SourceContent:
    """Read and recognise one recorded file. Nothing of it is trusted before it was checked.

    The message of an error says what is wrong and does not repeat the path, which stands beside it.

    Raises:
        MatchDataError: when the file cannot be read, is damaged, or is not of the match API.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return _read(path, stream)
    except OSError as error:
        raise MatchDataError(f"the file cannot be read: {error.strerror}") from error


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(
            (entry for entry in found if not entry.name.startswith(".")),
            key=lambda entry: entry.name,
        )


def _stat(entry: os.DirEntry[str]) -> SourceStat | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # removed since it was listed
        return None
    return SourceStat(entry.path, status.st_size, storable(status.st_mtime_ns))


def _read(path: Path, stream: BinaryIO) -> SourceContent:
    if os.fstat(stream.fileno()).st_size > MAX_SOURCE_BYTES:
        raise MatchDataError(f"the file is larger than {MAX_SOURCE_BYTES} bytes")
    if path.name in _MISSING and (match_id := _id(path.parent.name)):
        return SourceContent(_MISSING[path.name], match_id, None, b"", path.name)
    if film := _film_name(path):
        return _film(*film, stream.read())
    return _response(path, _json_text(path, stream))


def _film_name(path: Path) -> tuple[int, str] | None:
    """Major version and match id: from `38_<match id>.gzip`, or `<match id>/film_38.gzip`."""
    if found := _FILM_NAME.fullmatch(path.name):
        match_id = _id(found["match"])
        return (int(found["version"]), match_id) if match_id else None
    version, match_id = film_version(path.name), _id(path.parent.name)
    return (version, match_id) if version is not None and match_id else None


def _id(text: object) -> str | None:
    try:
        return match_id_of(text)
    except MatchDataError:
        return None


def _film(version: int, match_id: str, data: bytes) -> SourceContent:
    decompress_film(data)  # a damaged chunk in the raw store would stand in the way of a good one
    return SourceContent("film", match_id, None, data, film_part(version))


def _json_text(path: Path, stream: BinaryIO) -> bytes:
    """The whole file if it can be JSON; any other is refused by its first bytes."""
    head = stream.read(_HEAD_BYTES)
    if not head:
        raise MatchDataError("the file is empty")
    start = head.translate(None, _MARKS).lstrip()
    if start and not start.startswith(_JSON_STARTS):
        if path.suffix.lower() == ".json":
            raise MatchDataError("not valid JSON: it does not begin with { or [")
        raise MatchDataError(
            "neither a JSON response nor a film chunk named <film major version>_<match id>.gzip"
        )
    return head + stream.read()


def _response(path: Path, data: bytes) -> SourceContent:
    parsed = parse_json(data)
    kind = content_kind(parsed)
    if kind == "unknown":
        raise MatchDataError("a JSON file that is no response of the match API")
    if kind == "stats":
        return SourceContent(kind, stats_match_id(parsed), parsed, data, STATS)
    if kind == "skill":
        return SourceContent(kind, _skill_match_id(path), parsed, data, SKILL)
    if kind == "career" and "RewardTracks" not in parsed:
        return SourceContent(kind, None, parsed, data, None, _owner(path))
    if kind == "asset":
        asset_kind(parsed)  # raises for one that no match refers to
    return SourceContent(kind, _named_match(kind, parsed), parsed, data, None)


def _owner(path: Path) -> str:
    found = _XUID.search(path.name) or _XUID.search(path.parent.name)
    if found is None:
        raise MatchDataError(
            "the career of a player does not say whose it is: name the file career_<xuid>.json, "
            "or put it into a folder named by the xuid"
        )
    return found[0]


def _skill_match_id(path: Path) -> str:
    match_id = match_id_in(path.name) or match_id_in(path.parent.name)
    if match_id is None:
        raise MatchDataError(
            "a skill response does not say which match it is about: name the file "
            "skill_<match id>.json, or put it into a folder named by the match id"
        )
    return match_id


def _named_match(kind: ContentKind, parsed: JsonValue) -> str | None:
    """The match of a film manifest; no other response but stats names one."""
    if kind != "film_manifest" or not isinstance(parsed["CustomData"], dict):
        return None
    return _id(parsed["CustomData"].get("MatchId"))
