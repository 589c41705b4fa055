"""Kinds of case no clerk stands by: nothing in them rings, is talked about, or is sent on."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from domain.cases import CaseKind, Errand, Notice, Talk
from domain.clocks import Clock
from domain.envelope import Happened
from domain.gate import gated
from domain.models import models_of
from domain.people import Role
from domain.rules import Rules
from domain.values import DEFERRED


def clerkless(
    category: str,
    commands: Any,
    facts: Any,
    decide: Callable[..., Any],
    evolve: Callable[..., Any],
    *,
    initial: Any,
    state_name: Callable[[Any], str],
    who_may: Mapping[str, frozenset[Role]],
    is_over: Callable[[Any], bool] = lambda _: False,
    plural: str = "",
) -> CaseKind:
    """Return a kind of case without clocks, talks, errands and notices.

    It belongs to no pairing and is decided under no pack. *who_may* may name more commands than
    this kind takes.
    """
    adapter: TypeAdapter[Any] = _adapter(commands)
    return CaseKind(
        category=category,
        plural=plural,
        commands=adapter,
        facts=_adapter(facts),
        initial=initial,
        decide=gated(decide),
        evolve=evolve,
        clocks=_no_clocks,
        is_over=is_over,
        state_name=state_name,
        policy_id=_none,
        pairing=_none,
        holder=_none,
        who_may={kind: who_may[kind] for kind in models_of(adapter)},
        talks=_no_talks,
        errands=_no_errands,
        notices=_no_notices,
        clerked=False,
    )


def _adapter(models: Any) -> TypeAdapter[Any]:
    """A single model brings its own configuration; a union of them is built when first used."""
    if isinstance(models, type) and issubclass(models, BaseModel):
        return TypeAdapter(models)
    return TypeAdapter(models, config=DEFERRED)


def _none(case: Any) -> None:
    del case


def _no_clocks(case: Any, rules: Rules) -> tuple[Clock, ...]:
    """Validity is a date and a grant ends at an instant: both are judged, nothing has to ring."""
    del case, rules
    return ()


def _no_talks(stream: str, case: Any) -> tuple[Talk, ...]:
    del stream, case
    return ()


def _no_errands(stream: str, case: Any, happened: Happened[Any]) -> tuple[Errand, ...]:
    del stream, case, happened
    return ()


def _no_notices(stream: str, case: Any, happened: Happened[Any]) -> tuple[Notice, ...]:
    del stream, case, happened
    return ()
