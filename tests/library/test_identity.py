"""Who is who after a scan, on small frames made by hand."""

import os

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.library.identity import (
    KNOWN,
    SEEN,
    Settlement,
    compare,
    contents,
    find_moves,
    new_ids,
    settle,
    with_paths,
    worth_a_fingerprint,
)
from media_assets.library.paths import identity, path_of, shown

NO_HASHES = pl.DataFrame(schema={"media_id": pl.String, "file_hash": pl.String})


def known(*rows: tuple[str, str, str, str, int]) -> pl.DataFrame:
    """Media: id, path, content, status, mtime. The content's length is the size."""
    return pl.DataFrame(
        [
            (name, identity(*shown(path)), len(content), mtime, content or None, status)
            for name, path, content, status, mtime in rows
        ],
        KNOWN,
        orient="row",
    )


def seen(files: dict[str, tuple[str, int]]) -> pl.DataFrame:
    """Files: content and mtime by path."""
    return pl.DataFrame(
        [
            (identity(*shown(path)), "/", len(content), mtime)
            for path, (content, mtime) in files.items()
        ],
        SEEN,
        orient="row",
    )


def scan(
    media: pl.DataFrame, files: dict[str, tuple[str, int]], unreadable: frozenset[str] = frozenset()
) -> Settlement:
    """What a scan makes of it; the fingerprint of a content is that content."""
    comparison = compare(media, seen(files), unreadable)
    candidates = worth_a_fingerprint(comparison)["key"].to_list()
    prints = pl.DataFrame(
        [(key, files[path_of(key)][0]) for key in candidates],
        {"key": pl.String, "fingerprint": pl.String},
        orient="row",
    )
    return settle(comparison, find_moves(contents(comparison, prints, NO_HASHES)))


def places(rows: pl.DataFrame) -> dict[str, str]:
    return dict(zip(rows["media_id"], rows["key"], strict=True))


def test_equal_size_and_mtime_is_unchanged() -> None:
    media = known(("A", "/a", "one", "present", 1), ("B", "/b", "two", "present", 2))
    comparison = compare(media, seen({"/a": ("xyz", 1), "/b": ("two", 2)}))
    assert comparison.unchanged == 2
    for frame in (comparison.changed, comparison.new, comparison.absent, comparison.hidden):
        assert frame.is_empty()


@pytest.mark.parametrize("file", [("on", 1), ("one", 2), ("one!", 1), ("one", 0)])
def test_another_size_or_mtime_is_changed(file: tuple[str, int]) -> None:
    comparison = compare(known(("A", "/a", "one", "present", 1)), seen({"/a": file}))
    assert comparison.changed["media_id"].to_list() == ["A"]
    assert comparison.changed["mtime_ns"].to_list() == [file[1]]
    assert comparison.replaced["media_id"].to_list() == ["A"]
    assert comparison.unchanged == 0


def test_nothing_is_known_at_first_and_nothing_is_seen_at_last() -> None:
    files = {"/a": ("one", 1)}
    assert compare(known(), seen(files)).new["key"].to_list() == ["/a"]
    gone = compare(known(("A", "/a", "one", "present", 1)), seen({}))
    assert gone.absent["media_id"].to_list() == ["A"]
    assert compare(known(), seen({})).unchanged == 0


@pytest.mark.parametrize("status", ["missing", "unknown"])
def test_a_file_that_is_back_as_it_was_has_returned(status: str) -> None:
    comparison = compare(known(("A", "/a", "one", status, 1)), seen({"/a": ("one", 1)}))
    assert comparison.returned.to_list() == ["A"]
    assert comparison.unchanged == 0


def test_what_lies_at_or_below_an_unreadable_place_is_hidden() -> None:
    media = known(
        ("A", "/r/d/a", "1", "present", 1),
        ("B", "/r/d/e/b", "2", "missing", 1),
        ("C", "/r/dx", "3", "present", 1),
        ("D", "/r/f", "4", "present", 1),
        ("E", "/r/d/seen", "5", "present", 1),
    )
    comparison = compare(media, seen({"/r/d/seen": ("5", 1)}), frozenset({"/r/d", "/r/f"}))
    assert sorted(comparison.hidden["media_id"]) == ["A", "B", "D"]
    assert comparison.absent["media_id"].to_list() == ["C"]
    assert comparison.unchanged == 1


