"""A seeded fuzz of all readers, through discovery and analysis with their process pool.

Size: one round of `ROUND` inputs. For more, say how long: MEDIA_ASSETS_FUZZ_SECONDS=600 (with
`pytest -s` the counts are shown). MEDIA_ASSETS_FUZZ_SEED chooses other inputs, and
MEDIA_ASSETS_FUZZ_INPUT a single one, to see again what a finding names.
"""

import os
import random
from pathlib import Path

import pytest
from fuzzing import Tally, fuzz, fuzz_round, inputs
from mutations import MUTATIONS, with_right_checksums
from originals import Original, originals

SECONDS = float(os.environ.get("MEDIA_ASSETS_FUZZ_SECONDS", "0"))
SEED = int(os.environ.get("MEDIA_ASSETS_FUZZ_SEED", "1"))
INPUT = os.environ.get("MEDIA_ASSETS_FUZZ_INPUT")
ROUND = 2000
LONG_ROUND = 1500


@pytest.fixture(scope="module")
def made() -> list[Original]:
    return originals()


@pytest.mark.timeout(SECONDS + 300)
def test_damaged_files_are_read_or_say_what_is_wrong(
    made: list[Original], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The sample library and the corpus join where the fuzz is long: a round is too short."""
    folders = []
    if SECONDS:
        folders.append(request.getfixturevalue("demo_library"))
        folders.append(request.getfixturevalue("corpus"))
    sources = originals(*folders) if folders else made
    tally = Tally()
    if INPUT:
        fuzz_round(tmp_path, SEED, list(inputs(SEED, sources, int(INPUT), 1)), tally)
    else:
        tally = fuzz(tmp_path, SEED, sources, SECONDS, LONG_ROUND if SECONDS else ROUND)
    print(f"\n{tally}")
    assert not tally.findings, f"\n{tally}"
    assert INPUT or len(tally.outcomes) > 3, "hardly anything was damaged"


def test_the_same_seed_makes_the_same_inputs(made: list[Original]) -> None:
    once, again = (list(inputs(SEED, made, 0, 100)) for _ in range(2))
    assert once == again
    assert list(inputs(SEED, made, 57, 1)) == once[57:58]
    assert [made.content for made in once] != [made.content for made in inputs(2, made, 0, 100)]


def test_every_mutation_changes_something_and_bears_any_content(made: list[Original]) -> None:
    contents = [b"", b"\0", b"ab", *(original.content for original in made)]
    for mutation in MUTATIONS:
        changed = 0
        for number, content in enumerate(contents):
            other = contents[-1 - number]
            changed += mutation(random.Random(number), content, other) != content
        assert changed > len(contents) // 2, mutation


def test_checksums_are_mended_as_far_as_there_are_chunks(made: list[Original]) -> None:
    png = next(original.content for original in made if original.kind == "PNG")
    assert with_right_checksums(png) == png
    damaged = png[:20] + b"\1" + png[21:]
    assert with_right_checksums(damaged)[20:21] == b"\1"
    assert with_right_checksums(damaged) != damaged
    assert with_right_checksums(png[:100])[:60] == png[:60]
