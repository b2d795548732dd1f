"""The index on disk: written by one process at a time, read by any number meanwhile.

Loading tantivy takes 20 ms, so that is put off to the first use.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from media_assets.errors import SearchError
from media_assets.search.matching import WHOLE_FIELDS, matching
from media_assets.search.query import FIELDS, SearchQuery, parse
from media_assets.search.words import folded

if TYPE_CHECKING:
    import tantivy

VERSION = 1
"""Raised whenever the fields are others: indexes are made anew then."""

_HEAP_BYTES = 64 * 1024 * 1024
_POINTER = "current"
_ALSO_RANKED = 50
"""So many more than asked for are put in order, so that equal ones do not come by chance."""


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found of one media, as written. `note` are other words on it."""

    media_id: str
    kind: str
    title: str | None
    artist: str | None
    album: str | None
    genre: str | None
    note: str | None
    file_name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A media that was found. Scores of several indexes can be compared."""

    document: Document
    score: float


def write(folder: Path, documents: Iterable[Document], gone: Iterable[str]) -> int:
    """Take documents in, in place of those with their ids, and ids out; returns the new stamp.

    A folder without an index gets one. What is read meanwhile is the index before or after.

    Raises:
        SearchError: the index cannot be written.
    """
    with _explained(folder):
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        known = tantivy.Index.exists(str(folder))
        index = (
            tantivy.Index.open(str(folder))
            if known
            else tantivy.Index(_schema(), path=str(folder), reuse=False)
        )
        writer = index.writer(_HEAP_BYTES, 1)
        for media_id in gone:
            writer.delete_documents_by_term("media_id", media_id)
        for document in documents:
            if known:
                writer.delete_documents_by_term("media_id", document.media_id)
            writer.add_document(_indexed(document))
        writer.commit()
        writer.wait_merging_threads()
    stamp = stamp_of(folder)
    if stamp is None:
        raise SearchError(f"{folder}: the index is not there after it was written")
    return stamp


def stamp_of(folder: Path) -> int | None:
    """The stamp of the latest change; None where there is no index that can be read."""
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        named = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
        there = {file.stem for file in folder.glob("*.store")}
        return int(meta["opstamp"]) if named <= there else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def current(place: Path) -> str | None:
    """The folder below a place that is to be read; None where nothing was indexed."""
    try:
        return (place / _POINTER).read_text(encoding="utf-8") or None
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def make_current(place: Path, generation: str) -> None:
    """From now on this folder is read, and all others are removed."""
    if current(place) != generation:
        unfinished = place / f".{_POINTER}"
        unfinished.write_text(generation, encoding="utf-8")
        unfinished.replace(place / _POINTER)
    for folder in place.iterdir():
        if folder.is_dir() and folder.name != generation:
            shutil.rmtree(folder, ignore_errors=True)


def search(place: Path, query: SearchQuery, limit: int) -> list[Hit]:
    """The best `limit`, the best first, equal ones by id. A place without an index has nothing.

    Raises:
        SearchError: the index cannot be read.
    """
    generation = current(place)
    if generation is None:
        return []
    try:
        return _search(place / generation, query, limit)
    except SearchError:
        newer = current(place)  # it was made anew, and the old one removed, in between
        if newer is None or newer == generation:
            raise
        return _search(place / newer, query, limit)


def count(folder: Path) -> int:
    """Documents of the index in a folder, all of whose files can be opened.

    Raises:
        SearchError: it cannot be read.
    """
    with _explained(folder):
        index = _opened(folder)
        index.reload()
        searcher = index.searcher()
        searcher.search(matching(index.schema, parse("a")), 1)  # opens what a search needs
        return searcher.num_docs


def _search(folder: Path, query: SearchQuery, limit: int) -> list[Hit]:
    with _explained(folder):
        index = _opened(folder)
        index.reload()
        searcher = index.searcher()
        wanted = matching(index.schema, query)
        found = searcher.search(wanted, limit + _ALSO_RANKED, count=False)
        hits = [Hit(_shown(searcher.doc(place)), round(score, 3)) for score, place in found.hits]
    return sorted(hits, key=lambda hit: (-hit.score, hit.document.media_id))[:limit]


@lru_cache(maxsize=64)
def _opened(folder: Path) -> "tantivy.Index":
    import tantivy

    return tantivy.Index.open(str(folder))


def _schema() -> "tantivy.Schema":
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("media_id", tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for whole in WHOLE_FIELDS:
        builder.add_text_field(f"whole_{whole}", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def _indexed(document: Document) -> "tantivy.Document":
    import tantivy

    text: dict[str, str] = {
        name: folded(getattr(document, name) or "") for name in FIELDS if name != "file"
    }
    text["file"] = folded(document.file_name.rpartition(".")[0])
    whole = {f"whole_{name}": text[name] for name in WHOLE_FIELDS}
    shown = json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "replace")
    filled = {name: value for name, value in (text | whole).items() if value}
    return tantivy.Document(media_id=document.media_id, shown=shown, **filled)


def _shown(found: "tantivy.Document") -> Document:
    values = json.loads(bytes(found["shown"][0]))
    return Document(**{field.name: values[field.name] for field in fields(Document)})


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """What the library raises, as ours: it has no errors of its own, and panics in some cases."""
    try:
        yield
    except (ValueError, OSError, KeyError, IndexError) as error:
        raise SearchError(f"{folder}: the index cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise SearchError(f"{folder}: the index cannot be used: {error}") from error
        raise
