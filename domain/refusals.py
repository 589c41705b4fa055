"""How a rule says no.

A refusal names its rule (a stable code) and explains itself in a sentence a resident could be
shown, Chinese first, English beside it. Refusals change nothing and leave no fact.
"""

from dataclasses import dataclass


@dataclass
class CommandRefused(Exception):
    """A command was refused by the rule it names."""

    rule: str
    chinese: str
    english: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.chinese} {self.english}"
