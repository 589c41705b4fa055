"""Sentences as data: a small language in which every sentence is one line per language.

`{field}` puts a field in, `{field:renderer}` says how it is shown, and dots reach inside it.
`[...]` is left out when a field in it is absent (null, empty or false); `{field:if}`,
`{field:unless}` and `{field:is=VALUE}` only ask, and show nothing. Brackets nest.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

Render = Callable[[Any, str], str]
"""Shows one value in the way a renderer's name asks for."""

_MARK = re.compile(r"\{([a-z_.]+)(?::([A-Za-z_.]+)(?:=([A-Za-z0-9_]+))?)?\}|([\[\]])")
_QUESTIONS = frozenset({"if", "unless", "is"})


class WordingBroken(Exception):
    """A sentence asks for something its fact does not have; the sentence must be mended."""


@dataclass(frozen=True)
class Mark:
    """One `{...}` of a sentence."""

    path: str
    renderer: str
    wanted: str

    @property
    def field(self) -> str:
        """The field of the fact the mark begins at."""
        return self.path.partition(".")[0]


Part = str | Mark | tuple[Any, ...]


@cache
def parts_of(sentence: str) -> tuple[Part, ...]:
    """Return *sentence* taken apart; raise `WordingBroken` for brackets that do not close."""
    levels: list[list[Part]] = [[]]
    place = 0
    for found in _MARK.finditer(sentence):
        levels[-1].append(sentence[place : found.start()])
        place = found.end()
        path, renderer, wanted, bracket = found.groups()
        if bracket == "[":
            levels.append([])
        elif bracket == "]":
            if len(levels) == 1:
                raise WordingBroken(f"a bracket closes that was never opened: {sentence!r}")
            inner = tuple(levels.pop())
            levels[-1].append(inner)
        else:
            levels[-1].append(Mark(path, renderer or "text", wanted or ""))
    if len(levels) != 1:
        raise WordingBroken(f"a bracket was opened and not closed: {sentence!r}")
    levels[0].append(sentence[place:])
    return tuple(part for part in levels[0] if part != "")


def marks_of(sentence: str) -> frozenset[Mark]:
    """Return every mark of *sentence*, however deep it stands."""

    def inside(parts: tuple[Part, ...]) -> frozenset[Mark]:
        found: frozenset[Mark] = frozenset()
        for part in parts:
            match part:
                case Mark():
                    found |= {part}
                case tuple():
                    found |= inside(part)
        return found

    return inside(parts_of(sentence))


def fill(sentence: str, values: Mapping[str, Any], render: Render) -> str:
    """Return *sentence* with *values* put in; a mark outside brackets must find its value."""
    shown = _fill(parts_of(sentence), values, render)
    if shown is None:
        missing = sorted(
            mark.path
            for mark in marks_of(sentence)
            if mark.renderer not in _QUESTIONS and _absent(_reach(values, mark.path))
        )
        raise WordingBroken(f"no value for {', '.join(missing)} in the sentence {sentence!r}")
    return shown


def _fill(parts: tuple[Part, ...], values: Mapping[str, Any], render: Render) -> str | None:
    shown = []
    for part in parts:
        match part:
            case str():
                shown.append(part)
            case Mark():
                text = _show(part, _reach(values, part.path), render)
                if text is None:
                    return None
                shown.append(text)
            case tuple():
                shown.append(_fill(part, values, render) or "")
    return "".join(shown)


def _show(mark: Mark, value: Any, render: Render) -> str | None:
    """Return what *mark* shows of *value*, None when its brackets are to be left out."""
    match mark.renderer:
        case "if":
            return None if _absent(value) else ""
        case "unless":
            return "" if _absent(value) else None
        case "is":
            return "" if str(value) == mark.wanted else None
        case "count":  # an empty list has a length
            return None if value is None else render(value, "count")
        case renderer:
            return None if _absent(value) else render(value, renderer)


def _absent(value: Any) -> bool:
    """Say whether there is nothing to show; the number 0 is something."""
    return value is None or value is False or value in ("", (), [], {})


def _reach(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found
