"""What the system refuses below the data folder is told with the place and with what to do."""

import errno
import os
from pathlib import Path

import pytest

from media_assets.errors import StoreError
from media_assets.store.disk import explain, writing_below

FULL = "the disk is full: make room on it, or set data_dir to a larger one"
REFUSED = "make it writable, or set data_dir to a folder that is"


def refused(code: int, file: Path | str | bytes | int | None = None) -> OSError:
    return OSError(code, os.strerror(code), file)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (refused(errno.ENOSPC), FULL),
        (refused(errno.EDQUOT), FULL),
        (OSError("IO Error: Could not write file: No space left on device"), FULL),
        (Exception("database or disk is full"), FULL),
        (refused(errno.EROFS), REFUSED),
        (refused(errno.EACCES), REFUSED),
        (Exception("attempt to write a readonly database"), REFUSED),
        (refused(errno.EIO), os.strerror(errno.EIO)),
        (Exception("first line\nsecond line"), "first line"),
        (Exception(), "Exception"),
    ],
)
def test_reasons_and_remedies(tmp_path: Path, error: Exception, told: str) -> None:
    message = explain(tmp_path / "absent", "cannot be made", error)
    assert message.startswith(f"{tmp_path / 'absent'}: cannot be made: ")
    assert told in message
    assert "second line" not in message


@pytest.mark.parametrize("name", ["players/ana/x", "."])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_file_below_the_folder_is_told(tmp_path: Path, name: str, as_bytes: bool) -> None:
    named = os.fsencode(tmp_path / name) if as_bytes else str(tmp_path / name)
    with pytest.raises(StoreError, match=REFUSED) as caught, writing_below(tmp_path):
        raise refused(errno.EROFS, named)
    assert str(tmp_path) in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("file", ["/elsewhere/original.png", 7, None])
def test_what_is_wrong_elsewhere_is_left_as_it_is(tmp_path: Path, file: str | int | None) -> None:
    error = refused(errno.EACCES, file)
    with pytest.raises(PermissionError) as caught, writing_below(tmp_path):
        raise error
    assert caught.value is error


def test_a_full_disk_is_told_also_where_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=FULL) as caught, writing_below(tmp_path):
        raise refused(errno.ENOSPC)
    assert str(tmp_path) in str(caught.value)


def test_errors_of_ours_pass(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"^as it is$"), writing_below(tmp_path):
        raise StoreError("as it is")
