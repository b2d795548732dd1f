"""Painted scenes: landscapes as a game might show them, and a scoreboard. All from a seed."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

Color = tuple[int, int, int]

# Sky at the top, sky at the horizon, ground, light: the seasons of a map.
_PALETTES: tuple[tuple[Color, Color, Color, Color], ...] = (
    ((24, 58, 118), (188, 214, 232), (74, 92, 58), (255, 244, 214)),
    ((86, 32, 74), (244, 158, 96), (92, 64, 58), (255, 208, 128)),
    ((10, 14, 38), (52, 70, 118), (30, 36, 48), (206, 222, 255)),
    ((92, 122, 128), (206, 214, 196), (96, 104, 88), (240, 244, 230)),
    ((16, 74, 88), (126, 214, 190), (40, 88, 72), (226, 255, 236)),
    ((118, 74, 34), (236, 204, 148), (142, 108, 66), (255, 236, 190)),
    ((60, 66, 84), (148, 156, 172), (66, 70, 78), (222, 228, 240)),
    ((74, 12, 28), (214, 84, 54), (48, 26, 30), (255, 170, 110)),
)


def landscape(seed: str, width: int, height: int, *, grain: bool = True) -> Image.Image:
    """A landscape: sky, a sun, three ridges, a plain with buildings and figures.

    Without grain its faces are flat: a moving one takes a third of the time to encode.
    """
    random = Random(seed)
    top, low, ground, light = random.choice(_PALETTES)
    horizon = int(height * random.uniform(0.45, 0.62))
    picture = _gradient(top, low, width, height)
    draw = ImageDraw.Draw(picture)
    _sun(draw, random, light, width, horizon)
    for layer in range(3):
        _ridge(draw, random, _mix(low, ground, 0.35 + 0.25 * layer), width, horizon, layer)
    plain = _gradient(
        _mix(ground, low, 0.2), _mix(ground, (0, 0, 0), 0.45), width, height - horizon
    )
    picture.paste(plain, (0, horizon))
    _furrows(draw, random, _mix(ground, (0, 0, 0), 0.3), width, height, horizon)
    for _ in range(random.randint(4, 9) * max(1, width // height)):
        _building(draw, random, ground, light, width, horizon)
    for _ in range(random.randint(2, 5)):
        _figure(draw, random, width, height, horizon)
    return _grain(picture, random.getrandbits(31)) if grain else picture


def with_display(picture: Image.Image, seed: str) -> Image.Image:
    """The same with what a game draws over it: bars, a compass, a score, a crosshair."""
    random = Random(seed)
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    unit = height // 36
    shield = random.randint(2, 10)
    draw.rectangle(
        (width // 2 - 5 * unit, unit, width // 2 + 5 * unit, 2 * unit), fill=(20, 32, 44)
    )
    end = width // 2 - 5 * unit + shield * unit
    draw.rectangle((width // 2 - 5 * unit, unit, end, 2 * unit), fill=(120, 208, 255))
    box = (unit, height - 9 * unit, 9 * unit, height - unit)
    draw.ellipse(box, fill=(16, 40, 60), outline=(130, 210, 250), width=2)
    _blips(draw, random, box, unit)
    _text(draw, (width - 9 * unit, height - 3 * unit), f"{random.randint(3, 36)} / 108", 2 * unit)
    score = f"{random.randint(0, 49)} - {random.randint(0, 49)}"
    _text(draw, (width // 2 - 3 * unit, height - 3 * unit), score, 2 * unit)
    middle = (width // 2, height // 2)
    draw.ellipse([c + s for s in (-unit, unit) for c in middle], outline=(230, 250, 255), width=2)
    return picture


def scoreboard(seed: str, width: int, height: int, title: str) -> Image.Image:
    """A dark table of eight rows over a faint landscape, as menus look: all much the same."""
    random = Random(seed)
    faint = Image.new("RGB", (width, height), (12, 18, 28))
    picture = Image.blend(landscape(seed, width, height), faint, 0.85)
    draw = ImageDraw.Draw(picture)
    row = height // 13
    _text(draw, (width // 6, row), title, row * 2 // 3)
    for place in range(8):
        y = row * (3 + place)
        color = (28, 60, 104) if place < 4 else (104, 36, 36)
        draw.rectangle((width // 6, y, width * 5 // 6, y + row - 6), fill=color)
        numbers = "   ".join(f"{random.randint(2, 24):2d}" for _ in range(3))
        text = f"{place + 1}   SPARTAN {random.randint(100, 999)}    {numbers}"
        _text(draw, (width // 6 + 20, y + row // 5), text, row // 2)
    return picture


def cover(seed: str, side: int) -> Image.Image:
    """The front of an album: rings and bars in a few colors."""
    random = Random(seed)
    first, second, third, light = random.choice(_PALETTES)
    picture = _gradient(first, second, side, side)
    draw = ImageDraw.Draw(picture)
    for ring in range(random.randint(3, 7), 0, -1):
        reach = side * ring // 16
        box = (side // 2 - reach, side // 2 - reach, side // 2 + reach, side // 2 + reach)
        draw.ellipse(box, fill=light if ring % 2 else third)
    for bar in range(random.randint(2, 5)):
        y = side * 3 // 4 + bar * side // 20
        draw.rectangle((side // 8, y, side // 8 + random.randint(side // 8, side * 3 // 4), y + 6),
                       fill=light)  # fmt: skip
    return picture


def _mix(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(top: Color, low: Color, width: int, height: int) -> Image.Image:
    column = np.linspace(top, low, height).round().astype(np.uint8)
    return Image.fromarray(column[:, np.newaxis]).resize((width, height), Image.Resampling.NEAREST)


def _sun(draw: ImageDraw.ImageDraw, random: Random, light: Color, width: int, horizon: int) -> None:
    x, y = random.randint(0, width), random.randint(horizon // 6, horizon * 3 // 4)
    size = horizon // random.randint(5, 12)
    draw.ellipse((x - size, y - size, x + size, y + size), fill=light)
    if random.random() < 0.5:  # the arc of a ring world
        reach = random.randint(width // 3, width)
        draw.arc((x - reach, y // 2, x + reach, y + 3 * reach), 180, 360, light, 1 + horizon // 60)


def _ridge(
    draw: ImageDraw.ImageDraw, random: Random, color: Color, width: int, horizon: int, layer: int
) -> None:
    waves = [(random.uniform(1, 9), random.uniform(0, math.tau), random.random()) for _ in range(4)]
    height = horizon * (0.34 - 0.1 * layer)
    crest = [
        (x, horizon - height * (0.5 + sum(w * math.sin(f * x / width * math.tau + p) / f
                                          for f, p, w in waves) / 2))
        for x in range(0, width + 9, 8)
    ]  # fmt: skip
    draw.polygon([(0, horizon), *crest, (width, horizon)], fill=color)


def _furrows(
    draw: ImageDraw.ImageDraw, random: Random, color: Color, width: int, height: int, horizon: int
) -> None:
    vanishing = random.randint(0, width)
    for x in range(-3 * width, 4 * width, width // 5):
        draw.line((vanishing, horizon, x, height), fill=color, width=1 + height // 360)


def _building(
    draw: ImageDraw.ImageDraw, random: Random, ground: Color, light: Color, width: int, horizon: int
) -> None:
    x, wide = random.randint(0, width), random.randint(horizon // 12, horizon // 3)
    foot = horizon + random.randint(0, horizon // 5)
    tall = random.randint(horizon // 6, horizon * 2 // 3)
    wall = _mix(ground, random.choice((light, (20, 24, 34))), random.uniform(0.15, 0.55))
    draw.rectangle((x, foot - tall, x + wide, foot), fill=wall)
    draw.rectangle(
        (x + wide * 2 // 3, foot - tall, x + wide, foot), fill=_mix(wall, (0, 0, 0), 0.35)
    )
    step = max(3, wide // 6)
    for row in range(foot - tall + step, foot - step, step * 2):
        if random.random() < 0.6:
            draw.rectangle((x + step, row, x + wide * 2 // 3 - step, row + step // 2), fill=light)


def _figure(
    draw: ImageDraw.ImageDraw, random: Random, width: int, height: int, horizon: int
) -> None:
    foot = random.randint(horizon + height // 30, height * 9 // 10)
    tall = (foot - horizon) // 2 + height // 24
    x, color = random.randint(0, width), random.choice(((196, 60, 48), (56, 110, 190)))
    draw.rectangle((x - tall // 7, foot - tall * 3 // 4, x + tall // 7, foot), fill=color)
    head = tall // 8
    draw.ellipse((x - head, foot - tall, x + head, foot - tall * 3 // 4), fill=(226, 186, 84))


def _blips(
    draw: ImageDraw.ImageDraw, random: Random, box: tuple[int, int, int, int], unit: int
) -> None:
    for _ in range(random.randint(1, 6)):
        x = random.randint(box[0] + 2 * unit, box[2] - 2 * unit)
        y = random.randint(box[1] + 2 * unit, box[3] - 2 * unit)
        draw.ellipse((x, y, x + unit // 2, y + unit // 2), fill=(255, 90, 70))


def _text(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int) -> None:
    draw.text(place, text, fill=(232, 244, 255), font=ImageFont.load_default(size))


def _grain(picture: Image.Image, seed: int) -> Image.Image:
    """Fine texture, so that the picture is not flat: rows of noise that repeat, which PNG packs."""
    width, height = picture.size
    noise = np.random.default_rng(seed).integers(0, 7, (height, 96), dtype=np.uint8)
    grain = Image.fromarray(np.tile(noise, -(-width // 96))[:, :width])
    return ImageChops.add(picture, Image.merge("RGB", (grain,) * 3))
