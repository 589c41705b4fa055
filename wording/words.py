"""What the words of one kind of case are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wording.labels import Both, Language

if TYPE_CHECKING:
    from wording.sentences import Names


@dataclass(frozen=True)
class Words:
    """Everything people read of one kind of case, Chinese and English, by stored name."""

    category: str
    """The first part of its streams' names."""
    sentences: Mapping[str, Both]
    """Each kind of fact (`finding_recorded.v1`), in the language of `wording/template.py`."""
    commands: Mapping[str, Both]
    fields: Mapping[str, Both] = field(default_factory=dict)
    """What fields of its commands are called, by its own forms before all others."""
    notices: Mapping[str, Both] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The commands people usually give in each state, the usual one first."""
    values: Mapping[str, Callable[[Any, "Names", Language], str]] = field(default_factory=dict)
    """Ways of showing values that its sentences name, beside those every kind has."""
