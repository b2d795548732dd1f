"""What libraries have to say of broken files does not reach the terminal."""

import subprocess
import sys
from pathlib import Path

import hostile_clips as clips
import hostile_images as images
from clip_samples import make_clip

RUN = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from ground import Ground
from test_quiet import noisy
ground = Ground(Path(sys.argv[1]))
ground.lay(noisy())
ground.work()
print(*sorted(ground.failures()), sep="\\n")
"""


def noisy() -> dict[str, bytes]:
    """Files of which libtiff, Pillow's log and FFmpeg complain."""
    tiles = [(322, 4, 1, 3000), (323, 4, 1, 3000), (324, 4, 1, 8), (325, 4, 1, 100)]
    clip = make_clip(frames=12)
    middle = clip.index(b"mdat") + 40
    return {
        "tiles.tif": images.tiff(images.tiff_entries(8, 8, *tiles, packing=8)),
        "samples.tif": images.tiff(images.tiff_entries(8, 8, (277, 3, 1, 65535))),
        "broken.mp4": clip[:middle] + bytes(2000) + clip[middle + 2000 :],
        "boxes.mp4": clips.boxes_in_boxes(50),
    }


def test_the_terminal_hears_nothing_of_the_libraries(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(tmp_path), *filter(None, sys.path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert {"tiles.tif", "samples.tif", "boxes.mp4"} <= set(done.stdout.split())
