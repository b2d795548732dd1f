"""The ONNX embedder with small models that the tests make."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from media_assets.embedder_settings import OnnxSettings
from media_assets.embedding.onnx import OnnxEmbedder
from media_assets.errors import EmbedderError, UnreadableMediaError, VectorError

Shape = list[object]


def make_model(
    file: Path, shape: Shape, *, axes: list[int], kind: int = TensorProto.FLOAT, inputs: int = 1,
    add: float = 0.0,
) -> Path:  # fmt: skip
    """A model that gives the mean colour of each picture, and `add`."""
    given = [helper.make_tensor_value_info(f"in{n}", kind, shape) for n in range(inputs)]
    result = helper.make_tensor_value_info("out", TensorProto.FLOAT, [shape[0], 3])
    nodes = [
        helper.make_node("Cast", ["in0"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats", "axes"], ["mean"], keepdims=0),
        helper.make_node("Add", ["mean", "more"], ["out"]),
    ]
    constants = [
        helper.make_tensor("axes", TensorProto.INT64, [len(axes)], axes),
        helper.make_tensor("more", TensorProto.FLOAT, [1], [add]),
    ]
    graph = helper.make_graph(nodes, "mean", given, [result], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, str(file))
    return file


def posters(folder: Path, *colours: str) -> list[str]:
    files = []
    for colour in colours:
        files.append(str(folder / f"{colour}.png"))
        Image.new("RGB", (32, 18), colour).save(files[-1])
    return files


def embedder(file: Path, **more: object) -> OnnxEmbedder:
    settings = OnnxSettings(kind="onnx", file=str(file), **more)  # type: ignore[arg-type]
    return OnnxEmbedder("looks", file, settings)


FIRST: tuple[Shape, list[int]] = (["n", 3, 8, 8], [2, 3])
LAST: tuple[Shape, list[int]] = (["n", 8, 8, 3], [1, 2])


@pytest.mark.parametrize(
    "layout", [FIRST, LAST, ([1, 3, 8, 8], [2, 3]), ([1, "h", "w", 3], [1, 2])]
)
@pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.UINT8])
def test_pictures_come_as_the_model_wants_them(
    tmp_path: Path, layout: tuple[Shape, list[int]], kind: int
) -> None:
    file = make_model(tmp_path / "m.onnx", layout[0], axes=layout[1], kind=kind)
    made = embedder(file, size=8)
    found = made.embed(posters(tmp_path, "red", "blue", "yellow"))
    half = 0.5**0.5
    wanted = [[1, 0, 0], [0, 0, 1], [half, half, 0]]
    assert np.array(found).tolist() == [pytest.approx(one, abs=1e-3) for one in wanted]
    assert made.dim == 3


def test_colours_are_prepared_as_configured(tmp_path: Path) -> None:
    file = make_model(tmp_path / "m.onnx", *FIRST[:1], axes=FIRST[1])
    made = embedder(file, mean=(0.5, 0.5, 0.5), std=(0.5, 0.25, 0.5))
    (found,) = made.embed(posters(tmp_path, "white"))
    assert found.tolist() == pytest.approx([1 / 6**0.5, 2 / 6**0.5, 1 / 6**0.5], abs=1e-5)


def test_a_poster_that_is_broken_and_a_vector_without_length_fail_alone(tmp_path: Path) -> None:
    file = make_model(tmp_path / "m.onnx", *FIRST[:1], axes=FIRST[1])
    red, black = posters(tmp_path, "red", "black")
    (tmp_path / "torn.jpg").write_bytes(b"no picture")
    found = embedder(file).embed([black, str(tmp_path / "torn.jpg"), str(tmp_path / "no.jpg"), red])
    assert [type(one) for one in found[:3]] == [
        VectorError, UnreadableMediaError, UnreadableMediaError,
    ]  # fmt: skip
    assert found[3].tolist() == pytest.approx([1, 0, 0], abs=1e-5)


def test_another_file_or_preparation_is_another_model(tmp_path: Path) -> None:
    one = make_model(tmp_path / "m.onnx", *FIRST[:1], axes=FIRST[1])
    names = {embedder(one).model, embedder(one).model, embedder(one, mean=(0.1, 0.1, 0.1)).model}
    make_model(one, *FIRST[:1], axes=FIRST[1], add=1.0)
    names.add(embedder(one).model)
    assert len(names) == 3
    assert all(name.startswith("m@") for name in names)


@pytest.mark.parametrize(
    ("shape", "more", "why"),
    [
        (["n", 8], {"axes": [1]}, "n x 3 x height x width"),
        (["n", 4, 8, 8], {"axes": [2, 3]}, "has the shape"),
        ([7, 3, 8, 8], {"axes": [2, 3]}, "takes exactly 7 pictures"),
        (["n", 3, "h", "w"], {"axes": [2, 3]}, "set 'size'"),
        (["n", 3, 8, 8], {"axes": [2, 3], "kind": TensorProto.DOUBLE}, r"tensor\(double\)"),
        (["n", 3, 8, 8], {"axes": [2, 3], "inputs": 2}, "wants 2 inputs"),
    ],
)
def test_a_model_that_is_given_something_else_is_refused(
    tmp_path: Path, shape: Shape, more: dict[str, object], why: str
) -> None:
    file = make_model(tmp_path / "m.onnx", shape, **more)  # type: ignore[arg-type]
    with pytest.raises(EmbedderError, match=why) as raised:
        embedder(file).embed(posters(tmp_path, "red"))
    assert "embedders.looks.file" in str(raised.value)


def test_a_model_that_mixes_pictures_is_refused(tmp_path: Path) -> None:
    file = make_model(tmp_path / "m.onnx", ["n", 3, 8, 8], axes=[0, 2])
    with pytest.raises(EmbedderError, match="a row for each is needed"):
        embedder(file).embed(posters(tmp_path, "red", "blue"))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(EmbedderError, match="no model that can be computed"):
        embedder(tmp_path / "m.onnx").embed(posters(tmp_path, "red"))
    with pytest.raises(EmbedderError, match="No such file"):
        embedder(tmp_path / "no.onnx")
