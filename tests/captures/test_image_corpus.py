"""Odd and broken files: each gives products or an error of ours, and no warning."""

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from media_assets.captures.image import ImageOptions, ImageProducts, analyse_image
from media_assets.captures.picture import fitted_size
from media_assets.errors import DisguisedMediaError, LimitExceededError, MediaError
from media_assets.settings import LimitSettings

pytestmark = pytest.mark.corpus

OPTIONS = ImageOptions(320, LimitSettings(), frozenset({"metadata", "thumbnail", "vector"}))
SUFFIXES = {
    ".jpg", ".jpeg", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".avif", ".heic",
}  # fmt: skip

Outcome = ImageProducts | MediaError


@pytest.fixture(scope="module")
def outcomes(corpus: Path) -> dict[str, Outcome]:
    """What became of every image of the corpus, by its path in it."""
    found: dict[str, Outcome] = {}
    for kind in ("images", "exif"):
        for file in sorted((corpus / kind).rglob("*")):
            if file.suffix.lower() not in SUFFIXES:
                continue
            try:
                found[str(file.relative_to(corpus))] = analyse_image(file.read_bytes(), OPTIONS)
            except MediaError as error:
                found[str(file.relative_to(corpus))] = error
    if not found:
        pytest.skip("no images in the corpus")
    return found


def _whole(outcomes: dict[str, Outcome]) -> dict[str, ImageProducts]:
    return {
        name: outcome
        for name, outcome in outcomes.items()
        if isinstance(outcome, ImageProducts) and outcome.problem is None
    }


def test_nearly_all_can_be_decoded(outcomes):
    whole = _whole(outcomes)
    kinds = Counter(Path(name).suffix.lower() for name in whole)
    assert len(whole) > 0.93 * len(outcomes)
    assert {".jpg", ".png", ".tif", ".gif", ".webp", ".avif", ".heic", ".bmp"} <= set(kinds)


def test_whole_images_have_all_products_at_the_right_size(outcomes, corpus):
    for name, products in _whole(outcomes).items():
        assert products.metadata is not None, name
        assert products.thumbnail is not None, name
        assert products.vector is not None, name
        assert products.metadata.phash, name
        size = products.metadata.width, products.metadata.height
        with Image.open(io.BytesIO(products.thumbnail.content)) as thumbnail:
            assert thumbnail.size == fitted_size(*size, 320), name
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(thumbnail.info), name


@pytest.mark.filterwarnings("ignore::UserWarning")  # of the decoder, about the odd files
def test_sizes_are_those_of_the_upright_image(outcomes, corpus):
    for name, products in _whole(outcomes).items():
        if not name.lower().endswith((".jpg", ".webp")) or "/mobile/" in name:
            continue
        with Image.open(corpus / name) as image:
            upright = ImageOps.exif_transpose(image).size
        assert products.metadata is not None
        assert (products.metadata.width, products.metadata.height) == upright, name


def test_json_columns_are_json_and_hold_no_place(outcomes):
    for name, products in _whole(outcomes).items():
        metadata = products.metadata
        assert metadata is not None
        for text in (metadata.exif, metadata.gps, metadata.text, metadata.dominant_colors):
            assert text is None or json.loads(text) is not None, name
        assert not any(tag.startswith("GPS") for tag in json.loads(metadata.exif or "{}")), name


def test_cameras_and_places_are_found(outcomes):
    canon = outcomes["exif/jpg/Canon_40D.jpg"]
    assert isinstance(canon, ImageProducts)
    assert canon.metadata is not None
    assert (canon.metadata.camera_make, canon.metadata.camera_model) == ("Canon", "Canon EOS 40D")
    assert canon.metadata.exif_datetime_original == "2008:05:30 15:56:01"
    place = outcomes["exif/jpg/gps/DSCN0012.jpg"]
    assert isinstance(place, ImageProducts)
    assert place.metadata is not None
    assert json.loads(place.metadata.gps or "")["GPSLatitudeRef"] == "N"


def test_broken_files_are_problems_with_a_reason(outcomes):
    for name in ("images/broken_data_stream.png", "images/bmp/b/shortfile.bmp"):
        outcome = outcomes[name]
        assert isinstance(outcome, ImageProducts)
        assert outcome.metadata is not None
        assert outcome.metadata.width > 0
        assert "cannot be read" in str(outcome.problem)
    assert isinstance(outcomes["images/bmp/b/reallybig.bmp"], LimitExceededError)
    assert isinstance(outcomes["images/broken.png"], MediaError)


def test_texts_among_the_files_are_told_apart(corpus):
    for name in ("images/LICENSE", "exif/README.rst"):
        with pytest.raises(DisguisedMediaError, match="a text"):
            analyse_image((corpus / name).read_bytes(), OPTIONS)


def test_heic_is_upright_and_keeps_what_was_stored(outcomes):
    phone = outcomes["exif/heic/mobile/iphone_13_pro_max.HEIC"]
    assert isinstance(phone, ImageProducts)
    assert phone.metadata is not None
    assert (phone.metadata.width, phone.metadata.height) == (3024, 4032)
    assert phone.metadata.orientation == 6
    assert json.loads(phone.metadata.exif or "")["Orientation"] == 6
