"""Vorbis comments, MP4 atoms, APEv2 items and ASF attributes, each into `Tags`."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from mutagen.apev2 import APEBinaryValue, APETextValue
from mutagen.flac import Picture as FlacPicture
from mutagen.mp4 import AtomDataType, MP4Cover, MP4FreeForm

from media_assets.music.covers import (
    FRONT_COVER,
    LINK,
    OTHER,
    Picture,
    ape_picture,
    asf_picture,
    base64_flac_picture,
    base64_picture,
)
from media_assets.music.tags import Tags, plain_name


class AsfAttribute(Protocol):
    """An attribute as mutagen gives it."""

    value: str | bytes | bool | int


_VORBIS_PICTURES = {
    "metadata_block_picture": base64_flac_picture,
    "coverart": base64_picture,
}


def read_vorbis(comments: Iterable[tuple[str, str]], tags: Tags) -> None:
    """Vorbis comments: names without case, values that repeat."""
    for name, value in comments:
        key = name.lower()
        if picture := _VORBIS_PICTURES.get(key):
            tags.add_picture(key, picture(value), len(value))
        else:
            tags.add(key, [value], free=key)


def read_flac_pictures(pictures: Iterable[FlacPicture], tags: Tags) -> None:
    """Picture blocks of a FLAC file."""
    for block in pictures:
        picture = None if block.mime == LINK else Picture(int(block.type), block.data)
        tags.add_picture("picture", picture, len(block.data))


def read_mp4(atoms: Mapping[str, bool | list[object]], tags: Tags) -> None:
    """The atoms of `ilst`: named by four letters, or free (`----:mean:name`)."""
    for name, values in atoms.items():
        if isinstance(values, bool):
            tags.add(name, [str(int(values))], native=name)
            continue
        for value in values:
            _read_mp4_value(name, value, tags)


def _read_mp4_value(name: str, value: object, tags: Tags) -> None:
    match value:
        case MP4Cover():
            # MP4 has no types of pictures: players show the first.
            kind = OTHER if tags.pictures else FRONT_COVER
            tags.add_picture(name, Picture(kind, bytes(value)), len(value))
        case MP4FreeForm():
            text = _free_form_text(value)
            if text is None:
                tags.add_binary(name, len(value))
            else:
                tags.add(name, [text], free=name.split(":", 2)[-1])
        case (int() as number, int() as total):
            tags.add(name, [f"{number}/{total}"], native=name)
        case _:
            tags.add(name, [str(value)], native=name)


def _free_form_text(value: MP4FreeForm) -> str | None:
    """The text of a free-form atom; `None` when it is binary."""
    if value.dataformat == AtomDataType.UTF16:
        return bytes(value).decode("utf-16-be", "replace")
    if value.dataformat == AtomDataType.INTEGER and 0 < len(value) <= 8:
        return str(int.from_bytes(value, signed=True))
    if value.dataformat not in (AtomDataType.UTF8, AtomDataType.IMPLICIT):
        return None
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_ape(items: Mapping[str, object], tags: Tags) -> None:
    """APEv2 items: text with values between NULs, binary, or a link."""
    for name, value in items.items():
        if isinstance(value, APETextValue):
            tags.add(name, list(value), free=name)
        elif not isinstance(value, APEBinaryValue):
            tags.add(name, [str(value)])
        elif plain_name(name).startswith("coverart"):
            tags.add_picture(name, ape_picture(name, bytes(value)), len(value))
        else:
            tags.add_binary(name, len(value))


def read_asf(attributes: Iterable[tuple[str, AsfAttribute]], tags: Tags) -> None:
    """ASF attributes: text, numbers, flags, and bytes."""
    for name, attribute in attributes:
        value = attribute.value
        if isinstance(value, str):
            if value:
                tags.add(name, [value], native=name.lower(), free=name)
        elif isinstance(value, bytes):
            if name == "WM/Picture":
                tags.add_picture(name, asf_picture(value), len(value))
            else:
                tags.add_binary(name, len(value))
        else:
            tags.add(name, [str(int(value))], native=name.lower(), free=name)
