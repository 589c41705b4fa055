"""Which provider serves a task (服务机构): named by the main unit, changed on record.

What the resident says of the task then counts for the provider too: `domain/provider/figures.py`.
"""

from domain.rules import NeighbourProvider, Rules
from domain.task import refusal_rules as no
from domain.task.authority import Command, Facts, of_the_main_unit, standing_in
from domain.task.commands import NameProvider, TakeOverService
from domain.task.facts import ProviderNamed
from domain.task.state import OPEN_STATES, Accepted, InProgress, Task


def name_provider(task: Task, command: NameProvider, asked: Command, rules: Rules) -> Facts:
    """The main unit names who serves the task, another one, or nobody any more."""
    body = standing_in(task, Accepted, InProgress).body
    of_the_main_unit(body, asked, rules)
    if command.provider == body.provider:
        raise no.PROVIDER_ANOTHER(found=command.provider or "—")
    if command.provider is not None:
        provider, need = rules.neighbours.case(command.provider), body.need
        if not isinstance(provider, NeighbourProvider) or not provider.serves(
            need.category, need.place, asked.at
        ):
            wanted = f"{need.category} {need.place}"
            raise no.PROVIDER_ADMITTED(expected=wanted, found=command.provider)
    return (
        ProviderNamed(
            provider=command.provider, provider_before=body.provider, reason=command.reason
        ),
    )


def take_over_service(task: Task, command: TakeOverService, asked: Command, rules: Rules) -> Facts:
    """The successor accepted in the exit of the provider before; a task that is over stays."""
    del asked, rules
    if not isinstance(task, OPEN_STATES) or task.body.provider != command.provider_before:
        return ()
    return (
        ProviderNamed(
            provider=command.provider, provider_before=command.provider_before, reason=None
        ),
    )
