"""What the UI shows of associations: a table with pictures, and how sure they are."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from associated_player import PLAYER, AssociatedPlayer, Taken, World
from PIL import Image

from media_assets.orchestration.associations import (
    MAX_LENGTH,
    ROWS,
    association_table,
    calibration_plot,
    wilson,
)
from media_assets.orchestration.plots import MAX_BYTES
from media_assets.stages.views import newest_associations

START = datetime(2026, 10, 25, 0, 50, tzinfo=UTC).replace(tzinfo=None)


def row(**changes: object) -> dict[str, Any]:
    return {
        "file_name": "Halo Infinite 2026-10-25 02-55-10.png", "kind": "image",
        "capture_start_utc": START + timedelta(minutes=5, seconds=10),
        "match_start_time": START, "thumbnail_file": None,
        "map_name": "Bazaar", "mode_category": "slayer", "decision": "auto", "confidence": 0.97,
        "inside_share": 1.0, "distance_seconds": 0.0, "time_quality": 0.97, "role": "main",
        **changes,
    }  # fmt: skip


def noise(folder: Path, count: int) -> list[Path]:
    """Pictures that no encoder makes small."""
    pixels = np.random.default_rng(7).integers(0, 255, (count, 180, 320, 3), dtype=np.uint8)
    files = [folder / f"{number}.png" for number in range(count)]
    for file, one in zip(files, pixels, strict=True):
        Image.fromarray(one).save(file)
    return files


class TestTable:
    def test_a_row_says_what_and_why_in_local_time(self) -> None:
        head, _, line = association_table([row()], "Europe/Paris").md_str.splitlines()
        assert head == "||file|taken (Europe/Paris)|match|sure|because|"
        assert "|Sun 2026-10-25 02:55:10|Bazaar, slayer, 02:50|0.97 found|" in line
        assert "Taken while the player was in the match." in line

    def test_what_waits_for_a_person_stands_out(self) -> None:
        shown = association_table([row(decision="review", confidence=0.61)], "UTC").md_str
        assert "|0.61 **to review**|" in shown

    def test_a_match_that_is_not_known_well_is_told_as_far_as_it_is(self) -> None:
        shown = association_table([row(map_name=None, mode_category=None)], "UTC").md_str
        assert "|unknown map, 00:50|" in shown

    def test_text_from_files_is_escaped(self) -> None:
        bad = row(file_name="<img src=x>|a](b)\n*c*.png", map_name="`rm`|[x](y)")
        shown = association_table([bad], "UTC").md_str
        assert len(shown.splitlines()) == 3
        assert "<img" not in shown
        assert re.search(r"(?<!\\)[\]`*]", shown.splitlines()[2]) is None

    def test_it_has_few_rows_and_a_length_whatever_the_pictures_are(self, tmp_path: Path) -> None:
        files = noise(tmp_path, ROWS + 5)
        rows = [row(thumbnail_file=file, file_name="_" * 200) for file in files]
        shown = association_table(rows, "UTC").md_str
        assert len(shown) <= MAX_LENGTH
        assert len(shown.splitlines()) == 2 + ROWS
        assert shown.count("data:image/webp;base64,") >= 5

    def test_pictures_can_be_seen_and_missing_ones_are_left_out(self, tmp_path: Path) -> None:
        file = tmp_path / "poster.jpg"
        Image.new("RGB", (320, 180), "#ff0000").save(file)
        rows = [row(thumbnail_file=file), row(thumbnail_file=tmp_path / "gone.jpg"), row()]
        shown = association_table(rows, "UTC").md_str
        (data,) = re.findall(r"!\[\]\(data:image/webp;base64,([^)]*)\)", shown)
        assert base64.b64decode(data)[8:12] == b"WEBP"

    def test_a_capture_without_a_time_is_shown_where_a_person_named_its_match(
        self, tmp_path: Path
    ) -> None:
        player = AssociatedPlayer(tmp_path)
        captures = {"timeless": Taken(None), "shot": Taken(100)}
        player.tell(World({"m": (0, 600)}, captures, decisions={("timeless", "m"): "assigned"}))
        player.associate()
        rows = newest_associations(player.platform, PLAYER)
        assert [row["file_name"] for row in rows] == ["shot", "timeless"]
        line = association_table(rows, "UTC").md_str.splitlines()[-1]
        assert line.startswith("||timeless|not known|unknown map, 00:00|1.00 assigned|")
        assert "When it was taken is not known." in line

    def test_without_associations_there_is_no_table(self) -> None:
        assert association_table([], "UTC").md_str == "*no associations*"


class TestCalibration:
    def test_what_people_say_is_drawn(self) -> None:
        said = (None, True, False)
        drawn = [calibration_plot([(0.91, None), (0.85, right)]).md_str for right in said]
        assert len(set(drawn)) == 3
        assert all(len(one) < MAX_BYTES * 4 / 3 for one in drawn)

    def test_thousands_fit(self) -> None:
        judged = [(n / 5000, n % 3 > 0 if n % 7 == 0 else None) for n in range(5001)]
        assert len(calibration_plot(judged).md_str) < MAX_BYTES * 4 / 3

    def test_nothing_is_drawn_of_nothing(self) -> None:
        assert calibration_plot([]).md_str == "*no captures near a match*"

    @pytest.mark.parametrize(
        ("right", "total", "low", "high"),
        [(8, 10, 0.490, 0.943), (0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (81, 263, 0.255, 0.366)],
    )
    def test_the_interval_of_a_share(self, right: int, total: int, low: float, high: float) -> None:
        """The last is the example of R. G. Newcombe (1998), table I."""
        assert wilson(right, total) == pytest.approx((low, high), abs=0.001)