def test_bytes_that_are_not_utf8_are_hidden_by_their_own_folder_only() -> None:
    odd, written = os.fsdecode(b"/r/\xff"), "/r/\\xff"
    media = known(("A", f"{odd}/a", "1", "present", 1), ("B", f"{written}/a", "2", "present", 1))
    assert compare(media, seen({}), frozenset({odd})).hidden["media_id"].to_list() == ["A"]
    assert compare(media, seen({}), frozenset({written})).hidden["media_id"].to_list() == ["B"]


def test_the_whole_file_system_may_be_unreadable() -> None:
    media = known(("A", "/a", "1", "present", 1))
    assert compare(media, seen({}), frozenset({"/"})).hidden["media_id"].to_list() == ["A"]


@pytest.mark.parametrize("same", [True, False])
def test_the_present_media_has_the_path_that_several_had(same: bool) -> None:
    media = known(
        ("A", "/a", "first", "missing", 1),
        ("B", "/a", "second", "present", 2),
        ("C", "/a", "third!", "unknown", 3),
    )
    file = ("second", 2) if same else ("fourth", 4)
    comparison = compare(media, seen({"/a": file}))
    assert comparison.unchanged == int(same)
    assert comparison.changed["media_id"].to_list() == ([] if same else ["B"])
    assert sorted(comparison.absent["media_id"]) == ["A", "C"]


def test_of_several_lost_media_the_one_that_fits_has_the_path() -> None:
    media = known(
        ("A", "/a", "first", "missing", 1),
        ("B", "/a", "second", "missing", 2),
        ("C", "/a", "third", "unknown", 3),
    )
    assert compare(media, seen({"/a": ("second", 2)})).returned.to_list() == ["B"]
    assert compare(media, seen({"/a": ("other", 9)})).changed["media_id"].to_list() == ["C"]


def test_a_path_that_several_had_is_one_file() -> None:
    media = known(*((str(n), "/a", f"content {n}", "missing", n) for n in range(5)))
    files = {"/a": ("content 3", 3), "/b": ("new", 1)}
    comparison = compare(media, seen(files))
    assert comparison.returned.to_list() == ["3"]
    assert comparison.new["key"].to_list() == ["/b"]
    assert comparison.absent.height == 4


def test_a_file_that_moved_keeps_its_id() -> None:
    found = scan(known(("A", "/x/a", "one", "present", 1)), {"/y/b": ("one", 1)})
    assert places(found.moved) == {"A": "/y/b"}
    assert found.new.is_empty()
    assert found.gone.is_empty()


def test_content_of_another_size_is_not_even_fingerprinted() -> None:
    media = known(("A", "/a", "one", "present", 1))
    comparison = compare(media, seen({"/b": ("four", 1), "/c": ("two", 1)}))
    assert worth_a_fingerprint(comparison)["key"].to_list() == ["/c"]


def test_equal_size_with_other_content_is_a_new_file() -> None:
    found = scan(known(("A", "/a", "one", "present", 1)), {"/b": ("two", 1)})
    assert found.moved.is_empty()
    assert found.new["key"].to_list() == ["/b"]
    assert found.gone["media_id"].to_list() == ["A"]


def test_a_media_without_a_fingerprint_does_not_move() -> None:
    media = known(("A", "/a", "one", "present", 1)).with_columns(
        fingerprint=pl.lit(None, pl.String)
    )
    found = scan(media, {"/b": ("one", 1)})
    assert found.moved.is_empty()
    assert found.gone["media_id"].to_list() == ["A"]


def test_a_copy_is_another_media() -> None:
    found = scan(known(("A", "/a", "one", "present", 1)), {"/a": ("one", 1), "/b": ("one", 1)})
    assert found.moved.is_empty()
    assert found.new["key"].to_list() == ["/b"]


