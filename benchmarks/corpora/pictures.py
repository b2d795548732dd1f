"""Pictures: screenshots as JPEG and PNG of 1080p, photographs of 12 megapixels.

Equal content would be analysed once, so no two files are equal.
"""

import io
import zlib
from functools import partial
from pathlib import Path
from random import Random

from PIL import ExifTags, Image, ImageDraw

from benchmarks.corpora.parallel import each
from benchmarks.corpora.scenes import screenshot, view

_FULL, _PHOTOGRAPH, _VIEW, _SMALL = (1920, 1080), (4032, 3024), (1280, 720), (320, 180)
_PNG_HEADER = 33  # bytes: the signature and IHDR


def screenshots_jpeg(folder: Path, scenes: int = 40, moments: int = 25) -> None:
    """1,000 screenshots of quality 90, each with another display over one of 40 scenes."""
    each(partial(_screenshots_jpeg, folder, moments), range(scenes))


def _screenshots_jpeg(folder: Path, moments: int, scene: int) -> None:
    for moment in range(moments):
        picture = screenshot(scene, scene * moments + moment, _FULL)
        file = folder / f"{scene:02}_{moment:02}.jpg"
        picture.save(file, "JPEG", quality=90, exif=_taken(moment, scene))


def screenshots_png(folder: Path, scenes: int = 16, moments: int = 20) -> None:
    """320 screenshots of 16 scenes; a text chunk has the time of each."""
    each(partial(_screenshots_png, folder, moments), range(scenes))


def _screenshots_png(folder: Path, moments: int, scene: int) -> None:
    stream = io.BytesIO()
    screenshot(scene, scene, _FULL).save(stream, "PNG")
    header, rest = stream.getvalue()[:_PNG_HEADER], stream.getvalue()[_PNG_HEADER:]
    for moment in range(moments):
        text = _chunk(b"tEXt", b"Creation Time\0" + _time(moment, scene).encode())
        (folder / f"{scene:02}_{moment:02}.png").write_bytes(header + text + rest)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + name + data + checksum


def photographs(folder: Path, scenes: int = 8, moments: int = 30) -> None:
    """240 photographs of 8 scenes with time, camera and place in their EXIF."""
    each(partial(_photographs, folder, moments), range(scenes))


def _photographs(folder: Path, moments: int, scene: int) -> None:
    stream = io.BytesIO()
    view(scene, _PHOTOGRAPH).save(stream, "JPEG", quality=90)
    start, rest = stream.getvalue()[:2], stream.getvalue()[2:]
    for moment in range(moments):
        exif = _photographed(moment, scene)
        segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        (folder / f"{scene:02}_{moment:02}.jpg").write_bytes(start + segment + rest)


def small_pictures(folder: Path, scenes: int = 40, moments: int = 250) -> None:
    """10,000 JPEG of 320 x 180, 12 KB, as pages of the web have them."""
    each(partial(_small_pictures, folder, moments), range(scenes))


def _small_pictures(folder: Path, moments: int, scene: int) -> None:
    """A scene with another frame and another patch of colour in each."""
    ground = view(scene, _VIEW).resize(_SMALL)
    random = Random(scene)
    for moment in range(moments):
        picture = ground.copy()
        draw = ImageDraw.Draw(picture)
        left, top = random.randrange(200), random.randrange(100)
        colour = (random.randrange(256), random.randrange(256), random.randrange(256))
        draw.ellipse((left, top, left + 90, top + 60), fill=colour)
        draw.rectangle((0, 0, 319, 179), outline=(moment, scene, 128), width=3)
        picture.save(folder / f"{scene:02}_{moment:03}.jpg", "JPEG", quality=85)


def _taken(moment: int, scene: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "Capture"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = _time(moment, scene)
    return exif.tobytes()


def _photographed(moment: int, scene: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Example", "Camera 12"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = _time(moment, scene)
    details[ExifTags.Base.OffsetTimeOriginal] = "+02:00"
    details[ExifTags.Base.ExposureTime], details[ExifTags.Base.FNumber] = 0.004, 1.8
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (48.0, 51.0, 24.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (2.0, 21.0, 8.0)
    return exif.tobytes()


def _time(moment: int, scene: int) -> str:
    return f"2024:05:{scene % 28 + 1:02} {12 + scene // 28:02}:{moment:02}:00"
