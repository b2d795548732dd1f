"""Everything that is made of one kind of file, from an empty data folder."""

import shutil
from collections.abc import Iterator

from benchmarks.clip_headers import PASSES
from benchmarks.corpora.cache import corpus
from benchmarks.figures import Figure, Target, as_peer, together
from benchmarks.tools import (
    BEETS,
    EXIFTOOL,
    FDUPES,
    FFMPEGTHUMBNAILER,
    FINDIMAGEDUPES,
    JDUPES,
    MEDIAINFO,
    VIPSTHUMBNAIL,
)
from benchmarks.workplace import Choice, compare, fresh, quickest, scratch, step, warm


def screenshots_jpeg(choice: Choice) -> Iterator[Figure]:
    """1,000 JPEG of 1080p."""
    library = corpus("screenshots_jpeg")
    warm(library)
    tools = (EXIFTOOL, VIPSTHUMBNAIL, FINDIMAGEDUPES)
    best, peers = compare(fresh("analyse", library), tools, library, choice.repeats)
    everything = together(peers, "the three in turn; no colours, no vector, nothing stored")
    yield Figure("JPEG 1080p, everything", best, Target(150, "a second"), everything)


def photographs(choice: Choice) -> Iterator[Figure]:
    """240 JPEG of 12 megapixels with EXIF and a place."""
    library = corpus("photographs")
    warm(library)
    tools = (EXIFTOOL, VIPSTHUMBNAIL)
    best, peers = compare(fresh("analyse", library), tools, library, choice.repeats)
    yield Figure("JPEG 12 MP, everything", best, Target(45, "a second"), peers)


def screenshots_png(choice: Choice) -> Iterator[Figure]:
    """320 PNG of 1080p."""
    library = corpus("screenshots_png")
    warm(library)
    tools = (EXIFTOOL, VIPSTHUMBNAIL)
    best, peers = compare(fresh("analyse", library), tools, library, choice.repeats)
    yield Figure("PNG 1080p, everything", best, Target(40, "a second"), peers)


def clips(choice: Choice) -> Iterator[Figure]:
    """60 clips of 1080p H.264."""
    library = corpus("clips")
    warm(library)
    best, peers = compare(fresh("analyse", library), (FFMPEGTHUMBNAILER,), library, choice.repeats)
    yield Figure("clips 1080p, poster, preview and all else", best, Target(8, "a second"), peers)


def clip_headers(choice: Choice) -> Iterator[Figure]:
    """The headers of the same clips."""
    library = corpus("clips")
    warm(library)
    best, peers = compare(
        fresh("clip_headers", library), (EXIFTOOL, MEDIAINFO), library, choice.repeats, PASSES
    )
    yield Figure("clips 1080p, container and streams", best, Target(500, "a second"), peers)


def music(choice: Choice) -> Iterator[Figure]:
    """6,000 tracks without covers, and 1,200 of which three quarters have one."""
    library = corpus("music")
    warm(library)
    best, peers = compare(fresh("analyse", library), (EXIFTOOL, BEETS), library, choice.repeats)
    yield Figure("music, tags and technical data", best, Target(1500, "a second"), peers)
    library = corpus("music_covers")
    warm(library)
    best, peers = compare(fresh("analyse", library), (BEETS,), library, choice.repeats)
    yield Figure("music with covers, and their thumbnails", best, peers=peers)


def music_library(choice: Choice) -> Iterator[Figure]:
    """30,000 tracks of half a second, from nothing to searchable, and again with nothing new."""
    library = corpus("music_library")
    warm(library)
    best, peers = compare(fresh("make_searchable", library), (BEETS,), library, 1)
    yield Figure("30,000 tracks, until they can be searched", best, Target(60, "s"), peers)
    with scratch() as data:
        first = step("make_searchable", library, data)
        again = quickest(step("make_searchable", library, data) for _ in range(choice.repeats))
    beside = as_peer("the first run", "the same with everything to do", first)
    yield Figure("30,000 tracks, again, nothing new", again, peers=(beside,))


def audio(choice: Choice) -> Iterator[Figure]:
    """48 tracks of three and a half minutes, of which the middle minute is heard."""
    library = corpus("long_music")
    warm(library)
    best, _ = compare(fresh("hear_warm", library), (), library, choice.repeats)
    name = "music, tempo, key, loudness, timbre"
    yield Figure(f"{name}, warm: the workers' server runs", best, Target(8, "a second"))
    best, _ = compare(fresh("hear", library), (), library, choice.repeats)
    yield Figure(f"{name}, cold", best)
    if shutil.which("fpcalc"):
        best, _ = compare(fresh("hear_with_fingerprints", library), (), library, choice.repeats)
        yield Figure("the same with AcoustID fingerprints by fpcalc", best)


def copies(choice: Choice) -> Iterator[Figure]:
    """500 screenshots and a copy of each."""
    library = corpus("copies")
    warm(library)
    best, peers = compare(fresh("analyse", library), (JDUPES, FDUPES), library, choice.repeats)
    yield Figure("JPEG 1080p, half of them copies, everything", best, peers=peers)
