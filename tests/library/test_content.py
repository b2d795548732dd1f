"""Originals are read without a trace, and equal contents have equal fingerprints and hashes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_128

from media_assets.errors import EmptyMediaError, UnreadableMediaError
from media_assets.library.content import (
    EDGE,
    content_hash,
    fingerprint,
    fingerprint_of,
    hash_of,
    open_original,
    read_whole,
)

SIZES = (1, 2, EDGE - 1, EDGE, EDGE + 1, 2 * EDGE - 1, 2 * EDGE, 2 * EDGE + 1, 5 * EDGE)


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def write(folder: Path, content: bytes) -> str:
    path = folder / "original.png"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("size", SIZES)
def test_the_fingerprint_is_one_of_size_head_and_tail_however_it_is_read(tmp_path, size) -> None:
    content = pattern(size)
    expected = xxh3_128(size.to_bytes(8, "little") + content[:EDGE] + content[-EDGE:]).hexdigest()
    with open_original(write(tmp_path, content)) as stream:
        stream.seek(size // 2)
        assert fingerprint_of(stream, size) == expected
    assert fingerprint(content) == expected


def test_the_fingerprint_of_nothing_can_be_taken(tmp_path: Path) -> None:
    with open_original(write(tmp_path, b"")) as stream:
        assert fingerprint_of(stream, 0) == fingerprint(b"")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_small_contents_have_equal_fingerprints_only_when_they_are_equal(one, other) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


def test_size_head_and_tail_each_change_the_fingerprint_and_the_middle_does_not() -> None:
    content = pattern(4 * EDGE)
    head = b"!" + content[1:]
    tail = content[:-1] + b"!"
    longer = content[:EDGE] + b"!" + content[EDGE:]
    middle = content[: 2 * EDGE] + b"!" + content[2 * EDGE + 1 :]
    assert len({fingerprint(each) for each in (content, head, tail, longer)}) == 4
    assert fingerprint(middle) == fingerprint(content)
    assert content_hash(middle) != content_hash(content)


def test_the_content_hash_is_blake3() -> None:
    assert content_hash(b"abc") == blake3(b"abc").hexdigest()


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_read_whole(tmp_path: Path, size: int) -> None:
    with open_original(write(tmp_path, pattern(size))) as stream:
        assert read_whole(stream, size) == pattern(size)


def test_a_file_that_changed_its_length_gives_what_was_expected_or_less(tmp_path: Path) -> None:
    with open_original(write(tmp_path, b"12345")) as stream:
        assert read_whole(stream, 3) == b"123"
    with open_original(write(tmp_path, b"12345")) as stream:
        assert read_whole(stream, 9) == b"12345"


def test_an_empty_file_is_told_apart(tmp_path: Path) -> None:
    with (
        open_original(write(tmp_path, b"")) as stream,
        pytest.raises(EmptyMediaError, match="0 bytes"),
    ):
        read_whole(stream, 0)


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = write(tmp_path, pattern(9))
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    before = os.stat(path)
    with open_original(path) as stream:
        read_whole(stream, 9)
        assert not stream.writable()
    after = os.stat(path)
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)
    if hasattr(os, "O_NOATIME"):
        assert after.st_atime_ns == before.st_atime_ns


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="No such file"), open_original(f"{tmp_path}/x"):
        pass


def test_what_is_not_a_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    places = [tmp_path / "folder.png"]
    places[0].mkdir()
    if hasattr(os, "mkfifo"):
        places.append(tmp_path / "pipe.png")
        os.mkfifo(places[1])
    for place in places:
        with (
            pytest.raises(UnreadableMediaError, match="cannot be opened"),
            open_original(str(place)),
        ):
            pass


def test_an_error_while_reading_is_one_of_ours(tmp_path: Path) -> None:
    with open_original(write(tmp_path, b"12345")) as stream:
        folder = os.open(tmp_path, os.O_RDONLY)
        os.dup2(folder, stream.fileno())  # reading a folder fails
        os.close(folder)
        with pytest.raises(UnreadableMediaError, match="cannot be read"):
            read_whole(stream, 5)
        with pytest.raises(UnreadableMediaError, match="cannot be read"):
            fingerprint_of(stream, 5)


@pytest.mark.skipif(sys.platform != "linux", reason="O_NOATIME is of Linux")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() != 0, reason="needs root")
def test_the_file_of_somebody_else_is_read_too() -> None:
    program = (
        "import os, sys\n"
        "from media_assets.library.content import open_original, read_whole\n"
        "os.setuid(65534)\n"
        "with open_original(sys.argv[1]) as stream: print(read_whole(stream, 5))"
    )
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        path = Path(write(Path(folder), b"12345"))
        path.chmod(0o444)
        Path(folder).chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", program, path], capture_output=True, check=False
        )
    assert done.stdout == b"b'12345'\n", done.stderr.decode()


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 1024 * 1024 + 1])
def test_a_file_is_hashed_piece_by_piece_as_in_one(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "a.mp4"
    path.write_bytes(content[:size])
    assert hash_of(str(path)) == content_hash(content[:size])


def test_what_cannot_be_read_has_no_hash(tmp_path: Path) -> None:
    assert hash_of(str(tmp_path / "none.mp4")) is None


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="a link cannot be refused here")
def test_a_link_that_took_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"outside of the library")
    (tmp_path / "a.png").symlink_to(tmp_path / "secret.png")
    with (
        pytest.raises(UnreadableMediaError, match="cannot be opened"),
        open_original(str(tmp_path / "a.png")),
    ):
        pass