def test_of_two_equal_files_the_one_that_is_gone_moved() -> None:
    media = known(("A", "/a", "one", "present", 1), ("B", "/b", "one", "present", 1))
    found = scan(media, {"/a": ("one", 1), "/c": ("one", 1)})
    assert places(found.moved) == {"B": "/c"}


def test_equal_files_pair_by_name_then_by_order_one_to_one() -> None:
    media = known(
        ("A", "/x/1", "one", "present", 1),
        ("B", "/x/2", "one", "present", 1),
        ("C", "/x/3", "one", "present", 1),
    )
    found = scan(media, {"/y/3": ("one", 1), "/y/4": ("one", 1)})
    assert places(found.moved) == {"C": "/y/3", "A": "/y/4"}
    assert found.gone["media_id"].to_list() == ["B"]
    more = scan(media, {f"/y/{n}": ("one", 1) for n in (7, 8, 9, 2)})
    assert places(more.moved) == {"B": "/y/2", "A": "/y/7", "C": "/y/8"}
    assert more.new["key"].to_list() == ["/y/9"]


def test_a_media_that_was_there_until_now_moves_before_one_that_is_long_missing() -> None:
    media = known(("A", "/a", "one", "missing", 1), ("B", "/b", "one", "present", 1))
    assert places(scan(media, {"/c/a": ("one", 1)}).moved) == {"B": "/c/a"}


def test_a_long_missing_content_is_found_again_elsewhere() -> None:
    found = scan(known(("A", "/a", "one", "missing", 1)), {"/b": ("one", 5)})
    assert places(found.moved) == {"A": "/b"}


def test_two_files_that_swap_their_names_keep_their_ids() -> None:
    media = known(("A", "/a", "one", "present", 1), ("B", "/b", "two!", "present", 2))
    found = scan(media, {"/a": ("two!", 2), "/b": ("one", 1)})
    assert places(found.moved) == {"A": "/b", "B": "/a"}
    assert found.new.is_empty()
    assert found.changed.is_empty()
    assert found.overwritten.is_empty()


def test_a_file_that_was_only_touched_stays_itself() -> None:
    found = scan(known(("A", "/a", "one", "present", 1)), {"/a": ("one", 9)})
    assert places(found.moved) == {"A": "/a"}
    assert found.moved["mtime_ns"].to_list() == [9]
    assert found.changed.is_empty()
    assert found.new.is_empty()
    assert found.overwritten.is_empty()


def test_a_touched_file_does_not_change_with_an_equal_one_that_is_missing() -> None:
    media = known(("A", "/a", "one", "missing", 1), ("B", "/b", "one", "present", 1))
    assert places(scan(media, {"/b": ("one", 9)}).moved) == {"B": "/b"}
    older = known(("A", "/b", "one", "missing", 1), ("B", "/b", "one", "present", 2))
    assert places(scan(older, {"/b": ("one", 9)}).moved) == {"B": "/b"}


def test_replaced_content_stays_with_the_path() -> None:
    found = scan(known(("A", "/a", "one", "present", 1)), {"/a": ("two", 2)})
    assert found.changed["media_id"].to_list() == ["A"]
    assert found.moved.is_empty()


def test_a_path_whose_content_moved_away_has_a_new_media() -> None:
    found = scan(known(("A", "/a", "one", "present", 1)), {"/a": ("other", 2), "/b": ("one", 1)})
    assert places(found.moved) == {"A": "/b"}
    assert found.new["key"].to_list() == ["/a"]
    assert found.changed.is_empty()


def test_a_file_that_moved_over_another_one_overwrote_it() -> None:
    media = known(("A", "/a", "one", "present", 1), ("B", "/b", "two!", "present", 2))
    found = scan(media, {"/b": ("one", 1)})
    assert places(found.moved) == {"A": "/b"}
    assert found.overwritten["media_id"].to_list() == ["B"]
    assert found.gone.is_empty()
    assert found.changed.is_empty()


