"""A path as text: storable, shown, and found again."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.library.paths import identity, keys_of, openable, path_of, shown

PATHS = st.binary(min_size=1).filter(lambda raw: b"\0" not in raw).map(os.fsdecode)


@given(PATHS)
def test_a_path_comes_back_from_its_text_and_from_its_key(path: str) -> None:
    text, raw = shown(path)
    text.encode()
    assert openable(text, raw) == path
    assert path_of(identity(text, raw)) == path


@given(PATHS, PATHS)
def test_keys_are_equal_for_equal_paths_only(one: str, other: str) -> None:
    assert (identity(*shown(one)) == identity(*shown(other))) == (one == other)


@given(st.lists(PATHS))
def test_keys_of_many_are_the_keys_of_each(paths: list[str]) -> None:
    keys = keys_of(paths)
    assert keys == [identity(*shown(path)) for path in paths]
    "".join(keys).encode()


@pytest.mark.parametrize("path", ["/a b", "/\u00e9", "/e\u0301", "/\n", "/\\xff", "/\U0001f3ae"])
def test_utf8_is_shown_as_it_is(path: str) -> None:
    assert shown(path) == (path, None)
    assert identity(path, None) == path


def test_other_bytes_are_shown_escaped_and_kept() -> None:
    raw = b"/caf\xe9/\xff\xfe.png"
    assert shown(os.fsdecode(raw)) == ("/caf\\xe9/\\xff\\xfe.png", raw)


def test_an_escape_that_is_written_out_is_another_path() -> None:
    written, real = "/\\xff.png", os.fsdecode(b"/\xff.png")
    assert shown(written)[0] == shown(real)[0]
    assert identity(*shown(written)) != identity(*shown(real))
