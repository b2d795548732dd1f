"""Imports go downwards only, SQL stays in the store, and most of the code does without Dagster."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import media_assets

PACKAGE = Path(media_assets.__file__).parent

RANK = {
    "errors": 0,
    "naming": 1, "gexf": 1, "section": 1, "demuxer": 1,
    "capture_settings": 2, "embedder_settings": 2, "web_settings": 2,
    "settings": 3,
    "engine": 4, "library": 4, "similarity": 4, "search": 4,
    "store": 5, "embedding": 5, "captures": 5, "music": 5,
    "matches": 6, "web": 6, "review_text": 6,
    "stages": 7, "demo": 7,
    "terminal": 8, "orchestration": 8, "options": 8, "exposition": 8,
    "defs": 9,
    "definitions": 10,
    "launch": 11,
    "run_command": 12, "upkeep_command": 12, "review_command": 12, "export_command": 12,
    "metrics_command": 12,
    "duplicate_command": 12, "music_command": 12, "search_command": 12,
    "review_cli": 13, "duplicate_cli": 13, "music_cli": 13, "search_cli": 13,
    "cli": 14,
    "__main__": 15,
}  # fmt: skip
"""A part imports parts of a lower rank only; parts of one rank do not know each other."""

VALUE_TYPES = {"media_assets.store.frames", "media_assets.store.spec", "media_assets.store.tables"}
"""What the pure code may know of the store: the columns of its tables and frames of them."""
PURE = {
    "naming", "demuxer", "engine", "library", "similarity", "search", "embedding", "captures",
    "music", "matches", "web", "demo",
}  # fmt: skip

DAGSTER_PARTS = {"defs", "orchestration", "definitions", "launch"}
DATABASE_MODULES = {"media_assets.orchestration.resources"}  # dagster-duckdb's resource is there
ENVIRONMENT_MODULES = {"media_assets.settings"}

SQL = re.compile(
    r"\b(SELECT\b.*\bFROM|INSERT INTO|CREATE (OR REPLACE )?(TABLE|VIEW)|DELETE FROM"
    r"|UPDATE \w+ SET)\b",
    re.DOTALL,
)


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TREES = {module: ast.parse(file.read_text("utf-8")) for module, file in MODULES.items()}


def imports(module: str) -> Iterator[tuple[str, int]]:
    """Every module that a module imports, also inside functions, with the line."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative import"
            base = str(node.module)
            yield base, node.lineno
            for alias in node.names:  # `from media_assets.store import status` imports a module
                if f"{base}.{alias.name}" in MODULES:
                    yield f"{base}.{alias.name}", node.lineno


def test_imports_go_downwards() -> None:
    parts = {part_of(module) for module in MODULES} - {""}
    assert parts == set(RANK), "every part needs a rank"
    wrong = [
        f"{MODULES[module]}:{line}: imports {target}"
        for module in MODULES
        for target, line in imports(module)
        if target.startswith("media_assets.")
        and part_of(target) != part_of(module)
        and RANK[part_of(target)] >= RANK[part_of(module)]
    ]
    assert not wrong


def test_pure_code_knows_the_tables_and_not_the_store() -> None:
    wrong = [
        f"{MODULES[module]}:{line}: imports {target}"
        for module in MODULES
        if part_of(module) in PURE
        for target, line in imports(module)
        if target.startswith("media_assets.store.")
        and not any(target == known or target.startswith(f"{known}.") for known in VALUE_TYPES)
    ]
    assert not wrong


def test_dagster_and_duckdb_stay_in_their_parts() -> None:
    wrong = [
        f"{MODULES[module]}:{line}: imports {target}"
        for module in MODULES
        for target, line in imports(module)
        if (target.startswith("dagster") and part_of(module) not in DAGSTER_PARTS)
        or (
            target.split(".")[0] == "duckdb"
            and part_of(module) != "store"
            and module not in DATABASE_MODULES
        )
    ]
    assert not wrong


def test_sql_is_in_the_store() -> None:
    statements = [
        f"{MODULES[module]}:{node.lineno}: {text[:60]}"
        for module in MODULES
        if part_of(module) != "store"
        for node, text in literals(TREES[module])
        if SQL.search(text)
    ]
    assert not statements


def literals(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Every text of a module but its documentation."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
        ):
            yield node, node.value


def test_the_environment_is_read_by_the_settings() -> None:
    reads = [
        f"{MODULES[module]}:{node.lineno}"
        for module in MODULES
        if module not in ENVIRONMENT_MODULES
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv", "environb"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert not reads


def test_packages_are_empty() -> None:
    full = [
        module
        for module, file in MODULES.items()
        if file.name == "__init__.py" and TREES[module].body
    ]
    assert not full


def test_everything_but_the_dagster_layers_imports_without_dagster() -> None:
    modules = [
        module
        for module in MODULES
        if part_of(module) not in {*DAGSTER_PARTS, "__main__"}  # that one runs the command
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0].startswith('dagster')))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
