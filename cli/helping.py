"""Help without the command: every `--help` is printed from a table made of the commands themselves.

Whoever only wants to read waits for no database driver and no model of a command. The table is
`cli/help.json`, made by `python -m docs.generate`; a test holds it equal to what click would say.
"""

import json
from collections.abc import Sequence
from pathlib import Path

HELP_FILE = Path(__file__).with_name("help.json")
_ASKING = frozenset({"-h", "--help"})


def help_for(words: Sequence[str]) -> str | None:
    """Return the help that *words* ask for, None where they ask for none or for none we know."""
    asked = next((place for place, word in enumerate(words) if word in _ASKING), None)
    if asked is None or "--" in words[:asked]:
        return None
    table: dict[str, str] = json.loads(HELP_FILE.read_text(encoding="utf-8"))
    path: list[str] = []
    for word in words[:asked]:
        if " ".join((*path, word)) not in table:
            break
        path.append(word)
    if not path and any(not word.startswith("-") for word in words[:asked]):
        return None  # a command nobody knows: click says so
    return table[" ".join(path)]
