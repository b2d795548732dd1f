"""Responses and film chunks as they came, each written once and never changed.

    <root>/<match id>/stats.json, skill.json, skill.missing, film_<major version>.gzip, film.missing
    <responses>/<kind>/<digest>.json, <xuid>_<digest>.json

A file appears whole or not at all: it is written and flushed below `.incoming` and then renamed.
What a killed process leaves there is nobody's match, and `remove_leftovers` clears it away.
"""

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from blake3 import blake3

from media_assets.errors import MatchDataError
from media_assets.matches.film import RecordedFilm
from media_assets.matches.ids import match_id_of
from media_assets.matches.responses import ContentKind, Json, parse_json
from media_assets.matches.skill import RecordedSkill

STATS = "stats.json"
SKILL = "skill.json"
SKILL_MISSING = "skill.missing"
FILM_MISSING = "film.missing"
LEFTOVER_SECONDS = 24 * 3600

_INCOMING = ".incoming"
_REJECTED = f"{STATS}.rejected"
_PART = re.compile(
    r"stats\.json|skill\.json|skill\.missing|film\.missing|film_(?P<version>\d{1,4})\.gzip",
    re.ASCII,
)


def film_part(version: int) -> str:
    """The part that holds a film chunk of that major version."""
    return f"film_{version}.gzip"


def film_version(part: str) -> int | None:
    """The major version that a film part's name gives; None for another part."""
    found = _PART.fullmatch(part)
    return int(found["version"]) if found and found["version"] else None


