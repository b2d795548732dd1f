"""The wheel holds all that the package needs, and loads outside the checkout."""

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
DATA_FILES = (".sql", ".yaml", ".toml", ".typed")
NEEDED_SETUPTOOLS = 77


def built_wheel(source: Path, target: Path) -> Path:
    """Build without an environment of its own where the backend is new enough."""
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(source)]
    if int(version("setuptools").split(".")[0]) >= NEEDED_SETUPTOOLS:
        command.append("--no-isolation")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "--no-isolation" not in command and "No matching distribution" in done.stdout + done.stderr:
        pytest.skip("the build backend is too old here, and there is no package index")
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel; it is built from a copy, so the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(
        PROJECT / "media_assets", source / "media_assets",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(PROJECT / name, source / name)
    with zipfile.ZipFile(built_wheel(source, folder)) as wheel:
        wheel.extractall(folder / "unpacked")
    return folder / "unpacked"


def run_outside(unpacked: Path, place: Path, *arguments: str) -> str:
    """Run Python in a folder outside the checkout with the unpacked wheel alone."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MEDIA_ASSETS_", "DAGSTER_", "PYTHON"))
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=place, env={**environment, "PYTHONPATH": str(unpacked)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_module_and_data_file(unpacked: Path) -> None:
    def files(root: Path) -> set[str]:
        return {
            str(path.relative_to(root))
            for path in (root / "media_assets").rglob("*")
            if path.suffix in {".py", *DATA_FILES} or path.name == "py.typed"
        }

    assert files(unpacked) == files(PROJECT)
    assert {Path(name).suffix for name in files(unpacked)} >= {".py", ".sql", ".yaml", ".toml"}


def test_nothing_but_the_package_is_installed(unpacked: Path) -> None:
    (information,) = unpacked.glob("media_assets-*.dist-info")
    assert {path.name for path in unpacked.iterdir()} == {"media_assets", information.name}
    entry_points = configparser.ConfigParser()
    entry_points.read(information / "entry_points.txt")
    assert entry_points["console_scripts"]["media-assets"] == "media_assets.cli:main"
    assert (information / "licenses" / "LICENSE").is_file()


def test_the_definitions_load_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import dagster as dg, media_assets.definitions as d; "
        "dg.Definitions.validate_loadable(d.defs); print(d.__file__)"
    )
    file = run_outside(unpacked, tmp_path, "-W", "error", "-c", code).strip()
    assert Path(file) == unpacked / "media_assets" / "definitions.py"


def test_the_command_finds_its_data_files_outside_the_checkout(
    unpacked: Path, tmp_path: Path
) -> None:
    run_outside(unpacked, tmp_path, "-m", "media_assets", "init")
    assert "[library]" in (tmp_path / "media_assets.toml").read_text("utf-8")
    (tmp_path / "library" / "Ada").mkdir(parents=True)
    out = run_outside(unpacked, tmp_path, "-m", "media_assets", "run", "--json")
    assert '"Ada"' in out
    assert (tmp_path / "data" / "dagster" / "dagster.yaml").is_file()
    assert (tmp_path / "data" / "published" / "Ada" / "media.parquet").is_file()
