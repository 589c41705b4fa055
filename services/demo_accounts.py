"""The accounts of a demonstration's home: who of the cast can sign in, and by which password.

They stand in the clear in `<home>/accounts/console.json`, which only a home with the
demonstration's own mark may have; in any other home nobody is read from there.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from runtime.settings import Settings

MARKER = ".jiedui-demo"
"""The file that says a folder was made by the demonstration."""

Login = tuple[str, str, str]
"""Staff number, whose post it is, password."""


def demo_cast(settings: Settings) -> tuple[Login, ...]:
    """Return who can sign in to the demonstration in this home; nobody in any other."""
    home = settings.home.absolute()
    file = _file(home)
    if not (home / MARKER).is_file() or not file.is_file():
        return ()
    return tuple(tuple(one) for one in json.loads(file.read_text(encoding="utf-8")))


def write_cast(home: Path, cast: Sequence[Login]) -> None:
    """Write down who can sign in to the demonstration in *home*."""
    text = json.dumps(list(cast), ensure_ascii=False, indent=1)
    _file(home).write_text(f"{text}\n", encoding="utf-8")


def _file(home: Path) -> Path:
    return home / "accounts" / "console.json"
