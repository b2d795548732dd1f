"""Modification times that a table can hold."""

_LARGEST = 2**63 - 1


def storable(mtime_ns: int) -> int:
    """An mtime as 64 bits hold it: file systems know dates beyond 2262, where those end."""
    return max(-_LARGEST, min(mtime_ns, _LARGEST))