def test_moves_in_a_ring_keep_all_ids() -> None:
    media = known(*((f"M{n}", f"/{n}", f"content{'!' * n}", "present", n) for n in range(5)))
    ring = {f"/{(n + 1) % 5}": (f"content{'!' * n}", n) for n in range(5)}
    assert places(scan(media, ring).moved) == {f"M{n}": f"/{(n + 1) % 5}" for n in range(5)}


def test_what_is_hidden_did_not_move() -> None:
    media = known(("A", "/h/a", "one", "present", 1))
    found = scan(media, {"/b": ("one", 1)}, frozenset({"/h"}))
    assert found.moved.is_empty()
    assert found.new["key"].to_list() == ["/b"]
    assert found.gone.is_empty()


CONTENTS = st.sampled_from(["a", "b", "cc", "dd"])
PATHS = st.sampled_from([f"/{folder}/{name}" for folder in "xyz" for name in "123"])


@given(
    st.dictionaries(PATHS, st.tuples(CONTENTS, st.integers(0, 2), st.sampled_from(
        ["present", "missing", "unknown"]))),
    st.dictionaries(PATHS, st.tuples(CONTENTS, st.integers(0, 2))),
)  # fmt: skip
@settings(max_examples=60)
def test_every_file_has_one_media_and_every_media_at_most_one_file(before, files) -> None:
    media = known(
        *((f"id {path}", path, content, status, mtime)
          for path, (content, mtime, status) in before.items())
    )  # fmt: skip
    comparison = compare(media, seen(files))
    found = scan(media, files)
    # Size and mtime of a file that stayed say enough.
    stayed = {
        path: f"id {path}"
        for path, (content, mtime) in files.items()
        if path in before and (len(before[path][0]), before[path][1]) == (len(content), mtime)
    }
    assert comparison.unchanged + comparison.returned.len() == len(stayed)
    holders = [*stayed.items(), *((key, name) for name, key in places(found.moved).items())]
    holders += [(row["key"], row["media_id"]) for row in found.changed.iter_rows(named=True)]
    assert len({name for _, name in holders}) == len(holders)
    assert sorted([key for key, _ in holders] + found.new["key"].to_list()) == sorted(files)
    lost = [*found.gone["media_id"], *found.overwritten["media_id"]]
    assert sorted([name for _, name in holders] + lost) == sorted(media["media_id"])
    for name, key in places(found.moved).items():
        assert before[name.removeprefix("id ")][0] == files[key][0]


def test_rows_tell_their_paths() -> None:
    paths = ["/r/a b.png", "/r/caf\u00e9\n.x.Mp4", os.fsdecode(b"/r.mp3/\xff\xfe/\xe9.OPUS")]
    rows = with_paths(seen(dict.fromkeys(paths, ("x", 1))))
    assert rows["file_path"].to_list() == [shown(path)[0] for path in paths]
    assert rows["path_bytes"].to_list() == [shown(path)[1] for path in paths]
    assert rows["file_name"].to_list() == ["a b.png", "caf\u00e9\n.x.Mp4", "\\xe9.OPUS"]
    assert rows["file_ext"].to_list() == [".png", ".mp4", ".opus"]
    assert rows["kind"].to_list() == ["image", "video", "audio"]
    assert with_paths(seen({})).is_empty()


def test_ids_follow_from_player_path_size_and_mtime() -> None:
    names = [("/a", 1, 1), ("/b", 1, 1), ("/a", 2, 1), ("/a", 1, 2)]
    ids = new_ids("ana", names, set())
    assert ids == new_ids("ana", names, set())
    assert len({*ids, *new_ids("bo", names, set())}) == 8
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in ids)


def test_an_id_that_is_taken_is_not_given_again() -> None:
    first = new_ids("ana", [("/a", 1, 1)], set())
    taken = set(first)
    second = new_ids("ana", [("/a", 1, 1), ("/a", 1, 1)], taken)
    assert len({*first, *second}) == 3
    assert taken == {*first, *second}


def test_a_path_that_is_not_utf8_has_an_id() -> None:
    assert new_ids("ana", [(os.fsdecode(b"/\xff"), 1, 1)], set()) != new_ids(
        "ana", [("/\\xff", 1, 1)], set()
    )
