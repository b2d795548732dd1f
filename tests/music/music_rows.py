"""Whether a row fits the table that it is for."""

import json

from media_assets.music.music_file import AudioMetadata
from media_assets.store.tables.analysis import AUDIO_METADATA

HIGHEST = {"INTEGER": 2**31 - 1, "SMALLINT": 2**15 - 1}


def fits(metadata: AudioMetadata) -> bool:
    """Every value is one that its column takes."""
    for column in AUDIO_METADATA.columns[1:]:
        value = getattr(metadata, column.name)
        if value is None:
            assert not column.required, column.name
        elif column.type in HIGHEST:
            assert type(value) is int, column.name
            assert 0 <= value <= HIGHEST[column.type], column.name
        elif column.type == "DOUBLE":
            assert type(value) is float, column.name
            assert abs(value) < 1e12, column.name
        elif column.type == "BOOLEAN":
            assert type(value) is bool, column.name
        elif column.type == "VARCHAR[]":
            assert value, column.name
            assert all(is_text(text) for text in value), column.name
        else:
            assert is_text(value), column.name
            if column.type == "JSON":
                assert isinstance(json.loads(value), dict)
    return True


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value.encode("utf-8").decode()
