"""The columns of `audio_metadata`, out of the tags and the stream of one file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from media_assets.music import tag_values
from media_assets.music.tag_maps import FREE_PLACES, NATIVE_PLACES
from media_assets.music.tags import CUT, Tags, clean
from media_assets.music.technical import Technical

SEPARATOR = "; "
"""Between values that are shown as one; a comma or a slash is part of many names."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class AudioMetadata:
    """A row of `audio_metadata` without its `media_id`: names, order and units are the table's."""

    title: str | None
    artist: str | None
    artists: tuple[str, ...] | None
    album: str | None
    album_artist: str | None
    track_number: int | None
    track_total: int | None
    disc_number: int | None
    disc_total: int | None
    date: str | None
    original_date: str | None
    year: int | None
    genre: str | None
    genres: tuple[str, ...] | None
    composer: str | None
    comment: str | None
    has_lyrics: bool
    bpm: float | None
    key: str | None
    compilation: bool | None
    replaygain_track_gain: float | None
    replaygain_album_gain: float | None
    mb_recording_id: str | None
    mb_track_id: str | None
    mb_release_id: str | None
    mb_release_group_id: str | None
    mb_artist_id: str | None
    mb_album_artist_id: str | None
    acoustid_id: str | None
    acoustid_fingerprint: str | None
    container: str
    codec: str | None
    duration_seconds: float | None
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    bit_depth: int | None
    has_cover: bool
    tags: str | None
    album_artists: tuple[str, ...] | None
    mb_artist_ids: tuple[str, ...] | None
    mb_album_artist_ids: tuple[str, ...] | None


def by_field(tags: Tags) -> dict[str, list[list[str]]]:
    """The values of each field under each of the names that it goes by, the best name first."""
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for places, named in ((NATIVE_PLACES, tags.native), (FREE_PLACES, tags.free)):
        for name, values in named.items():
            if values and (place := places.get(name)):
                found.setdefault(place[0], []).append((place[1], values))
    fields = {field: [values for _, values in sorted(ranked)] for field, ranked in found.items()}
    for other in tags.fallbacks:
        for field, named_values in by_field(other).items():
            fields.setdefault(field, []).extend(named_values)
    return fields


@dataclass(frozen=True, slots=True)
class _Reading:
    """Takes the values of fields in the shape that a column wants."""

    fields: dict[str, list[list[str]]]

    def all(self, name: str) -> list[list[str]]:
        """The values under each name of a field, the best name first."""
        return self.fields.get(name, [])

    def texts(self, name: str) -> list[str]:
        """Each value of the best name, once."""
        return next((tag_values.distinct(values) for values in self.all(name)), [])

    def text(self, name: str) -> str | None:
        """The first value."""
        return next((values[0] for values in self.all(name)), None)

    def joined(self, name: str) -> str | None:
        """All values in one text."""
        return _join(self.texts(name))

    def first(self, name: str, parse: Callable[[str], Value | None]) -> Value | None:
        """The first value that can be parsed, whichever name it stands under."""
        for values in self.all(name):
            for value in values:
                if (parsed := parse(value)) is not None:
                    return parsed
        return None

    def ids(self, name: str) -> tuple[str, ...] | None:
        """The UUIDs of the best name that has one."""
        found = (tag_values.uuids(values) for values in self.all(name))
        return next((tuple(ids) for ids in found if ids), None)

    def position(self, name: str) -> tag_values.Position:
        """Number and total; a total of its own decides over the one behind the slash."""
        pairs = [tag_values.position(value) for values in self.all(name) for value in values]
        number = next((number for number, _ in pairs if number is not None), None)
        total = self.first(f"{name}_total", lambda text: tag_values.position(text)[0])
        if total is None:
            total = next((total for _, total in pairs if total is not None), None)
        return number, total

    def gain(self, name: str) -> float | None:
        """ReplayGain, or what Opus has in its place."""
        found = self.first(name, tag_values.gain)
        return self.first(f"{name}_r128", tag_values.r128_gain) if found is None else found


def describe(tags: Tags, technical: Technical) -> AudioMetadata:
    """The row of a file. Nothing is invented: what the file does not say is NULL."""
    read = _Reading(by_field(tags))
    names = read.texts("artist")
    artists = read.texts("artists") or names
    album_names = read.texts("album_artist")
    album_artists = read.texts("album_artists") or album_names
    genres = tag_values.genres(read.texts("genre"))
    track_number, track_total = read.position("track")
    disc_number, disc_total = read.position("disc")
    return AudioMetadata(
        title=read.text("title"),
        artist=_join(names or artists),
        artists=tuple(artists) or None,
        album=read.text("album"),
        album_artist=_join(album_names or album_artists),
        track_number=track_number,
        track_total=track_total,
        disc_number=disc_number,
        disc_total=disc_total,
        date=read.first("date", tag_values.date),
        original_date=read.first("original_date", tag_values.date),
        year=read.first("date", tag_values.year),
        genre=_join(genres),
        genres=tuple(genres) or None,
        composer=read.joined("composer"),
        comment=read.text("comment"),
        has_lyrics=read.text("lyrics") is not None,
        bpm=read.first("bpm", tag_values.bpm),
        key=read.text("key"),
        compilation=read.first("compilation", tag_values.flag),
        replaygain_track_gain=read.gain("track_gain"),
        replaygain_album_gain=read.gain("album_gain"),
        mb_recording_id=read.first("mb_recording_id", tag_values.uuid),
        mb_track_id=read.first("mb_track_id", tag_values.uuid),
        mb_release_id=read.first("mb_release_id", tag_values.uuid),
        mb_release_group_id=read.first("mb_release_group_id", tag_values.uuid),
        mb_artist_id=read.first("mb_artist_id", tag_values.uuid),
        mb_album_artist_id=read.first("mb_album_artist_id", tag_values.uuid),
        acoustid_id=read.first("acoustid_id", tag_values.uuid),
        acoustid_fingerprint=read.first("acoustid_fingerprint", _whole),
        container=technical.container,
        codec=technical.codec,
        duration_seconds=technical.duration_seconds,
        bitrate=technical.bitrate,
        sample_rate=technical.sample_rate,
        channels=technical.channels,
        bit_depth=technical.bit_depth,
        has_cover=bool(tags.pictures),
        tags=tags.raw_json(),
        album_artists=tuple(album_artists) or None,
        mb_artist_ids=read.ids("mb_artist_id"),
        mb_album_artist_ids=read.ids("mb_album_artist_id"),
    )


def _whole(text: str) -> str | None:
    """A text that had to be cut is no fingerprint any more."""
    return None if text.endswith(CUT) else text


def _join(texts: list[str]) -> str | None:
    return clean(SEPARATOR.join(texts)) or None