class RawStore:
    """What was fetched or taken in about matches. `root` is made when it is first written to.

    A match is there when its stats are. Several processes may read and write at once.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, match_id: str, part: str, data: bytes) -> bool:
        """Store one part of a match; True when it was written, False when it was there.

        Raises:
            MatchDataError: when the id or the name of the part is not allowed.
            OSError: when the folder cannot be written.
        """
        return _write_once(self._root, self._path(match_id, part), data)

    def put_match(self, match_id: str, parts: Mapping[str, bytes]) -> bool:
        """Store parts of a match; True when any was written.

        A match that is not there at all appears whole, with one rename. Where it is there already,
        parts are added one by one, the statistics last.

        Raises:
            MatchDataError: when the id or the name of a part is not allowed.
            OSError: when the folder cannot be written.
        """
        folder = self._folder(match_id)
        if not folder.exists() and self._put_whole(folder, parts):
            return True
        stats_last = sorted(parts, key=lambda part: part == STATS)
        return sum(self.put(match_id, part, parts[part]) for part in stats_last) > 0

    def has(self, match_id: str) -> bool:
        """Whether the match is there."""
        return self._path(match_id, STATS).is_file()

    def parts(self, match_id: str) -> tuple[str, ...]:
        """Names of the parts of a match that are there, sorted."""
        try:
            names = os.listdir(self._folder(match_id))
        except FileNotFoundError:
            return ()
        return tuple(sorted(name for name in names if _PART.fullmatch(name)))

    def read(self, match_id: str, part: str) -> bytes:
        """The bytes of one part.

        Raises:
            MatchDataError: when it is not there or cannot be read.
        """
        try:
            return self._path(match_id, part).read_bytes()
        except OSError as error:
            raise MatchDataError(
                f"{part} of match {match_id} cannot be read: {error.strerror}"
            ) from error

    def match_ids(self) -> Iterator[str]:
        """The matches that are there, sorted by id. A folder with another spelling is nobody's."""
        try:
            names = sorted(os.listdir(self._root))
        except FileNotFoundError:
            return
        for name in names:
            with suppress(MatchDataError):
                if match_id_of(name) == name and self.has(name):
                    yield name

    def stats(self, match_id: str) -> Json:
        """The stats response, parsed.

        Raises:
            MatchDataError: when it is not there or is no JSON object.
        """
        return self._object(match_id, STATS)

    def skill(self, match_id: str) -> RecordedSkill:
        """The skill response, parsed, `missing`, or None when nobody looked yet.

        Raises:
            MatchDataError: when it is no JSON object.
        """
        parts = self.parts(match_id)
        if SKILL in parts:
            return self._object(match_id, SKILL)
        return "missing" if SKILL_MISSING in parts else None

    def film(self, match_id: str) -> RecordedFilm:
        """Major version and bytes of the film chunk, `missing`, or None when nobody looked yet."""
        parts = self.parts(match_id)
        versions = [version for part in parts if (version := film_version(part)) is not None]
        if versions:
            return max(versions), self.read(match_id, film_part(max(versions)))
        return "missing" if FILM_MISSING in parts else None

    def reject(self, match_id: str) -> None:
        """Move statistics that cannot be used out of the way, so that better ones may come."""
        path = self._path(match_id, STATS)
        path.replace(path.with_name(_REJECTED))

    def was_rejected(self, match_id: str, data: bytes) -> bool:
        """Whether these are the very statistics that could not be used."""
        try:
            return (self._folder(match_id) / _REJECTED).read_bytes() == data
        except OSError:
            return False

    def remove_leftovers(self, now: float | None = None) -> int:
        """Remove what killed processes left more than a day from `now` (s since 1970)."""
        return _remove_leftovers(self._root, time.time() if now is None else now)

    def _put_whole(self, folder: Path, parts: Mapping[str, bytes]) -> bool:
        """Write all parts into a draft folder and rename it; False when somebody was faster."""
        names = [self._path(folder.name, part).name for part in parts]
        draft = self._root / _INCOMING / f"{folder.name}.{os.getpid()}.{uuid.uuid4().hex}"
        draft.mkdir(parents=True)
        try:
            for name in names:
                _write(draft / name, parts[name])
            draft.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return False
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return True

    def _folder(self, match_id: str) -> Path:
        return self._root / match_id_of(match_id)

    def _path(self, match_id: str, part: str) -> Path:
        if not _PART.fullmatch(part):
            raise MatchDataError(f"{part!r} is not the name of a part of a match")
        return self._folder(match_id) / part

    def _object(self, match_id: str, part: str) -> Json:
        value = parse_json(self.read(match_id, part))
        if not isinstance(value, dict):
            raise MatchDataError(f"{part} of match {match_id} is not a JSON object")
        return value


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response that is about no single match. `seen`: when it was recorded, naive UTC."""

    kind: ContentKind
    digest: str
    seen: datetime
    path: Path


class ResponseStore:
    """Responses about users, profiles, names and histories, named by the digest of their bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put_response(
        self,
        kind: ContentKind,
        data: bytes,
        seen_ns: int | None = None,
        owner: str | None = None,
    ) -> bool:
        """Store a response; True when it was written, False when the same bytes were there.

        `seen_ns` is when it was recorded (ns since 1970), kept as the time of the file, and `owner`
        the player whom it is about and does not name, kept in the name: a table that is built again
        from raw then says the same.

        Raises:
            OSError: when the folder cannot be written.
        """
        name = f"{owner}_{blake3(data).hexdigest()}" if owner else blake3(data).hexdigest()
        return _write_once(self._root, self._root / kind / f"{name}.json", data, seen_ns)

    def responses(self, kind: ContentKind) -> Iterator[StoredResponse]:
        """What is there of a kind, in order of the digest."""
        folder = self._root / kind
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        for path in (folder / name for name in names if name.endswith(".json")):
            seen = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
            yield StoredResponse(kind, path.stem, seen, path)

    def remove_leftovers(self, now: float | None = None) -> int:
        """Remove what killed processes left more than a day from `now` (s since 1970)."""
        return _remove_leftovers(self._root, time.time() if now is None else now)


def _write_once(root: Path, target: Path, data: bytes, mtime_ns: int | None = None) -> bool:
    if target.exists():
        return False
    incoming = root / _INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = incoming / f"{target.name}.{os.getpid()}.{uuid.uuid4().hex}"
    try:
        _write(draft, data)
        if mtime_ns is not None:
            os.utime(draft, ns=(mtime_ns, mtime_ns))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _remove_leftovers(root: Path, now: float) -> int:
    incoming = root / _INCOMING
    removed = 0
    for path in incoming.iterdir() if incoming.is_dir() else ():
        with suppress(FileNotFoundError):  # another process clears away too
            # The mtime is that of the recording; a time to come is that of a wrong clock.
            if abs(now - path.stat().st_ctime) > LEFTOVER_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed += 1
    return removed
