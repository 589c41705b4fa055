"""Suites: which hash and which signature a checkpoint relies on, under one name.

A checkpoint names its suite in one extension line, so that another pair (SM3 with SM2) can stand
beside the first one day, and so that nobody has to guess with what an old checkpoint was made.
"""

from collections.abc import Iterable

DEFAULT = "SHA-256+Ed25519"
KNOWN = frozenset({DEFAULT})
_PREFIX = "suite "


class SuiteUnknown(Exception):
    """A checkpoint names a suite that this program cannot check; the message names it."""


def suite_line(name: str = DEFAULT) -> str:
    """Return the extension line that names the suite; raise `SuiteUnknown`."""
    if name not in KNOWN:
        raise _unknown(name)
    return _PREFIX + name


def suite_of(extensions: Iterable[str]) -> str:
    """Return the suite named among *extensions*: the default where none is, as strangers' logs do.

    Raises `SuiteUnknown` for a name we cannot check, and for more than one.
    """
    names = [line.removeprefix(_PREFIX) for line in extensions if line.startswith(_PREFIX)]
    match names:
        case []:
            return DEFAULT
        case [name] if name in KNOWN:
            return name
        case _:
            raise _unknown(", ".join(names))


def _unknown(name: str) -> SuiteUnknown:
    known = ", ".join(sorted(KNOWN))
    return SuiteUnknown(
        f"无法核验密码套件 {name}，本程序只懂 {known}。 "
        f"The suite {name} cannot be checked here; this program knows {known}."
    )
