"""Paths as text that a database accepts, without losing the ones that are not UTF-8."""

import os


def shown(path: str) -> tuple[str, bytes | None]:
    """A path from the system as text for people, and its bytes where they are not UTF-8.

    Bytes that are not UTF-8 are shown as `\\xNN`. That text alone is ambiguous, so the bytes are
    kept beside it.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(path)
        return raw.decode("utf-8", "backslashreplace"), raw
    return path, None


def openable(file_path: str, path_bytes: bytes | None) -> str:
    """The path that the system knows, from what `shown` gave."""
    return file_path if path_bytes is None else os.fsdecode(path_bytes)


def identity(file_path: str, path_bytes: bytes | None) -> str:
    """A text that is equal for equal paths only; NUL cannot stand in a path."""
    return file_path if path_bytes is None else f"{file_path}\0{path_bytes.hex()}"
