"""Paths as text that a database accepts, without losing the ones that are not UTF-8.

A path's identity, or key, is a text that is equal for equal paths only: the path, and where that
is not UTF-8 its bytes in hex after a NUL, which cannot stand in a path.
"""

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
    """The key of a path, from what `shown` gave."""
    return file_path if path_bytes is None else f"{file_path}\0{path_bytes.hex()}"


def keys_of(paths: list[str]) -> list[str]:
    """The key of each path. Where all are UTF-8, as nearly always, they are their own keys."""
    try:
        "".join(paths).encode()
    except UnicodeEncodeError:
        return [identity(*shown(path)) for path in paths]
    return paths


def path_of(key: str) -> str:
    """The path that the system knows, from its key."""
    text, _, raw = key.partition("\0")
    return os.fsdecode(bytes.fromhex(raw)) if raw else text
