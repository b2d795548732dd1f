"""Ways to damage a file. Each takes random numbers and a content, and gives another content.

The same random numbers give the same damage: an input can be made again from its seed alone.
"""

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[Random, bytes, bytes], bytes]
"""Random numbers, the content, and another content to take parts from."""

MOST_MUTATIONS = 5
EDGE = 4096
"""Readers look at the start and the end: so many bytes there are damaged as often as all others."""

_NAMES = re.compile(rb"[A-Za-z\xa9][A-Za-z0-9 ]{3}")
"""What looks like the name of a chunk, box or frame; its length stands before or behind it."""
_EXTREME = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 65535, 65536, 2**24 - 1, 2**31 - 1, 2**31,
            2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"


def mutated(random: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The content with one to five kinds of damage."""
    for _ in range(random.choice((1, 1, 1, 2, 3, MOST_MUTATIONS))):
        content = random.choice(MUTATIONS)(random, content, random.choice(others))
    if content.startswith(_PNG) and random.random() < 0.7:
        return with_right_checksums(content)  # else its reader would see the checksum and no more
    return content


def _place(random: Random, content: bytes) -> int:
    """Somewhere; as a rule at the start or the end."""
    length = max(1, len(content))
    near = random.randrange(min(EDGE, length))
    return random.choice((near, length - 1 - near, random.randrange(length)))


def _part(random: Random, content: bytes) -> tuple[int, int]:
    """Where a part of the content lies; short ones are more frequent."""
    start = _place(random, content)
    return start, start + random.choice((1, 4, 16, 64, 256, 1024, 8192, len(content) // 2))


def truncated(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: _place(random, content)]


def without_beginning(random: Random, content: bytes, other: bytes) -> bytes:
    return content[random.randrange(min(EDGE, len(content) + 1)) :]


def flipped_bits(random: Random, content: bytes, other: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if content else 0):
        changed[_place(random, content)] ^= 1 << random.randrange(8)
    return bytes(changed)


def run_of_bytes(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _part(random, content)
    length = len(content[start:end])
    run = random.choice(
        (bytes(length), b"\xff" * length, b"\x7f" * length, random.randbytes(length))
    )
    return content[:start] + run + content[end:]


def inserted_bytes(random: Random, content: bytes, other: bytes) -> bytes:
    place = _place(random, content)
    return content[:place] + random.randbytes(random.choice((1, 2, 4, 64, 1000))) + content[place:]


def extreme_number(random: Random, content: bytes, other: bytes) -> bytes:
    return _with_number(random, content, _place(random, content))


def extreme_length(random: Random, content: bytes, other: bytes) -> bytes:
    """The length of a chunk, box, frame or element, before or behind its name."""
    names = [match.start() for match in _NAMES.finditer(content, 0, 64 * 1024)]
    if not names:
        return extreme_number(random, content, other)
    name = random.choice(names)
    return _with_number(random, content, max(0, name + random.choice((-4, -8, 4, 8))))


def _with_number(random: Random, content: bytes, place: int) -> bytes:
    size, order = random.choice((1, 2, 4, 8)), random.choice(("big", "little"))
    near = random.choice((0, 0, 0, -1, 1, random.randrange(-300, 300)))
    number = (random.choice(_EXTREME) + near) % 256**size
    data = number.to_bytes(size, order)  # type: ignore[arg-type]  # one of two words
    return content[:place] + data + content[place + size :]


def repeated_part(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _part(random, content)
    place, times = _place(random, content), random.choice((1, 1, 2, 50))
    part = content[start : min(end, start + 100_000 // times)]
    return content[:place] + part * times + content[place:]


def removed_part(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _part(random, content)
    return content[:start] + content[end:]


def moved_part(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _part(random, content)
    rest = content[:start] + content[end:]
    place = _place(random, rest)
    return rest[:place] + content[start:end] + rest[place:]


def spliced(random: Random, content: bytes, other: bytes) -> bytes:
    """The start of one file and the end of another."""
    return content[: _place(random, content)] + other[_place(random, other) :]


def foreign_part(random: Random, content: bytes, other: bytes) -> bytes:
    start, end = _part(random, other)
    place = _place(random, content)
    return content[:place] + other[start:end] + content[place:]


def repeated_name(random: Random, content: bytes, other: bytes) -> bytes:
    """The name of one chunk in the place of another's."""
    names = [match.start() for match in _NAMES.finditer(content, 0, 64 * 1024)]
    if len(names) < 2:
        return flipped_bits(random, content, other)
    one, another = random.choice(names), random.choice(names)
    return content[:one] + content[another : another + 4] + content[one + 4 :]


MUTATIONS: tuple[Mutation, ...] = (
    truncated, without_beginning, flipped_bits, flipped_bits, run_of_bytes, inserted_bytes,
    extreme_number, extreme_length, extreme_length, repeated_part, removed_part, moved_part,
    spliced, foreign_part, repeated_name,
)  # fmt: skip


def with_right_checksums(content: bytes) -> bytes:
    """A PNG whose chunks, as far as they go, have the checksums of what is in them."""
    parts, place = [_PNG], len(_PNG)
    while place + 12 <= len(content):
        length = struct.unpack_from(">I", content, place)[0]
        body = content[place + 4 : place + 8 + length]
        if len(body) < 4 + length:
            break
        parts.append(struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body)))
        place += 12 + length
    return b"".join(parts) + content[place:]
