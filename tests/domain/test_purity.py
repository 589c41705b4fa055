"""The rules read no clock, no random number, no file and no network: it is written in the code."""

import ast
from pathlib import Path

import pytest

import domain

ROOM = Path(domain.__file__).parent
FILES = sorted(ROOM.rglob("*.py"))
FORBIDDEN_MODULES = {
    "asyncio", "io", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "input", "print", "eval", "exec", "__import__", "id", "hash"}
FORBIDDEN_ATTRIBUTES = {"now", "utcnow", "today", "fromtimestamp", "uuid1", "uuid4", "urandom"}


def impurities(source: str) -> list[str]:
    """Return what in *source* would make a rule answer differently tomorrow."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                modules = [alias.name.partition(".")[0] for alias in names]
            case ast.ImportFrom(module=str(module)):
                modules = [module.partition(".")[0]]
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                found.append(f"line {node.lineno}: calls {name}()")
                continue
            case ast.Attribute(attr=name) if name in FORBIDDEN_ATTRIBUTES:
                found.append(f"line {node.lineno}: reads .{name}")
                continue
            case ast.Global() | ast.Nonlocal():
                found.append(f"line {node.lineno}: keeps state outside a value")
                continue
            case _:
                continue
        found += [f"line {node.lineno}: imports {m}" for m in modules if m in FORBIDDEN_MODULES]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_no_rule_reads_anything_but_its_arguments(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from os import environ",
        "import os.path",
        "at = datetime.now(UTC)",
        "def f():\n    return open('x')",
        "import uuid\nx = uuid.uuid4()",
        "import time",
    ],
)
def test_the_check_itself_finds_what_it_looks_for(source: str) -> None:
    assert impurities(source)
