"""Pictures of which it is known what shows the same: originals, copies, bursts, menus.

All from a number. A file is named `SUBJECT-SEED-NUMBER CHANGE.jpg`: what has the same name but for
the change shows the same. Menus of one kind all look alike, and no two of them are the same.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.corpora.parallel import each
from benchmarks.corpora.scenes import view
from media_assets.captures.image import ImageOptions, analyse_image
from media_assets.demo.scenes import landscape, scoreboard, with_display
from media_assets.settings import LimitSettings

SIZE = (1280, 720)
SUBJECTS = {"play": 16, "view": 10, "photo": 8, "menu": 24}
"""How many originals of each there are for one seed."""

ORIGINAL = "original"
TAKEN = {ORIGINAL: 0.0, "burst 3 s": 3.0, "burst 8 s": 8.0}
"""Seconds after the original, as the tool writes them into the name; copies have lost theirs."""

Change = Callable[[Image.Image, Random], Image.Image]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One file: what it shows, and what the analysis says of it.

    `shows` is the name of its original. `taken` is in seconds, None where that is lost.
    """

    name: str
    shows: str
    change: str
    taken: float | None
    phash: int
    dhash: int
    aspect: float
    comparable: bool
    grey: bytes


def make(folder: Path, seed: int) -> None:
    """Write the files of one seed."""
    numbers = [(subject, number) for subject, count in SUBJECTS.items() for number in range(count)]
    each(partial(_write, folder, seed), numbers)


def read(folder: Path) -> list[Labelled]:
    """What the analysis says of every file of a folder, by name."""
    return [_read(file) for file in sorted(folder.iterdir())]


def _read(file: Path) -> Labelled:
    options = ImageOptions(320, LimitSettings(), frozenset({"metadata"}))
    found = analyse_image(file.read_bytes(), options).metadata
    if found is None or found.phash is None or found.dhash is None or found.grey is None:
        raise ValueError(f"{file}: could not be analysed")
    shows, _, change = file.stem.partition(" ")
    return Labelled(
        name=file.name,
        shows=shows,
        change=change,
        taken=TAKEN.get(change),
        phash=int(found.phash, 16),
        dhash=int(found.dhash, 16),
        aspect=found.aspect_ratio,
        comparable=not found.low_detail,
        grey=found.grey,
    )


def _write(folder: Path, seed: int, which: tuple[str, int]) -> None:
    subject, number = which
    name = f"{subject}-{seed}-{number}"
    random = Random(name)
    original = _drawn(subject, name, seed * 1000 + number)
    _save(folder / f"{name} {ORIGINAL}.jpg", original)
    changes = MENU_CHANGES if subject == "menu" else CHANGES
    for change, apply in changes.items():
        _save(folder / f"{name} {change}.jpg", apply(original, random))
    if subject != "menu":
        for change in ("burst 3 s", "burst 8 s"):
            shot = _later(subject, name, seed * 1000 + number, TAKEN[change])
            _save(folder / f"{name} {change}.jpg", shot)


def _drawn(subject: str, name: str, number: int) -> Image.Image:
    match subject:
        case "play":
            return with_display(landscape(name, *SIZE), name)
        case "view":
            return with_display(view(number, SIZE).copy(), name)
        case "photo":
            return view(number, SIZE).copy()
        case _:
            title = "POSTGAME" if number % 2 else "LOBBY"
            return scoreboard(name, *SIZE, title)


def _later(subject: str, name: str, number: int, seconds: float) -> Image.Image:
    """The next shot: the view has moved a little, and what is drawn over it has changed."""
    shift = round(3 * seconds)
    wide = (SIZE[0] + shift, SIZE[1])
    if subject == "play":
        moved = landscape(name, *wide).crop((shift, 0, *wide))
        return with_display(moved, f"{name} {seconds}")
    moved = _turned(view(number, SIZE), shift)
    return with_display(moved, f"{name} {seconds}") if subject == "view" else moved


def _turned(picture: Image.Image, shift: int) -> Image.Image:
    """The view moved; at the border the last columns again."""
    pixels = np.asarray(picture)
    return Image.fromarray(np.concatenate([pixels[:, shift:], pixels[:, -shift:][:, ::-1]], axis=1))


def _save(file: Path, picture: Image.Image) -> None:
    picture.convert("RGB").save(file, "JPEG", quality=92)


def _resized(share: float, how: Image.Resampling, picture: Image.Image, _: Random) -> Image.Image:
    size = round(picture.width * share), round(picture.height * share)
    return picture.resize(size, how)


def _compressed(kind: str, quality: int, picture: Image.Image, _: Random) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, kind, quality=quality)
    return Image.open(stream).convert("RGB")


def _cropped(share: float, picture: Image.Image, random: Random) -> Image.Image:
    across, down = round(picture.width * share), round(picture.height * share)
    left, top = random.randint(0, across), random.randint(0, down)
    return picture.crop((left, top, picture.width - across + left, picture.height - down + top))


def _cropped_and_compressed(picture: Image.Image, random: Random) -> Image.Image:
    return _compressed("JPEG", 60, _cropped(0.02, picture, random), random)


def _text(picture: Image.Image, random: Random) -> Image.Image:
    """A name in a corner, half transparent."""
    over = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    width, height = picture.size
    place = (
        random.choice([width // 40, width * 4 // 5]),
        random.choice([height // 30, height * 9 // 10]),
    )
    font = ImageFont.load_default(height // 24)
    ImageDraw.Draw(over).text(place, "SHARED BY ME", fill=(255, 255, 255, 130), font=font)
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")


def _box(wide: int, high: int, picture: Image.Image, random: Random) -> Image.Image:
    """An opaque box in a corner, of a share of the picture's width and height."""
    marked = picture.copy()
    width, height = picture.size
    left, top = (
        random.choice([width // 40, width * 3 // 4]),
        random.choice([height // 30, height * 9 // 10]),
    )
    box = (left, top, left + width // wide, top + height // high)
    ImageDraw.Draw(marked).rectangle(box, fill=(206, 206, 206))
    return marked


CHANGES: dict[str, Change] = {
    "resized to a half": partial(_resized, 1 / 2, Image.Resampling.LANCZOS),
    "resized to a third": partial(_resized, 1 / 3, Image.Resampling.BILINEAR),
    "JPEG of quality 60": partial(_compressed, "JPEG", 60),
    "JPEG of quality 30": partial(_compressed, "JPEG", 30),
    "WebP of quality 60": partial(_compressed, "WEBP", 60),
    "cropped by 1 %": partial(_cropped, 0.01),
    "cropped by 2 %": partial(_cropped, 0.02),
    "cropped by 2 %, JPEG of quality 60": _cropped_and_compressed,
    "text over it": _text,
    "box of 6 % x 3 % over it": partial(_box, 16, 33),
    "box of 10 % x 4 % over it": partial(_box, 10, 25),
}
MENU_CHANGES: dict[str, Change] = {
    name: CHANGES[name] for name in ("resized to a half", "JPEG of quality 60", "cropped by 2 %")
}
