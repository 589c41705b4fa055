"""The accounts of a demonstration's home: who of the cast can sign in, and by which password.

They stand in the clear in `<home>/accounts/console.json`, which only a home with the
demonstration's own mark may have; in any other home nobody is read from there.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from domain.people import Role
from runtime.settings import Settings

MARKER = ".jiedui-demo"
"""The file that says a folder was made by the demonstration."""

Login = tuple[str, str, Role, str]
"""Staff number, the unit's name and the role of the post, password."""


def demo_cast(settings: Settings) -> tuple[Login, ...]:
    """Return who can sign in to the demonstration in this home; nobody in any other."""
    home = settings.home.absolute()
    file = _file(home)
    if not (home / MARKER).is_file() or not file.is_file():
        return ()
    kept = json.loads(file.read_text(encoding="utf-8"))
    return tuple((number, unit, Role(role), password) for number, unit, role, password in kept)


def write_cast(home: Path, cast: Sequence[Login]) -> None:
    """Write down who can sign in to the demonstration in *home*."""
    text = json.dumps(list(cast), ensure_ascii=False, indent=1)
    _file(home).write_text(f"{text}\n", encoding="utf-8")


def _file(home: Path) -> Path:
    return home / "accounts" / "console.json"
