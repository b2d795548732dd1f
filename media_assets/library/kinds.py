"""Which files are media: by extension, in any case. The real format is told by the decoder."""

from typing import Literal

Kind = Literal["image", "video", "audio"]

EXTENSIONS: dict[Kind, tuple[str, ...]] = {
    "image": (
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif",
    ),
    "video": (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"),
    "audio": (
        ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".wav", ".aiff", ".wma", ".ape", ".wv",
    ),
}  # fmt: skip

KIND_OF: dict[str, Kind] = {
    extension: kind for kind, extensions in EXTENSIONS.items() for extension in extensions
}
