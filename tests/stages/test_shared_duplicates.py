"""What several players have, by hashes alone: rows of media that are made by hand."""

import json

import polars as pl

from media_assets.stages.shared_duplicates import shared_rows
from media_assets.store.duplicates import with_contents

FRAMES = json.dumps([(moment, f"{0x0123456789ABCDEF * (n + 1) % 2**64:016x}")
                     for n, moment in enumerate((3.0, 6.0, 9.0))])  # fmt: skip


def picture(media_id: str, player: str, bits: int, content: str | None = None) -> dict[str, object]:
    """A picture whose hashes have so many bits."""
    return {
        "media_id": media_id, "player": player, "kind": "image", "file_size": 100,
        "file_hash": content or media_id, "aspect_ratio": 1.5, "duration_seconds": None,
        "frame_hashes": None, "comparable": True, "phash": (1 << bits) - 1, "dhash": 0,
        "content_hash": content or media_id,
    }  # fmt: skip


def clip(media_id: str, player: str) -> dict[str, object]:
    changes = {"kind": "video", "comparable": False, "duration_seconds": 12.0}
    return {**picture(media_id, player, 0), **changes, "frame_hashes": FRAMES}


def found(*media: dict[str, object]) -> dict[str, tuple[str, str, int]]:
    """By media: its group, its class, and how many players the group has."""
    schema = {"phash": pl.UInt64, "dhash": pl.UInt64, "duration_seconds": pl.Float64,
              "frame_hashes": pl.String}  # fmt: skip
    frame = pl.DataFrame(media, schema_overrides=schema).sort("media_id")
    rows = shared_rows(with_contents(frame))
    return {
        row[0]: row[1:] for row in rows.select("media_id", "group_id", "class", "players").rows()
    }


def test_equal_bytes_and_near_hashes_of_another_player() -> None:
    assert found(picture("a", "ana", 0, "same"), picture("b", "ben", 0, "same"),
                 picture("c", "cy", 2), picture("d", "cy", 20)) == {
        "a": ("a", "exact", 3), "b": ("a", "exact", 3), "c": ("a", "similar", 3),
    }  # fmt: skip


def test_what_is_near_another_of_its_own_player_alone_is_not_shared() -> None:
    """The first is two bits from the second, and that two from the other player's."""
    rows = [picture("a1", "ana", 0), picture("a2", "ana", 2), picture("b", "ben", 4)]
    assert found(*rows) == {"a2": ("a2", "similar", 2), "b": ("a2", "similar", 2)}
    assert found(*rows[:2]) == {}


def test_of_what_two_players_have_a_copy_of_either_is_near_the_other_players() -> None:
    rows = [picture("a1", "ana", 0, "same"), picture("b", "ben", 0, "same")]
    assert found(*rows, picture("a2", "ana", 2))["a2"] == ("a1", "similar", 2)


def test_clips_are_shared_between_players_and_not_within_one() -> None:
    assert found(clip("a1", "ana"), clip("a2", "ana")) == {}
    both = found(clip("a1", "ana"), clip("a2", "ana"), clip("b", "ben"))
    assert set(both.values()) == {("a1", "similar", 2)}
    assert set(both) == {"a1", "a2", "b"}
