"""docs/house.md: every room is on the map, imports run one way, and what it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
PACKAGE = ROOT / "purenn"


def rooms(section):
    """What the first columns of a section's tables name, in order."""
    return re.findall(r"^\| `([^`]+)` \|", SECTIONS[section], re.M)


HOUSE = rooms("purenn, from the ground up")
FLOORS = {room.rstrip("/"): floor for floor, room in enumerate(HOUSE)}


def room_of(path):
    """The room that a file of the package is in."""
    return path.relative_to(PACKAGE).parts[0]


def arrows(path):
    """The rooms that a file imports: at the top, in functions, and for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = ("purenn", *path.relative_to(PACKAGE).with_suffix("").parts)
    found = set()
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            modules = [(*module, alias.name) for alias in node.names]
        for module in modules:
            if module[0] == "purenn":
                found.add(room_named(module[1:]))
    return found - {room_of(path)}


def room_named(module):
    """The room of purenn that a dotted name leads to; a name of the package itself is __init__."""
    name = module[0] if module else "__init__"
    for room in (name, f"{name}.py"):
        if (PACKAGE / room).exists():
            return room
    return "__init__.py"


FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def test_every_room_is_on_the_map():
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    }
    assert set(HOUSE) == there


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    """A room above, or a circle, would be an import from further down the table."""
    own = FLOORS[room_of(path)]
    wrong = {room for room in arrows(path) if FLOORS[room.rstrip("/")] > own}
    assert not wrong


def test_arrows_are_found():
    """Lazy ones, those for type checkers, and of names and modules alike."""
    assert "native" in arrows(PACKAGE / "engines.py")
    assert "architecture.py" in arrows(PACKAGE / "training.py")
    assert "engines.py" in arrows(PACKAGE / "network.py")
    assert "export" in arrows(PACKAGE / "__init__.py")
    assert arrows(PACKAGE / "reference" / "network.py") == set()


def test_no_circle_within_a_room():
    for folder in sorted({path.parent for path in FILES} - {PACKAGE}):
        modules = {path.stem: inner_arrows(path, folder) for path in folder.glob("*.py")}
        while modules:
            free = [name for name, needs in modules.items() if not needs & modules.keys()]
            assert free, f"a circle of imports in {folder.name}: {sorted(modules)}"
            for name in free:
                del modules[name]


def inner_arrows(path, folder):
    """The modules of its own folder that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found.update(name.split(".")[0] for name in names)
        elif isinstance(node, ast.ImportFrom) and node.level == 2 and not node.module:
            found.update("__init__" for alias in node.names if alias.name == folder.name)
    return found - {path.stem}


def test_twins_and_native_rooms_are_on_the_map():
    tables = rooms("reference and csrc")
    twins = {path.stem for path in (ROOT / "csrc").glob("*.c")}
    folders = {f"csrc/{path.name}/" for path in (ROOT / "csrc").iterdir() if path.is_dir()}
    assert set(tables) == twins | folders
    native = {path.name for path in (PACKAGE / "native").glob("*.py")} - {"__init__.py"}
    assert set(rooms("native")) == native


def test_what_is_to_be_touched_is_there():
    """Each file that `To add` names."""
    named = re.findall(r"`((?:purenn|csrc|tests)/[\w./]+)`", SECTIONS["To add"])
    assert len(named) > 20
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_core_knows_no_folder_of_hosts():
    for path in (ROOT / "csrc").glob("*.[ch]"):
        includes = re.findall(r'#include "([^"]+)"', path.read_text(encoding="utf-8"))
        assert all("/" not in name for name in includes), path.name
