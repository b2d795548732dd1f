"""Lists of media: what their rows say, and that a bad row or value takes nothing else with it."""

import json
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_assets.errors import LandInputError
from media_assets.web import list_rows, lists
from media_assets.web.csv_rows import MOST_LINES
from media_assets.web.found import MOST_PROBLEMS, Found, Reading
from media_assets.web.lists import read_list

A, B = "https://a.example/a.png", "https://a.example/b.png"
PAGE = "https://site.example/"


def read(tmp_path: Path, text: str | bytes, name: str = "list.csv") -> Reading:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_list(path)


def urls(reading: Reading) -> list[str]:
    return [one.url for one in reading.found]


WHOLE = Found(A, PAGE, 1, 2.5, "img", "A text, of words")
HEADER = "url,page_url,depth,relevance,type,alt"
ROW = f'{A},{PAGE},1,2.5,img,"A text, of words"'
WRITTEN = {
    "comma": f"{HEADER}\n{ROW}\n",
    "semicolon": f"{HEADER.replace(',', ';')}\n{A};{PAGE};1;2.5;img;A text, of words\n",
    "tab": "\t".join(HEADER.split(",")) + f"\n{A}\t{PAGE}\t1\t2.5\timg\tA text, of words",
    "mark": f"\ufeff{HEADER}\n{ROW}",
    "line ends": f"{HEADER}\r\n\r\n{ROW}\r\n",
    "old line ends": f"{HEADER}\r{ROW}\r",
    "order and case": (
        "Alt_Text,TYPE, Relevance ,x,Depth,Page_URL,URL\n"
        f'"A text, of words",Image,2.5,y,1.0,{PAGE},{A}'
    ),
    "quotes": (
        '"url","page_url","depth","relevance","type","alt"\n'
        f'"{A}","{PAGE}","1","2.5","IMG","A text, of words"'
    ),
    "lines in a text": f'{HEADER}\n{A},{PAGE},1,2.5,img,"A text,\n\nof words"\n',
    "what is cleaned": f'{HEADER}\n{A}?utm_id=x#y,{PAGE}#z,1,2.5,img,"A  text, of words"',
    "relative": f'{HEADER}\n//a.example/a.png,{PAGE},1,2.5,img,"A text, of words"',
    "values too many, empty": f"{HEADER}\n{ROW},,\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_csv(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Reading((WHOLE,), 1)


OBJECT = {
    "URL": A, "page_url": PAGE, "depth": 1, "relevance": 2.5, "type": "image",
    "alt_text": "A text, of words", "other": {"x": [1]},
}  # fmt: skip


def test_json(tmp_path: Path) -> None:
    line = json.dumps(OBJECT)
    lines = f"\ufeff{line}\n\n{line}\r\n"
    assert read(tmp_path, lines, "list.jsonl") == Reading((WHOLE, WHOLE), 2)
    assert read(tmp_path, lines, "list.NDJSON") == Reading((WHOLE, WHOLE), 2)
    assert read(tmp_path, f"[{line}, {line}]", "list.json") == Reading((WHOLE, WHOLE), 2)


def test_parquet(tmp_path: Path) -> None:
    pl.DataFrame([OBJECT, {**OBJECT, "depth": None, "relevance": float("nan"), "type": None}]
                 ).write_parquet(tmp_path / "list.parquet")  # fmt: skip
    unknown = Found(A, PAGE, alt="A text, of words")
    assert read_list(tmp_path / "list.parquet") == Reading((WHOLE, unknown), 2)


def test_a_list_of_addresses_needs_no_quotes(tmp_path: Path) -> None:
    address = "https://a.example/w_1,h_2/a.png"
    assert urls(read(tmp_path, f'URL\n{address}\n"{address}"\n{address};x\n')) == [
        address,
        address,
        f"{address};x",
    ]


def test_what_is_unknown_is_no_problem(tmp_path: Path) -> None:
    text = f"url,page_url,depth,relevance,type,alt\n{A},,,,,\n{A}\n{A},NULL,NaN,null,None, \n"
    assert read(tmp_path, text) == Reading((Found(A), Found(A), Found(A)), 3)


def test_bad_values_are_unknown_and_told(tmp_path: Path) -> None:
    text = (
        "url,page_url,depth,relevance,type\n"
        f"{A},{PAGE},x,2.5,img\n"
        f"{A},ftp://x.example/,-1,-2,picture\n"
        f"{A},{PAGE},1.5,inf,audio\n"
    )
    assert read(tmp_path, text) == Reading(
        (
            Found(A, PAGE, None, 2.5, "img"),
            Found(A, None, None, None, None),
            Found(A, PAGE, None, None, "audio"),
        ),
        3,
        (
            "line 2: depth 'x' is not a whole number of 0 or more",
            "line 3: page_url: ftp: is not fetched, only http: and https: are",
            "line 3: depth '-1' is not a whole number of 0 or more",
            "line 3: relevance '-2' is not a number of 0 or more",
            "line 3: type 'picture' is not one of img, video, audio",
            "line 4: depth '1.5' is not a whole number of 0 or more",
            "line 4: relevance 'inf' is not a number of 0 or more",
        ),
    )


@pytest.mark.parametrize("depth", [True, [1], {"x": 1}, 10**12, -1, 0.5])
def test_bad_values_of_json(tmp_path: Path, depth: object) -> None:
    reading = read(tmp_path, json.dumps({"url": A, "depth": depth}), "list.jsonl")
    assert reading.found == (Found(A),)
    assert reading.problems == (f"line 1: depth {str(depth)!r} is not a whole number of 0 or more",)


def test_bad_addresses_are_found_with_their_problem(tmp_path: Path) -> None:
    text = f"url,alt\nb.png,x\n,x\nhttps://u:secret@a.example/,x\n{A},x\n"
    reading = read(tmp_path, text)
    assert [(one.url, one.problem) for one in reading.found] == [
        ("b.png", "relative, and the address of its page is not known"),
        ("", "empty"),
        (
            "https://***@a.example/",
            "it holds a user name or password, and these are never sent",
        ),
        (A, None),
    ]
    assert reading.problems == ()


def test_more_values_than_columns(tmp_path: Path) -> None:
    reading = read(tmp_path, f"url,alt\nhttps://a.example/w_1,h_1/a.png,x\n{A},x\n")
    why = "3 values in 2 columns; what holds a comma stands in quotes"
    assert reading.found == (
        Found("https://a.example/w_1", problem=why),
        Found(A, alt="x"),
    )
    assert reading.problems == (f"line 2: {why}",)


def test_a_quote_that_never_closes_takes_one_line(tmp_path: Path) -> None:
    rows = [f"https://a.example/{number}.png,x" for number in range(3 * MOST_LINES)]
    text = "\n".join(["url,alt", rows[0], f'{A},"never', *rows[1:]])
    reading = read(tmp_path, text)
    assert [one.url for one in reading.found if not one.problem] == [row[:-2] for row in rows]
    assert reading.rows == len(rows) + 1
    assert reading.problems == ("line 3: a quote is not closed",)


def test_quotes_on_every_line(tmp_path: Path) -> None:
    text = "url,alt\n" + f'{A},"x\n' * 20_001
    reading = read(tmp_path, text)
    assert reading.rows == 10_001
    assert reading.found[-1].problem == "a quote is not closed"


def test_lines_are_counted_over_texts_of_several(tmp_path: Path) -> None:
    reading = read(tmp_path, f'url,depth,alt\n{A},0,"x\ny"\n\n{A},z,x\n')
    assert reading.problems == ("line 5: depth 'z' is not a whole number of 0 or more",)


def test_problems_are_told_up_to_a_number(tmp_path: Path) -> None:
    reading = read(tmp_path, "url,depth\n" + f"{A},x\n" * 1000)
    assert len(reading.problems) == MOST_PROBLEMS
    assert reading.problems[-1] == f"and {1000 - MOST_PROBLEMS + 1} more"
    assert len(read(tmp_path, "url,depth\n" + f"{A},x\n" * MOST_PROBLEMS).problems) == MOST_PROBLEMS


def test_bad_lines_of_json(tmp_path: Path) -> None:
    good = json.dumps({"url": A})
    text = "\n".join([good, "{", "[]", "{}", "[" * 100_000, "9" * 10_000, good, '{"url": null}'])
    reading = read(tmp_path, text, "list.jsonl")
    assert reading.found[0] == reading.found[6] == Found(A)
    problems = [one.problem or "" for one in reading.found]
    assert [problem[:6] for problem in problems] == [
        "", "cannot", "is no ", "has no", "cannot", "cannot", "", "empty",
    ]  # fmt: skip
    assert [line[:7] for line in reading.problems] == [f"line {n}:" for n in (2, 3, 4, 5, 6)]


def test_texts_that_cannot_be_stored(tmp_path: Path) -> None:
    text = json.dumps({"url": "https://a.example/\udc80", "alt": "a\udc80\n", "type": "\udc80"})
    reading = read(tmp_path, text, "list.jsonl")
    (found,) = reading.found
    assert (found.url, found.alt) == ("https://a.example/\ufffd", "a?")
    assert found.problem == "not a valid address"
    repr(reading).encode()
    "".join(reading.problems).encode()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("list.csv", b"", "is empty"),
        ("list.csv", b"\n \n", "is empty"),
        ("list.csv", b"address,alt\nx,y\n", r"no column 'url'; its columns: 'address', 'alt'"),
        ("list.csv", b"address;url_2\n", "no column 'url'"),
        ("list.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "no column 'url'"),
        ("list.csv", "\ufeffurl,alt\n".encode("utf-16-le"), "UTF-16"),
        ("list.json", b"", "cannot be read as JSON"),
        ("list.json", b'{"url": "x"}', "no array"),
        ("list.json", b"[" * 100_000, "cannot be read as JSON"),
        ("list.json", b"\xff\xfe\x00", "cannot be read as JSON"),
        ("list.parquet", b"", "cannot be read as Parquet"),
        ("list.parquet", b"url\nx\n", "cannot be read as Parquet"),
        ("list.parquet", b"PAR1" + b"\xff" * 100 + b"\x10\0\0\0PAR1", "cannot be read as Parquet"),
        ("list.txt", b"url\n", "ends in one of .csv"),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(LandInputError, match=message) as refused:
        read(tmp_path, content, name)
    assert name in str(refused.value)


def test_parquet_without_addresses(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "list.parquet")
    with pytest.raises(LandInputError, match=r"no column 'url'; its columns: 'a'"):
        read_list(tmp_path / "list.parquet")


@pytest.mark.parametrize("values", [[1, None], [b"\xff", b"x"], [["x"], []]])
def test_parquet_of_other_types(tmp_path: Path, values: list[object]) -> None:
    pl.DataFrame({"url": values}).write_parquet(tmp_path / "list.parquet")
    reading = read_list(tmp_path / "list.parquet")
    assert reading.rows == 2
    assert all(one.problem for one in reading.found)


def test_a_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pl.DataFrame({"url": [A] * 1000, "alt": [str(n) for n in range(1000)]}).write_parquet(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            read_list(path)
        except LandInputError as error:
            assert "list.parquet" in str(error)  # noqa: PT017 some damage is not noticed


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LandInputError, match=r"absent\.csv: cannot be read: No such file"):
        read_list(tmp_path / "absent.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(LandInputError, match=r"folder\.csv: cannot be read"):
        read_list(tmp_path / "folder.csv")
    large = tmp_path / "large.csv"
    large.touch()
    os.truncate(large, lists.MOST_BYTES + 1)
    with pytest.raises(LandInputError, match="at most 1 GiB"):
        read_list(large)


def test_more_rows_than_a_list_may_have() -> None:
    rows = (list_rows.Row(place, A) for place in range(10))
    with pytest.raises(LandInputError, match=r"x: a list has at most 9 rows"):
        list_rows.reading_of(rows, "row", "x", most=9)
    rows = (list_rows.Row(place, A) for place in range(9))
    assert list_rows.reading_of(rows, "row", "x", most=9).rows == 9


def test_a_parquet_of_very_many_rows_is_not_unpacked(tmp_path: Path) -> None:
    rows = list_rows.MOST_ROWS + 1
    path = tmp_path / "list.parquet"
    pl.select(pl.repeat(A, rows).alias("url")).write_parquet(path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(LandInputError, match="at most 10000000 rows"):
        read_list(path)


def test_pages_with_long_addresses_are_not_kept(tmp_path: Path) -> None:
    rows = [json.dumps({"url": A, "page_url": "x" * 100_000 + str(n)}) for n in range(3)]
    reading = read(tmp_path, "\n".join(rows), "list.jsonl")
    assert reading.found == (Found(A),) * 3
    assert reading.problems[2] == "line 3: page_url: longer than 8000 characters"


@pytest.mark.parametrize(
    "content",
    [
        b"url,alt\n" + A.encode() + b"," + b"x" * 10_000_000,
        b"url,alt\n" + A.encode() + b',"' + b'x""' * 3_000_000 + b'"',
        b"url,alt\n" + A.encode() + b"," + b"\xff\0" * 1000 + b'"\0"',
        b"url,alt\n" + A.encode() + b",x" + b"," * 1_000_000,
    ],
    ids=["long line", "long quoted value", "NULs and no UTF-8", "commas"],
)
def test_hostile_rows(tmp_path: Path, content: bytes) -> None:
    assert urls(read(tmp_path, content + b"\n" + B.encode() + b",y\n")) == [A, B]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(), st.text('url,;\t"\n\r\0x{}[]:').map(str.encode)),
    st.sampled_from(lists.LIST_SUFFIXES),
    st.booleans(),
)
def test_any_bytes_are_a_list_or_refused(
    tmp_path: Path, content: bytes, ending: str, headed: bool
) -> None:
    header = b"url,alt\n" if headed else b""
    try:
        reading = read(tmp_path, header + content, f"list{ending}")
    except LandInputError:
        return
    assert reading.rows == len(reading.found)
