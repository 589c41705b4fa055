"""How a rule says no.

A refusal names its rule (a stable code) and explains itself in a sentence a resident could be
shown, Chinese first, English beside it. Refusals change nothing and leave no fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass
class CommandRefused(Exception):
    """A command was refused by the rule it names."""

    rule: str
    chinese: str
    english: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.chinese} {self.english}"


def refusing(rules: Mapping[str, tuple[str, str]]) -> Callable[..., CommandRefused]:
    """Return the function that makes a refusal by one of *rules*: code → Chinese, English.

    What was found fills the sentence's `{words}`; a pair stands in each language by itself.
    """

    def refused(rule: str, **found: object) -> CommandRefused:
        told = [
            text.format(
                **{
                    name: value[language] if isinstance(value, tuple) else value
                    for name, value in found.items()
                }
            )
            for language, text in enumerate(rules[rule])
        ]
        return CommandRefused(rule, *told)

    return refused
